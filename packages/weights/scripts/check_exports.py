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
images = lambda name: noise("images", SHAPES[name], 0.5, 0.5).transpose(0, 3, 1, 2).copy()
features = {}
for path in sorted((FIXTURES / "exports").glob("*-encoder.onnx")):
    name = path.name.removesuffix("-encoder.onnx")
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    features[name] = numbers(session.run(["features"], {"images": images(name)})[0])


class NarrowResNet(torchvision.models.ResNet):
    """torchvision's ResNet-18 with a thirty-second of its channels and three classes."""

    def __init__(self):
        super().__init__(torchvision.models.resnet.BasicBlock, [2, 2, 2, 2], num_classes=3)
        self.conv1, self.bn1 = torch.nn.Conv2d(3, 2, 7, 2, 3, bias=False), torch.nn.BatchNorm2d(2)
        self.fc = torch.nn.Linear(16, 3)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        self.inplanes = 2 if planes == 64 else self.inplanes
        return super()._make_layer(block, planes // 32, blocks, stride, dilate)


def check(name, model, remove_classifier):
    model.load_state_dict(load_file(FIXTURES / "exports" / f"{name}-model.safetensors"), strict=True)
    remove_classifier(model)
    with torch.no_grad():
        features[name] = numbers(model.double().eval()(torch.from_numpy(images(name)).double()))


def vit(mlp_dim):
    return VisionTransformer(image_size=16, patch_size=4, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=mlp_dim, num_classes=3)


identity = torch.nn.Identity()
check("torchvision-18", NarrowResNet(), lambda model: setattr(model, "fc", identity))
check("torchvision-vit", vit(40), lambda model: setattr(model, "heads", identity))
check("torchvision-vit-sincos", vit(64), lambda model: setattr(model, "heads", identity))
settings = [CNBlockConfig(6, 8, 2), CNBlockConfig(8, 12, 1), CNBlockConfig(12, None, 1)]
check("torchvision-convnext", ConvNeXt(settings, num_classes=3), lambda model: model.classifier.__setitem__(2, identity))
versions = {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__, "torch": torch.__version__, "torchvision": torchvision.__version__}
fixture = {"script": "packages/weights/scripts/check_exports.py", "versions": versions, "features": features}
(FIXTURES / "exports.json").write_text(json.dumps(fixture) + "\n")
print({name: len(values) for name, values in features.items()})
