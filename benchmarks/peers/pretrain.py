"""SimCLR as lightly's users write it: ImageFolder, SimCLRTransform, DataLoader, NTXentLoss; the network of our recipe."""

import argparse
import multiprocessing
import time

import lightly
import torch
import torchvision
from lightly.loss import NTXentLoss
from lightly.transforms import SimCLRTransform

from serve import serve
from simclr_model import SimCLR

parser = argparse.ArgumentParser()
parser.add_argument("--folder")
parser.add_argument("--depth", type=int, default=18)
parser.add_argument("--stem", default="cifar")
parser.add_argument("--image-size", type=int, default=32)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--precision", default="float32", choices=["float32", "tf32", "bfloat16"])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--compile", action="store_true")
options = parser.parse_args()
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
torch.set_num_threads(options.threads)
torch.manual_seed(0)
device = "cuda" if torch.cuda.is_available() else "cpu"
small = options.image_size <= 32
transform = SimCLRTransform(
    input_size=options.image_size, cj_strength=0.5 if small else 1.0, gaussian_blur=0.0 if small else 0.5
)
dataset = torchvision.datasets.ImageFolder(options.folder, transform)
model = SimCLR(options.depth, options.stem).to(device, memory_format=torch.channels_last).train()
criterion = NTXentLoss(temperature=0.5)
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, nesterov=True, foreach=True)
network = torch.compile(model) if options.compile else model


def step(views):
    x = torch.cat(views).to(device).contiguous(memory_format=torch.channels_last)
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast(device, torch.bfloat16, enabled=options.precision == "bfloat16"):
        z = network(x)
    loss = criterion(*z.float().chunk(2))
    loss.backward()
    optimizer.step()
    return loss.item()


def held_kib(pid):
    """What Linux says a process holds, by kind; of a page that processes share, Pss counts each one's part."""
    with open(f"/proc/{pid}/smaps_rollup") as lines:
        return {fields[0]: int(fields[1]) for fields in map(str.split, lines) if fields[0].endswith(":")}


def workers_mib():
    """What the loader's processes hold beside this one, whose pages and libraries they share; 0 where the system does not say it."""
    try:
        own, *workers = [held_kib(pid) for pid in ["self", *(worker.pid for worker in multiprocessing.active_children())]]
    except FileNotFoundError:
        return 0
    parts = sum(held["Pss_Anon:"] + held["Pss_Shmem:"] for held in workers)
    return round((parts - (own["Anonymous:"] - own["Pss_Anon:"])) / 1024)


def work(request):
    """One more step than asked, and the time after the first."""
    loader = torch.utils.data.DataLoader(
        dataset, options.batch, shuffle=True, drop_last=True, num_workers=options.workers
    )
    start = None
    for count, (views, _) in enumerate(loader):
        loss = step(views)
        if count == 0:
            start = time.perf_counter()
        if count == request["steps"]:
            # The loader's processes end with the loop.
            return {"seconds": time.perf_counter() - start, "value": loss, "workersMiB": workers_mib()}


serve({"torch": torch.__version__, "torchvision": torchvision.__version__, "lightly": lightly.__version__}, work)
