"""Writes src/fixtures/torchvision.json: outputs and gradients of torchvision's VisionTransformer and ConvNeXt in float64.

    python packages/backbones/scripts/torchvision_reference.py

No weights are stored: both sides compute every variable, and the images, from the formula of `noise`.
"""

import json
import math
import pathlib

import torch
import torchvision
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.vision_transformer import VisionTransformer

torch.set_default_dtype(torch.float64)


def noise(name, shape):
    """Uniform in [-1, 1), i counting in row-major order of the TypeScript's shape: the same in every language."""
    phase = sum(ord(c) * (k + 1) for k, c in enumerate(name)) % 1000 / 100
    index = torch.arange(math.prod(shape), dtype=torch.float64)
    hashed = torch.sin(12.9898 * index + phase) * 43758.5453
    return (2 * (hashed - torch.floor(hashed)) - 1).reshape(shape)


# From torch's layout to ours; each is undone by its own inverse.
same = lambda t: t
conv = lambda t: t.permute(2, 3, 1, 0)  # OIHW to HWIO
dense = lambda t: t.T
depthwise = lambda t: t.permute(2, 3, 0, 1)  # C1HW to HWC1
channels = lambda t: t.reshape(-1)  # C11 to C


def norm(path, module):
    return {f"{path}/scale": (module.weight, same), f"{path}/offset": (module.bias, same)}


def linear(path, module, layout=dense):
    return {f"{path}/kernel": (module.weight, layout), f"{path}/bias": (module.bias, same)}


def vit_parameters(model, learned=True, class_token=True):
    found = linear("patches", model.conv_proj, conv)
    if class_token:
        found["classToken"] = (model.class_token, same)
    if learned:
        found["positions"] = (model.encoder.pos_embedding, same)
    for i, layer in enumerate(model.encoder.layers):
        at = f"block{i}"
        attention = layer.self_attention
        found |= norm(f"{at}/norm1", layer.ln_1) | norm(f"{at}/norm2", layer.ln_2)
        found |= {f"{at}/attention/input/kernel": (attention.in_proj_weight, dense),
                  f"{at}/attention/input/bias": (attention.in_proj_bias, same)}
        found |= linear(f"{at}/attention/output", attention.out_proj)
        found |= linear(f"{at}/dense1", layer.mlp[0]) | linear(f"{at}/dense2", layer.mlp[3])
    return found | norm("norm", model.encoder.ln)


def convnext_parameters(model):
    found = linear("stem/patches", model.features[0][0], conv) | norm("stem/norm", model.features[0][1])
    for i, stage in enumerate(model.features[1:]):
        at = f"stage{i // 2 + 1}"
        if i % 2:
            at = f"stage{i // 2 + 2}"
            found |= norm(f"{at}/downsample/norm", stage[0]) | linear(f"{at}/downsample/patches", stage[1], conv)
            continue
        for k, block in enumerate(stage):
            b = f"{at}/block{k}"
            found |= linear(f"{b}/depthwise", block.block[0], depthwise) | norm(f"{b}/norm", block.block[2])
            found |= linear(f"{b}/dense1", block.block[3]) | linear(f"{b}/dense2", block.block[5])
            found[f"{b}/layerScale"] = (block.layer_scale, channels)
    return found | norm("norm", model.classifier[0])


def fill(parameters):
    """The formula of every variable, by its path: as in the TypeScript."""
    for path, (tensor, layout) in parameters.items():
        shape = tuple(layout(tensor).shape)
        if path.endswith("/scale"):
            value = 1 + 0.25 * noise(path, shape)
        elif path.endswith(("/kernel", "/dense")):
            value = noise(path, shape) * math.sqrt(3 / math.prod(shape[:-1] if "depthwise" not in path else shape[:2]))
        else:
            value = 0.25 * noise(path, shape)
        with torch.no_grad():
            layout(tensor).copy_(value)


