"""The network of @simclr/backbones' resnet and @simclr/heads' nonlinearHead, in PyTorch.

As google-research/simclr: a projection shortcut in the first block of every group, the last scale of a block starts at 0.
"""

import torch
import torch.nn.functional as F
from torch import nn


def convolution(inputs, outputs, size, stride=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)


class Block(nn.Module):
    """Two 3x3 convolutions, or the bottleneck 1x1, 3x3, 1x1."""

    def __init__(self, inputs, width, stride, project, bottleneck):
        super().__init__()
        outputs = width * 4 if bottleneck else width
        shapes = (
            [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
            if bottleneck
            else [(inputs, width, 3, stride), (width, outputs, 3, 1)]
        )
        layers = []
        for shape in shapes:
            layers += [convolution(*shape), nn.BatchNorm2d(shape[1]), nn.ReLU(inplace=True)]
        self.layers = nn.Sequential(*layers[:-1])
        nn.init.zeros_(self.layers[-1].weight)
        self.shortcut = (
            nn.Sequential(convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs)) if project else nn.Identity()
        )
        self.outputs = outputs

    def forward(self, x):
        return F.relu(self.layers(x) + self.shortcut(x), inplace=True)


class SimCLR(nn.Module):
    def __init__(self, depth=18, stem="cifar"):
        super().__init__()
        counts = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}[depth]
        layers = [convolution(3, 64, 3) if stem == "cifar" else convolution(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU()]
        if stem == "imagenet":
            layers.append(nn.MaxPool2d(3, 2, 1))
        channels = 64
        for group, count in enumerate(counts):
            for block in range(count):
                stride = 2 if group > 0 and block == 0 else 1
                layers.append(Block(channels, 64 * 2**group, stride, block == 0, depth >= 50))
                channels = layers[-1].outputs
        self.backbone = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Linear(channels, channels, bias=False),
            nn.BatchNorm1d(channels),
            nn.ReLU(),
            nn.Linear(channels, 128, bias=False),
            nn.BatchNorm1d(128),
        )

    def forward(self, x):
        return self.head(self.backbone(x).mean((2, 3)))


def nt_xent(z, temperature):
    """NT-Xent over both views' rows, one after the other."""
    z = F.normalize(z, dim=1)
    n = z.shape[0]
    logits = (z @ z.t() / temperature).masked_fill(torch.eye(n, dtype=torch.bool, device=z.device), float("-inf"))
    return F.cross_entropy(logits, torch.arange(n, device=z.device).roll(n // 2))
