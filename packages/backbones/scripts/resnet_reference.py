"""Writes src/fixtures/resnet.json: features, statistics and gradients of two ResNets, computed by PyTorch in float64.

    python packages/backbones/scripts/resnet_reference.py

The networks are written here from the description of google-research/simclr@383d414 resnet.py, independently of the
TypeScript. No weights are stored: both sides compute every variable, and the images, from the formula of `noise`.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

BLOCKS = {18: [2, 2, 2, 2], 50: [3, 4, 6, 3]}


def noise(name, shape):
    """Uniform in [-1, 1), i counting in row-major (HWIO, NHWC) order: the same in every language."""
    phase = sum(ord(c) * (k + 1) for k, c in enumerate(name)) % 1000 / 100
    count = math.prod(shape)
    index = torch.arange(count, dtype=torch.float64)
    hashed = torch.sin(12.9898 * index + phase) * 43758.5453
    return (2 * (hashed - torch.floor(hashed)) - 1).reshape(shape)


class Network:
    def __init__(self, depth, width, stem):
        self.depth, self.width, self.stem = depth, width, stem
        self.params, self.statistics = {}, {}

    def conv_norm(self, x, at, number, channels, size, stride, relu):
        kernel_path, norm = f"{at}/conv{number}/kernel", f"{at}/norm{number}"
        shape = (size, size, x.shape[1], channels)
        make = lambda path, shape, scale, shift: self.params.setdefault(
            path, (shift + scale * noise(path, shape)).requires_grad_())
        kernel = make(kernel_path, shape, math.sqrt(3 / (size * size * x.shape[1])), 0)
        scale = make(f"{norm}/scale", (channels,), 0.25, 1)
        offset = make(f"{norm}/offset", (channels,), 0.25, 0)
        # Odd kernels: (k - 1) / 2 zeros on every side, for stride 1 (SAME) and for stride 2 (fixed padding) alike.
        y = F.conv2d(x, kernel.permute(3, 2, 0, 1), stride=stride, padding=(size - 1) // 2)
        mean, variance = y.mean((0, 2, 3)), y.var((0, 2, 3), unbiased=False)
        self.statistics[f"{norm}/mean"], self.statistics[f"{norm}/variance"] = mean, variance
        y = F.batch_norm(y, None, None, scale, offset, training=True, eps=1e-5)
        return F.relu(y) if relu else y

    def __call__(self, x):
        channels = lambda base: max(1, round(base * self.width))
        if self.stem == "imagenet":
            x = self.conv_norm(x, "stem", 1, channels(64), 7, 2, True)
            # TensorFlow's SAME: for even sizes nothing before, one after.
            pad = [max((math.ceil(n / 2) - 1) * 2 + 3 - n, 0) for n in x.shape[2:]]
            low, high = [p // 2 for p in pad], [p - p // 2 for p in pad]
            x = F.max_pool2d(F.pad(x, (low[1], high[1], low[0], high[0]), value=-math.inf), 3, 2)
        else:
            x = self.conv_norm(x, "stem", 1, channels(64), 3, 1, True)
        for group, count in enumerate(BLOCKS[self.depth]):
            inner = channels(64 * 2**group)
            for block in range(count):
                at = f"group{group + 1}/block{block}"
                stride = 2 if block == 0 and group > 0 else 1
                if self.depth >= 50:
                    y = self.conv_norm(x, at, 1, inner, 1, 1, True)
                    y = self.conv_norm(y, at, 2, inner, 3, stride, True)
                    y = self.conv_norm(y, at, 3, 4 * inner, 1, 1, False)
                else:
                    y = self.conv_norm(x, at, 1, inner, 3, stride, True)
                    y = self.conv_norm(y, at, 2, inner, 3, 1, False)
                shortcut = x
                if block == 0:
                    shortcut = self.conv_norm(x, f"{at}/shortcut", 1, y.shape[1], 1, stride, False)
                x = F.relu(y + shortcut)
        return x.mean((2, 3))


def case(depth, width, stem, shape, gradients):
    network = Network(depth, width, stem)
    images = 0.5 + 0.5 * noise("images", shape)
    features = network(images.permute(0, 3, 1, 2))
    loss = (features * noise("loss", features.shape)).mean()
    loss.backward()
    numbers = lambda t: [float(f"{v:.7g}") for v in t.detach().flatten()]
    return {
        "options": {"depth": depth, "width": width, "stem": stem},
        "imagesShape": shape,
        "features": numbers(features),
        "statistics": {path: numbers(network.statistics[path]) for path in ["stem/norm1/mean", "group4/block1/norm2/variance"]},
        "gradients": {path: numbers(network.params[path].grad) for path in gradients},
    }


ends = ["group2/block0/shortcut/norm1/scale", "group4/block1/norm2/offset"]
fixture = {
    "script": "packages/backbones/scripts/resnet_reference.py",
    "versions": {"torch": torch.__version__},
    "cases": [
        case(18, 0.125, "cifar", (4, 16, 16, 3), ["stem/conv1/kernel", *ends]),
        case(50, 0.0625, "imagenet", (4, 72, 64, 3), ["group1/block0/conv2/kernel", *ends]),
    ],
}
target = pathlib.Path(__file__).parent.parent / "src" / "fixtures" / "resnet.json"
target.write_text(json.dumps(fixture) + "\n")
print(target, target.stat().st_size, "bytes")
