"""NT-Xent with its gradient: lightly's NTXentLoss, or PyTorch's few lines, eager or compiled."""

import argparse

import lightly
import torch
from lightly.loss import NTXentLoss

from serve import serve
from simclr_model import nt_xent

parser = argparse.ArgumentParser()
parser.add_argument("--batch", type=int, default=256)
parser.add_argument("--precision", default="float32", choices=["float32", "tf32", "bfloat16"])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--lightly", action="store_true")
parser.add_argument("--compile", action="store_true")
options = parser.parse_args()
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.precision == "tf32"
torch.set_num_threads(options.threads)
torch.manual_seed(0)
device = "cuda" if torch.cuda.is_available() else "cpu"
a, b = (torch.randn(options.batch, 128, device=device, requires_grad=True) for _ in range(2))
loss_of = NTXentLoss(temperature=0.5) if options.lightly else lambda x, y: nt_xent(torch.cat([x, y]), 0.5)
if options.compile:
    loss_of = torch.compile(loss_of)


def work(request):
    for _ in range(request["repeats"]):
        a.grad = b.grad = None
        with torch.autocast(device, torch.bfloat16, enabled=options.precision == "bfloat16"):
            loss = loss_of(a, b)
        loss.backward()
        value = loss.item()
    return {"value": value}


serve({"torch": torch.__version__, "lightly": lightly.__version__}, work)
