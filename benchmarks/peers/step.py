"""PyTorch's training step: the same network, head, loss and optimizer as ours, channels-last, as is fastest on CPUs."""

import argparse
import contextlib

import torch
from torchvision.transforms import v2

from serve import serve
from simclr_model import SimCLR, nt_xent

parser = argparse.ArgumentParser()
parser.add_argument("--depth", type=int, default=18)
parser.add_argument("--stem", default="cifar")
parser.add_argument("--image-size", type=int, default=32)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--precision", default="float32", choices=["float32", "tf32", "bfloat16"])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--compile", action="store_true")
parser.add_argument("--augment", action="store_true")
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
model = SimCLR(options.depth, options.stem).to(device, memory_format=torch.channels_last).train()
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, nesterov=True, foreach=True)
size = options.image_size
images = torch.randint(0, 256, (options.batch, 3, size, size), dtype=torch.uint8, device=device)
jitter = v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8)
crop = v2.RandomResizedCrop(size, (0.08, 1.0), antialias=True)
view = v2.Compose([crop, v2.RandomHorizontalFlip(), jitter, v2.RandomGrayscale(0.2)])


def views():
    x = images.float().div(255)
    if not options.augment:
        return torch.cat([x, x])
    return torch.cat([torch.stack([view(image) for image in x]) for _ in range(2)])


def loss_of(x):
    narrow = torch.autocast(device, torch.bfloat16) if options.precision == "bfloat16" else contextlib.nullcontext()
    with narrow:
        z = model(x)
    return nt_xent(z.float(), 0.5)


if options.compile:
    loss_of = torch.compile(loss_of)


def work(request):
    for _ in range(request["steps"]):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(views().contiguous(memory_format=torch.channels_last))
        loss.backward()
        optimizer.step()
    return {"value": loss.item()}


serve({"torch": torch.__version__}, work)
