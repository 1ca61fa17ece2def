"""A folder of JPEG files to batches, by torchvision's ImageFolder (PIL) and PyTorch's DataLoader."""

import argparse

import PIL
import torch
import torchvision
from torchvision import transforms

from serve import serve

parser = argparse.ArgumentParser()
parser.add_argument("--folder")
parser.add_argument("--image-size", type=int, default=32)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--workers", type=int, default=2)
options = parser.parse_args()
torch.set_num_threads(1)
size = options.image_size
transform = transforms.Compose([transforms.Resize(size), transforms.CenterCrop(size), transforms.PILToTensor()])
dataset = torchvision.datasets.ImageFolder(options.folder, transform)
loader = torch.utils.data.DataLoader(
    dataset, options.batch, shuffle=True, drop_last=True, num_workers=options.workers, persistent_workers=options.workers > 0
)


def work(request):
    for _ in range(request["epochs"]):
        for _ in loader:
            pass


serve({"torch": torch.__version__, "torchvision": torchvision.__version__, "PIL": PIL.__version__}, work)
