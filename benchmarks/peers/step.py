"""PyTorch's side of the training-step benchmark.

Reads one JSON request a line, {"steps": n}, runs n steps and answers {"seconds": s, "loss": l}. The same network as
@simclr/backbones' resnet({depth: 18, stem: "cifar"}) with the projection shortcut of google-research/simclr, the same
two-layer head with batch norm, NT-Xent over 2N, SGD with Nesterov momentum; channels-last memory, as is fastest on CPUs.
"""

import argparse
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.transforms import v2


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, project):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        nn.init.zeros_(self.norm2.weight)
        self.shortcut = (
            nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
            if project
            else nn.Identity()
        )

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class SimCLR(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
        channels = 64
        for width, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
            layers += [Block(channels, width, stride, True), Block(width, width, 1, False)]
            channels = width
        self.backbone = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Linear(512, 512, bias=False), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 128, bias=False), nn.BatchNorm1d(128)
        )

    def forward(self, x):
        return self.head(self.backbone(x).mean((2, 3)))


def nt_xent(z, temperature):
    z = F.normalize(z, dim=1)
    n = z.shape[0]
    logits = (z @ z.t() / temperature).masked_fill(torch.eye(n, dtype=torch.bool), float("-inf"))
    return F.cross_entropy(logits, torch.arange(n).roll(n // 2))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--augment", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = SimCLR().to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, nesterov=True, foreach=True)
    images = torch.randint(0, 256, (options.batch, 3, 32, 32), dtype=torch.uint8)
    jitter = v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8)
    view = v2.Compose(
        [v2.RandomResizedCrop(32, (0.08, 1.0), antialias=True), v2.RandomHorizontalFlip(), jitter, v2.RandomGrayscale(0.2)]
    )

    def views():
        x = images.float().div(255)
        if not options.augment:
            return torch.cat([x, x])
        return torch.cat([torch.stack([view(image) for image in x]) for _ in range(2)])

    def step(x):
        optimizer.zero_grad(set_to_none=True)
        loss = nt_xent(model(x), 0.5)
        loss.backward()
        optimizer.step()
        return loss

    run = torch.compile(step) if options.compile else step
    print(json.dumps({"versions": {"torch": torch.__version__, "python": sys.version.split()[0]}}), flush=True)
    for line in sys.stdin:
        steps = json.loads(line)["steps"]
        start = time.perf_counter()
        for _ in range(steps):
            loss = run(views().contiguous(memory_format=torch.channels_last))
        value = loss.item()
        print(json.dumps({"seconds": time.perf_counter() - start, "loss": value}), flush=True)


main()