def sincos(rows, columns, width):
    """MoCo v3's `build_2d_sincos_position_embedding`, whose meshgrid(w, h) runs over rows first on a square grid."""
    first, second = torch.meshgrid(torch.arange(rows).double(), torch.arange(columns).double(), indexing="ij")
    omega = 1.0 / 10000 ** (torch.arange(width // 4).double() / (width // 4))
    a, b = torch.outer(first.flatten(), omega), torch.outer(second.flatten(), omega)
    return torch.cat([a.sin(), a.cos(), b.sin(), b.cos()], dim=1)[None]


def case(kind, options, features_of, parameters, shape, gradients):
    fill(parameters)
    images = (0.5 + 0.5 * noise("images", shape)).permute(0, 3, 1, 2)
    features = features_of(images)
    (features * noise("loss", features.shape)).mean().backward()
    numbers = lambda t: [float(f"{v:.8g}") for v in t.detach().flatten()]
    return {
        "kind": kind, "options": options, "imagesShape": shape, "features": numbers(features),
        "gradients": {p: numbers(parameters[p][1](parameters[p][0].grad)) for p in gradients},
    }


def vit_case():
    model = VisionTransformer(image_size=12, patch_size=4, num_layers=3, num_heads=2, hidden_dim=16, mlp_dim=40)
    model.heads = torch.nn.Identity()
    options = {"width": 16, "depth": 3, "headCount": 2, "hiddenRatio": 2.5, "patchSize": 4, "imageSize": 12}
    paths = ["patches/kernel", "classToken", "positions", "block0/attention/input/kernel", "block1/norm1/scale",
             "block2/dense1/bias", "block2/attention/output/kernel", "norm/offset"]
    return case("vit", options, model, vit_parameters(model), (3, 12, 12, 3), paths)


def mean_vit_case():
    model = VisionTransformer(image_size=12, patch_size=4, num_layers=2, num_heads=4, hidden_dim=16, mlp_dim=64)

    def features(images):
        x = model.conv_proj(images).flatten(2).transpose(1, 2) + sincos(3, 3, 16)
        return model.encoder.ln(model.encoder.layers(x)).mean(1)

    options = {"width": 16, "depth": 2, "headCount": 4, "patchSize": 4, "imageSize": 12, "positions": "sincos", "pool": "mean"}
    paths = ["patches/bias", "block0/attention/input/bias", "block1/dense2/kernel", "norm/scale"]
    return case("vit", options, features, vit_parameters(model, False, False), (3, 12, 12, 3), paths)


def convnext_case():
    settings = [CNBlockConfig(6, 8, 2), CNBlockConfig(8, 12, 1), CNBlockConfig(12, None, 2)]
    model = ConvNeXt(settings, stochastic_depth_prob=0.0)
    model.classifier[2] = torch.nn.Identity()
    options = {"depths": [2, 1, 2], "widths": [6, 8, 12]}
    paths = ["stem/patches/kernel", "stem/norm/scale", "stage1/block0/depthwise/kernel", "stage1/block1/layerScale",
             "stage2/downsample/patches/kernel", "stage2/block0/dense1/kernel", "stage3/block1/depthwise/bias", "norm/scale"]
    return case("convnext", options, model, convnext_parameters(model), (2, 44, 36, 3), paths)


def count(build):
    """Trainable parameters without the classifier."""
    with torch.device("meta"):
        model = build()
    head = model.heads if hasattr(model, "heads") else model.classifier[2]
    size = lambda m: sum(p.numel() for p in m.parameters())
    return size(model) - size(head)


models = torchvision.models
fixture = {
    "script": "packages/backbones/scripts/torchvision_reference.py",
    "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__},
    "cases": [vit_case(), mean_vit_case(), convnext_case()],
    "parameterCounts": {
        "vit": {"base": count(models.vit_b_16), "large": count(models.vit_l_16)},
        "convnext": {size: count(getattr(models, f"convnext_{size}")) for size in ("tiny", "small", "base", "large")},
    },
}
target = pathlib.Path(__file__).parent.parent / "src" / "fixtures" / "torchvision.json"
target.write_text(json.dumps(fixture) + "\n")
print(target, target.stat().st_size, "bytes", fixture["parameterCounts"])
