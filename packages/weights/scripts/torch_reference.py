"""Writes src/fixtures/torch/: files as PyTorch's libraries write them, and what the networks in them compute.

    python packages/weights/scripts/torch_reference.py      needs torch, torchvision, lightly, safetensors

The networks are torchvision's and lightly's own classes with fewer channels; nothing of them is written again here. Outputs and gradients
are computed in float64 from the float32 numbers of the files. reference_noise.py has the numbers' formula: no seed is needed.
"""

import argparse
import hashlib
import json
import pathlib
import sys

import lightly
import torch
import torchvision
from lightly.models import ResNetGenerator
from safetensors.torch import save_file
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from reference_noise import FIXTURES, noise, numbers, variable

TARGET = FIXTURES / "torch"
TARGET.mkdir(parents=True, exist_ok=True)


class NarrowResNet(ResNet):
    """torchvision's ResNet with a multiple of its channels."""

    def __init__(self, block, layers, width):
        self.width = width
        super().__init__(block, layers, num_classes=3)
        channels = int(64 * width)
        self.conv1 = torch.nn.Conv2d(3, channels, 7, 2, 3, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(channels)
        self.fc = torch.nn.Linear(int(512 * width) * block.expansion, 3)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == 64:
            self.inplanes = int(64 * self.width)
        return super()._make_layer(block, int(planes * self.width), blocks, stride, dilate)


def fill(model):
    state = model.state_dict()
    for name, tensor in state.items():
        if name.endswith("num_batches_tracked"):
            tensor.fill_(7)
        else:
            fan_in = tensor[0].numel() if tensor.dim() > 1 else 1
            tensor.copy_(torch.from_numpy(variable(name, tuple(tensor.shape), fan_in)))
    return model


def goldens(model, features, shape, gradients):
    """Features in inference mode and in training mode, and gradients of mean(features * noise) in training mode."""
    model = model.double()
    images = torch.from_numpy(noise("images", shape, 0.5, 0.5)).double().permute(0, 3, 1, 2)
    inferred = features(model.eval(), images)
    trained = features(model.train(), images)
    weights = torch.from_numpy(noise("loss", tuple(trained.shape))).double()
    (trained * weights).mean().backward()
    named = dict(model.named_parameters())
    hwio = lambda g: g.permute(2, 3, 1, 0) if g.dim() == 4 else g
    return {
        "imagesShape": shape,
        "features": numbers(inferred.detach()),
        "trainingFeatures": numbers(trained.detach()),
        "gradients": {ours: numbers(hwio(named[theirs].grad)) for ours, theirs in gradients.items()},
    }


def torchvision_features(model, x):
    x = model.maxpool(model.relu(model.bn1(model.conv1(x))))
    x = model.layer4(model.layer3(model.layer2(model.layer1(x))))
    return torch.flatten(model.avgpool(x), 1)


def renamed(state, prefix):
    return {prefix + name: tensor for name, tensor in state.items()}


basic = lambda: fill(NarrowResNet(BasicBlock, [2, 2, 2, 2], 1 / 32))
bottleneck = lambda: fill(NarrowResNet(Bottleneck, [3, 4, 6, 3], 1 / 32))
end = {"group4/block1/norm2/offset": "layer4.1.bn2.bias", "group2/block0/shortcut/norm1/scale": "layer2.0.downsample.1.weight"}
basic_goldens = goldens(basic(), torchvision_features, (2, 64, 72, 3), {"stem/conv1/kernel": "conv1.weight", **end})
bottleneck_goldens = goldens(bottleneck(), torchvision_features, (2, 65, 64, 3), {"stem/conv1/kernel": "conv1.weight", **end})
state18, state50 = basic().state_dict(), bottleneck().state_dict()
backbone18 = {name: tensor for name, tensor in state18.items() if not name.startswith("fc.")}
cases = []


def case(member, file, golden, **more):
    cases.append({"member": member, "file": file, **golden, **more})


save_file(state18, TARGET / "torchvision-18.safetensors")
case("torchvision ResNet-18, safetensors", "torchvision-18.safetensors", basic_goldens, unused=["fc.bias", "fc.weight"])

channels_last = {n: t.contiguous(memory_format=torch.channels_last) if t.dim() == 4 else t for n, t in state50.items()}
torch.save(channels_last, TARGET / "torchvision-50.pt")
case("torchvision ResNet-50, torch.save, channels last", "torchvision-50.pt", bottleneck_goldens, unused=["fc.bias", "fc.weight"])

queries = renamed(backbone18, "module.encoder_q.")
keys = {name: torch.zeros_like(tensor) for name, tensor in renamed(backbone18, "module.encoder_k.").items()}
moco = {"epoch": 200, "arch": "resnet18", "state_dict": {**queries, "module.encoder_q.fc.0.weight": torch.ones(2, 2), **keys}}
torch.save(moco, TARGET / "moco-18.pth.tar", _use_new_zipfile_serialization=False)
case("MoCo checkpoint, torch.save before 1.6", "moco-18.pth.tar", basic_goldens)

solo = {
    "epoch": 3, "pytorch-lightning_version": "2.0.0", "hyper_parameters": argparse.Namespace(lr=0.3, method="simclr"),
    "state_dict": {**renamed(backbone18, "backbone."), **renamed(keys, "momentum_"), "projector.0.weight": torch.ones(2, 2)},
    "optimizer_states": [{"state": {0: {"momentum_buffer": torch.ones(3)}}}],
}
torch.save(solo, TARGET / "solo-learn-18.ckpt")
case("solo-learn's Lightning checkpoint", "solo-learn-18.ckpt", basic_goldens)

trunk = renamed(backbone18, "_feature_blocks.")
vissl = {"classy_state_dict": {"base_model": {"model": {"trunk": trunk, "heads": {"0.clf.0.weight": torch.ones(2, 2)}}}}, "phase_idx": 9}
torch.save(vissl, TARGET / "vissl-18.torch")
case("VISSL checkpoint", "vissl-18.torch", basic_goldens)

sequential = torch.nn.Sequential(*list(basic().children())[:-1])
torch.save({"state_dict": renamed(sequential.state_dict(), "backbone.")}, TARGET / "lightly-18.ckpt")
case("lightly's Sequential of torchvision's ResNet-18", "lightly-18.ckpt", basic_goldens, unused=[])

generated = ResNetGenerator("resnet-18", width=1 / 32)
cifar = fill(torch.nn.Sequential(*list(generated.children())[:-1], torch.nn.AdaptiveAvgPool2d(1)))
torch.save({"state_dict": renamed(cifar.state_dict(), "backbone.")}, TARGET / "lightly-cifar-18.ckpt")
names = {"stem/conv1/kernel": "0.weight", "group4/block1/norm2/offset": "5.1.bn2.bias", "group2/block0/shortcut/norm1/scale": "3.0.shortcut.1.weight"}
cifar_goldens = goldens(cifar, lambda m, x: m(x).flatten(1), (2, 16, 16, 3), names)
case("lightly's ResNetGenerator, CIFAR stem", "lightly-cifar-18.ckpt", cifar_goldens, unused=[])


def listing(model):
    """All names and shapes, one a line; the SHA-256 of it."""
    lines = sorted(f"{n} {list(t.shape)}\n" for n, t in model.state_dict().items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


widths = {"18": "resnet18", "34": "resnet34", "50": "resnet50", "101": "resnet101", "152": "resnet152"}
with torch.device("meta"):
    listings = {depth: listing(getattr(torchvision.models, name)()) for depth, name in widths.items()}
fixture = {
    "script": "packages/weights/scripts/torch_reference.py",
    "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__, "lightly": lightly.__version__},
    "cases": cases,
    "stateDictSha256": listings,
}
(TARGET / "goldens.json").write_text(json.dumps(fixture) + "\n")
for path in sorted(TARGET.iterdir()):
    print(path.name, path.stat().st_size)
