"""Writes src/fixtures/exports.json: what onnxruntime and torchvision compute with the files that exportEncoder wrote.

    pnpm --filter @simclr/weights export-fixtures
    python packages/weights/scripts/check_exports.py      needs onnx, onnxruntime, torch, torchvision, safetensors

Every ONNX file passes onnx.checker with full shape inference, and torchvision loads the state dict with strict=True.
"""

import json
import pathlib
import sys

import onnx
import onnxruntime
import torch
import torchvision
from safetensors.torch import load_file
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.vision_transformer import VisionTransformer

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from reference_noise import FIXTURES, noise, numbers

SHAPES = {"simclr-18": (2, 64, 70, 3), "torchvision-50": (2, 65, 48, 3), "cifar-18": (3, 17, 16, 3), "torchvision-18": (2, 64, 70, 3), "simclr2-50": (2, 65, 70, 3)}
SHAPES |= {"vit": (3, 16, 16, 3), "vit-mean": (3, 16, 16, 3), "convnext": (2, 44, 36, 3)}
SHAPES |= {"torchvision-vit": (3, 16, 16, 3), "torchvision-vit-sincos": (3, 16, 16, 3), "torchvision-convnext": (2, 44, 36, 3)}
SHAPES |= {"torchvision-18-se": (2, 64, 70, 3), "torchvision-50-sk-se": (2, 64, 72, 3)}
images = lambda name: noise("images", SHAPES[name], 0.5, 0.5).transpose(0, 3, 1, 2).copy()
features = {}
for path in sorted((FIXTURES / "exports").glob("*-encoder.onnx")):
    name = path.name.removesuffix("-encoder.onnx")
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    features[name] = numbers(session.run(["features"], {"images": images(name)})[0])


class NarrowResNet(torchvision.models.ResNet):
    """torchvision's ResNet with a thirty-second of its channels and three classes."""

    def __init__(self, block=torchvision.models.resnet.BasicBlock, layers=(2, 2, 2, 2)):
        super().__init__(block, layers, num_classes=3)
        self.conv1, self.bn1 = torch.nn.Conv2d(3, 2, 7, 2, 3, bias=False), torch.nn.BatchNorm2d(2)
        self.fc = torch.nn.Linear(16 * block.expansion, 3)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        self.inplanes = 2 if planes == 64 else self.inplanes
        return super()._make_layer(block, planes // 32, blocks, stride, dilate)


def check(name, model, remove_classifier):
    model.load_state_dict(load_file(FIXTURES / "exports" / f"{name}-model.safetensors"), strict=True)
    remove_classifier(model)
    with torch.no_grad():
        features[name] = numbers(model.double().eval()(torch.from_numpy(images(name)).double()))


nn = torch.nn


class SelectiveKernel(nn.Module):
    """Two streams of channels to one, each channel by its own mixture: the class of the README."""

    def __init__(self, channels, ratio):
        super().__init__()
        squeezed = max(int(channels * ratio), 32)
        self.conv1, self.bn1 = nn.Conv2d(channels, squeezed, 1, bias=False), nn.BatchNorm2d(squeezed)
        self.conv2 = nn.Conv2d(squeezed, 2 * channels, 1, bias=False)

    def forward(self, x):
        streams = torch.stack(x.chunk(2, 1))
        logits = self.conv2(self.bn1(self.conv1(streams.sum(0).mean((2, 3), keepdim=True))).relu())
        return (torch.stack(logits.chunk(2, 1)).softmax(0) * streams).sum(0)


def blocks(model):
    return [block for layer in (model.layer1, model.layer2, model.layer3, model.layer4) for block in layer]


def with_deep_stem(model):
    """As the notes of the export say it."""
    model.conv1 = nn.Sequential(
        nn.Conv2d(3, 1, 3, 2, 1, bias=False), nn.BatchNorm2d(1), nn.ReLU(), nn.Conv2d(1, 1, 3, 1, 1, bias=False),
        nn.BatchNorm2d(1), nn.ReLU(), nn.Conv2d(1, 2, 3, 1, 1, bias=False),
    )
    return model


def with_pooled_shortcuts(model):
    """Of a model that has loaded its state dict."""
    for block in blocks(model):
        if block.downsample is None:
            continue
        stride = block.downsample[0].stride[0]
        block.downsample[0].stride = (1, 1)
        padding = nn.ReplicationPad2d((0, 1, 0, 1)) if stride == 1 else nn.ZeroPad2d((0, 1, 0, 1))
        block.downsample = nn.Sequential(padding, nn.AvgPool2d(2, stride), block.downsample)


def with_gates(model, last, ratio):
    for block in blocks(model):
        norm = getattr(block, last)
        squeezed = max(1, int(block.conv1.out_channels * ratio))
        setattr(block, last, nn.Sequential(norm, torchvision.ops.SqueezeExcitation(norm.num_features, squeezed)))
    return model


def with_selective_kernels(model, ratio):
    for block in blocks(model):
        before = block.conv2
        twice = 2 * before.out_channels
        block.conv2, block.bn2 = nn.Conv2d(before.in_channels, twice, 3, before.stride, 1, bias=False), nn.BatchNorm2d(twice)
        block.conv3 = nn.Sequential(SelectiveKernel(block.conv3.in_channels, ratio), block.conv3)
    return model


def vit(mlp_dim):
    return VisionTransformer(image_size=16, patch_size=4, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=mlp_dim, num_classes=3)


identity = nn.Identity()
check("torchvision-18", NarrowResNet(), lambda model: setattr(model, "fc", identity))


def finish(model, padding=None):
    model.fc = identity
    with_pooled_shortcuts(model)
    if padding is not None:
        model.maxpool = nn.Sequential(padding, nn.MaxPool2d(3, 2))


check("torchvision-18-se", with_gates(with_deep_stem(NarrowResNet()), "bn2", 0.5), finish)
bottlenecks = with_deep_stem(NarrowResNet(torchvision.models.resnet.Bottleneck, (3, 4, 6, 3)))
bottlenecks = with_gates(with_selective_kernels(bottlenecks, 0.0625), "bn3", 0.25)
check("torchvision-50-sk-se", bottlenecks, lambda model: finish(model, nn.ZeroPad2d((0, 1, 0, 1))))
check("torchvision-vit", vit(40), lambda model: setattr(model, "heads", identity))
check("torchvision-vit-sincos", vit(64), lambda model: setattr(model, "heads", identity))
settings = [CNBlockConfig(6, 8, 2), CNBlockConfig(8, 12, 1), CNBlockConfig(12, None, 1)]
check("torchvision-convnext", ConvNeXt(settings, num_classes=3), lambda model: model.classifier.__setitem__(2, identity))
versions = {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__, "torch": torch.__version__, "torchvision": torchvision.__version__}
fixture = {"script": "packages/weights/scripts/check_exports.py", "versions": versions, "features": features}
(FIXTURES / "exports.json").write_text(json.dumps(fixture) + "\n")
print({name: len(values) for name, values in features.items()})
