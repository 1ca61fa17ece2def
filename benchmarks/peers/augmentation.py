"""Two SimCLR views of images: lightly's SimCLRTransform on PIL images, or torchvision's v2 transforms on tensors."""

import argparse

import lightly
import numpy as np
import torch
import torchvision
from lightly.transforms import SimCLRTransform
from PIL import Image
from torchvision.transforms import v2

from serve import serve

parser = argparse.ArgumentParser()
parser.add_argument("--source-size", type=int, default=32)
parser.add_argument("--image-size", type=int, default=32)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--strength", type=float, default=0.5)
parser.add_argument("--blur", action="store_true")
parser.add_argument("--torchvision", action="store_true")
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
size, strength, blur = options.image_size, options.strength, 0.5 if options.blur else 0.0
pixels = np.random.default_rng(0).integers(0, 256, (options.batch, options.source_size, options.source_size, 3), dtype=np.uint8)

if options.torchvision:
    images = [torch.from_numpy(image).permute(2, 0, 1).contiguous() for image in pixels]
    kernel = max(3, size // 10 // 2 * 2 + 1)
    one = v2.Compose(
        [
            v2.RandomResizedCrop(size, (0.08, 1.0), antialias=True),
            v2.RandomHorizontalFlip(),
            v2.RandomApply([v2.ColorJitter(0.8 * strength, 0.8 * strength, 0.8 * strength, 0.2 * strength)], p=0.8),
            v2.RandomGrayscale(0.2),
            v2.ToDtype(torch.float32, scale=True),
            v2.RandomApply([v2.GaussianBlur(kernel, (0.1, 2.0))], p=blur),
        ]
    )
    transform = lambda image: [one(image), one(image)]
else:
    images = [Image.fromarray(image) for image in pixels]
    transform = SimCLRTransform(input_size=size, cj_strength=strength, gaussian_blur=blur)


def work(request):
    for _ in range(request["batches"]):
        a, b = zip(*(transform(image) for image in images))
        torch.stack(a), torch.stack(b)


serve({"torch": torch.__version__, "torchvision": torchvision.__version__, "lightly": lightly.__version__}, work)
