"""Writes src/fixtures/resnet.json: features, statistics and gradients of ResNets, computed by PyTorch in float64.

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
    def __init__(self, depth, width, stem, selectiveKernels=0, squeezeExcite=0, resnetD=None, training=True):
        self.depth, self.width, self.stem = depth, width, stem
        self.sk, self.se = selectiveKernels, squeezeExcite
        self.d = selectiveKernels > 0 if resnetD is None else resnetD
        self.params, self.statistics, self.training = {}, {}, training

    def make(self, path, shape, scale, shift):
        return self.params.setdefault(path, (shift + scale * noise(path, shape)).requires_grad_())

    def conv(self, x, path, channels, size=1, stride=1):
        kernel = self.make(path, (size, size, x.shape[1], channels), math.sqrt(3 / (size * size * x.shape[1])), 0)
        # Odd kernels: (k - 1) / 2 zeros on every side, for stride 1 (SAME) and for stride 2 (fixed padding) alike.
        return F.conv2d(x, kernel.permute(3, 2, 0, 1), stride=stride, padding=(size - 1) // 2)

    def conv_norm(self, x, at, number, channels, size, stride, relu):
        norm = f"{at}/norm{number}"
        y = self.conv(x, f"{at}/conv{number}/kernel", channels, size, stride)
        scale = self.make(f"{norm}/scale", (channels,), 0.25, 1)
        offset = self.make(f"{norm}/offset", (channels,), 0.25, 0)
        if self.training:
            mean, variance = y.mean((0, 2, 3)), y.var((0, 2, 3), unbiased=False)
        else:
            mean, variance = 0.1 * noise(f"{norm}/mean", (channels,)), 1 + 0.25 * noise(f"{norm}/variance", (channels,))
        self.statistics[f"{norm}/mean"], self.statistics[f"{norm}/variance"] = mean, variance
        over = lambda t: t[None, :, None, None]
        y = over(scale) * (y - over(mean)) / torch.sqrt(over(variance) + 1e-5) + over(offset)
        return F.relu(y) if relu else y

    def selective(self, x, at, channels, stride):
        y = self.conv_norm(x, at, 2, 2 * channels, 3, stride, True)
        streams = torch.stack([y[:, :channels], y[:, channels:]])
        pooled = streams.sum(0).mean((2, 3), keepdim=True)
        hidden = self.conv_norm(pooled, f"{at}/selection", 1, max(int(channels * self.sk), 32), 1, 1, True)
        logits = self.conv(hidden, f"{at}/selection/conv2/kernel", 2 * channels)
        weights = torch.softmax(torch.stack([logits[:, :channels], logits[:, channels:]]), dim=0)
        return (streams * weights).sum(0)

    def excite(self, x, at, channels):
        at = f"{at}/squeezeExcite"
        bias = lambda path, t: t + self.make(path, (t.shape[1],), 0.25, 0)[None, :, None, None]
        y = x.mean((2, 3), keepdim=True)
        y = F.relu(bias(f"{at}/reduce/bias", self.conv(y, f"{at}/reduce/kernel", max(1, int(channels * self.se)))))
        return x * torch.sigmoid(bias(f"{at}/expand/bias", self.conv(y, f"{at}/expand/kernel", x.shape[1])))

    def pooled_shortcut(self, x, stride):
        padded = F.pad(x, (0, 1, 0, 1))
        sums = 4 * F.avg_pool2d(padded, 2, stride)
        if stride == 2:  # VALID, after a row of zeros that counts
            return sums / 4
        inside = 4 * F.avg_pool2d(F.pad(torch.ones_like(x), (0, 1, 0, 1)), 2, 1)  # SAME: the padding does not count
        return sums / inside

    def __call__(self, x):
        channels = lambda base: max(1, round(base * self.width))
        if self.stem == "imagenet":
            if self.d:
                x = self.conv_norm(x, "stem", 1, channels(64) // 2, 3, 2, True)
                x = self.conv_norm(x, "stem", 2, channels(64) // 2, 3, 1, True)
                x = self.conv_norm(x, "stem", 3, channels(64), 3, 1, True)
            else:
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
                    y = self.selective(y, at, inner, stride) if self.sk else self.conv_norm(y, at, 2, inner, 3, stride, True)
                    y = self.conv_norm(y, at, 3, 4 * inner, 1, 1, False)
                else:
                    y = self.conv_norm(x, at, 1, inner, 3, stride, True)
                    y = self.conv_norm(y, at, 2, inner, 3, 1, False)
                if self.se:
                    y = self.excite(y, at, inner)
                shortcut = x
                if block == 0:
                    pooled = self.pooled_shortcut(x, stride) if self.d else x
                    shortcut = self.conv_norm(pooled, f"{at}/shortcut", 1, y.shape[1], 1, 1 if self.d else stride, False)
                x = F.relu(y + shortcut)
        return x.mean((2, 3))


def case(depth, width, stem, shape, gradients, training=True, **options):
    network = Network(depth, width, stem, training=training, **options)
    images = 0.5 + 0.5 * noise("images", shape)
    features = network(images.permute(0, 3, 1, 2))
    loss = (features * noise("loss", features.shape)).mean()
    loss.backward()
    numbers = lambda t: [float(f"{v:.7g}") for v in t.detach().flatten()]
    return {
        "options": {"depth": depth, "width": width, "stem": stem, **options},
        "training": training,
        "imagesShape": shape,
        "features": numbers(features),
        "statistics": {path: numbers(network.statistics[path]) for path in ["stem/norm1/mean", "group4/block1/norm2/variance"]},
        "gradients": {path: numbers(network.params[path].grad) for path in gradients},
    }


ends = ["group2/block0/shortcut/norm1/scale", "group4/block1/norm2/offset"]
selective = ["group1/block1/selection/conv2/kernel", "group3/block0/selection/norm1/offset"]
excite = ["group2/block1/squeezeExcite/reduce/bias", "group1/block0/squeezeExcite/expand/kernel"]
fixture = {
    "script": "packages/backbones/scripts/resnet_reference.py",
    "versions": {"torch": torch.__version__},
    "cases": [
        case(18, 0.125, "cifar", (4, 16, 16, 3), ["stem/conv1/kernel", *ends]),
        case(50, 0.0625, "imagenet", (4, 72, 64, 3), ["group1/block0/conv2/kernel", *ends]),
        # Odd sizes within: the pooled shortcuts' padding counts. In float32, PyTorch's own gradients of the first layers
        # are 0.2 to 3 % off these in training, through 70 batch norms; so they are compared in inference.
        case(50, 0.0625, "imagenet", (4, 88, 72, 3), ["group4/block1/selection/conv2/kernel", "group4/block2/squeezeExcite/expand/kernel", ends[1]],
             selectiveKernels=0.0625, squeezeExcite=0.25),
        case(50, 0.0625, "imagenet", (4, 88, 72, 3), ["stem/conv2/kernel", *selective, *excite, *ends],
             selectiveKernels=0.0625, squeezeExcite=0.25, training=False),
        case(18, 0.125, "cifar", (4, 14, 13, 3), [*excite, *ends], squeezeExcite=0.5, resnetD=True),
    ],
}
target = pathlib.Path(__file__).parent.parent / "src" / "fixtures" / "resnet.json"
target.write_text(json.dumps(fixture) + "\n")
print(target, target.stat().st_size, "bytes")
