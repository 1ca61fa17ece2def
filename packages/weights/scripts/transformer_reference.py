"""Writes src/fixtures/transformers/: files of vision transformers and ConvNeXts as PyTorch's libraries write them, and what the networks compute.

    python packages/weights/scripts/transformer_reference.py      needs torch, torchvision, timm, safetensors

The networks are torchvision's and timm's own classes with fewer channels. Outputs and gradients are computed in float64 from the float32
numbers of the files. reference_noise.py has the numbers' formula: no seed is needed. The authors' names of a ConvNeXt are those that
timm renames when it loads their files.
"""

import hashlib
import json
import re
import sys
import pathlib

import timm
import torch
import torchvision
from safetensors.torch import save_file
from timm.models.convnext import ConvNeXt as TimmConvNeXt, checkpoint_filter_fn
from timm.models.vision_transformer import VisionTransformer as TimmVit
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.vision_transformer import VisionTransformer

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from reference_noise import FIXTURES, noise, numbers, variable

TARGET = FIXTURES / "transformers"
TARGET.mkdir(parents=True, exist_ok=True)

same = lambda t: t
conv = lambda t: t.permute(2, 3, 1, 0)
depthwise = lambda t: t.permute(2, 3, 0, 1)
dense = lambda t: t.T
channels = lambda t: t.reshape(-1)


def fill(model):
    for name, tensor in model.state_dict().items():
        is_table = re.search(r"pos_embed|cls_token|class_token", name)
        fan_in = tensor[0].numel() if tensor.dim() > 1 else 1
        value = noise(name, tuple(tensor.shape), 0.25) if is_table else variable(name, tuple(tensor.shape), fan_in)
        tensor.copy_(torch.from_numpy(value))
    return model


def goldens(model, features, shape, gradients):
    """Features, and gradients of mean(features * noise): there are no running statistics, so that training is the same."""
    model = model.double()
    images = torch.from_numpy(noise("images", shape, 0.5, 0.5)).double().permute(0, 3, 1, 2)
    output = features(model, images)
    (output * torch.from_numpy(noise("loss", tuple(output.shape))).double()).mean().backward()
    named = dict(model.named_parameters())
    return {
        "imagesShape": shape,
        "features": numbers(output.detach()),
        "trainingFeatures": numbers(output.detach()),
        "gradients": {ours: numbers(layout(named[theirs].grad)) for ours, (theirs, layout) in gradients.items()},
    }


def renamed(state, prefix):
    return {prefix + name: tensor for name, tensor in state.items()}


def interpolated(table, size, before):
    """Positions on a grid of another size, as DeiT's and MAE's scripts make them."""
    grid = round((table.shape[1] - before) ** 0.5)
    patches = table[:, before:].reshape(1, grid, grid, -1).permute(0, 3, 1, 2)
    patches = torch.nn.functional.interpolate(patches, size=(size, size), mode="bicubic", align_corners=False)
    return torch.cat([table[:, :before], patches.permute(0, 2, 3, 1).flatten(1, 2)], 1)


cases = []


def case(member, file, golden, **more):
    cases.append({"member": member, "file": file, **golden, **more})


# torchvision's vision transformer, and with its positions at other sizes.
def narrow_vit(image_size=16):
    return VisionTransformer(image_size=image_size, patch_size=4, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=40, num_classes=3)


def vit_features(model, images):
    tokens = torch.cat([model.class_token.expand(len(images), -1, -1), model._process_input(images)], 1)
    return model.encoder(tokens)[:, 0]


vit_gradients = {
    "patches/kernel": ("conv_proj.weight", conv), "classToken": ("class_token", same), "positions": ("encoder.pos_embedding", same),
    "block0/attention/input/kernel": ("encoder.layers.encoder_layer_0.self_attention.in_proj_weight", dense),
    "block1/dense2/kernel": ("encoder.layers.encoder_layer_1.mlp.3.weight", dense), "norm/offset": ("encoder.ln.bias", same),
}
vit = fill(narrow_vit().eval())
vit_state = {name: tensor.clone() for name, tensor in vit.state_dict().items()}
vit_case = {"spec": {"headCount": 2}, "expected": {"kind": "vit", "depth": 2, "width": 16, "imageSize": 16, "hiddenRatio": 2.5, "pool": "class", "positions": "learned"}}
save_file(vit_state, TARGET / "torchvision-vit.safetensors")
case("torchvision's vision transformer", "torchvision-vit.safetensors", goldens(vit, vit_features, (2, 16, 16, 3), vit_gradients), unused=["heads.head.bias", "heads.head.weight"], **vit_case)
for size in (28, 12):
    resized = narrow_vit(size).eval()
    resized.load_state_dict({**vit_state, "encoder.pos_embedding": interpolated(vit_state["encoder.pos_embedding"], size // 4, 1)})
    golden = goldens(resized, vit_features, (2, size, size, 3), {"patches/kernel": ("conv_proj.weight", conv)})
    case(f"torchvision's vision transformer at {size} pixels, bicubic", "torchvision-vit.safetensors", golden, imageSize=size, **{**vit_case, "expected": {**vit_case["expected"], "imageSize": size}})

# timm's, as DINO keeps it: a student and a teacher, of which its authors evaluate the teacher.
timm_options = {"img_size": 16, "patch_size": 4, "num_heads": 4, "num_classes": 0}
timm_gradients = {
    "patches/kernel": ("patch_embed.proj.weight", conv), "positions": ("pos_embed", same),
    "block0/attention/input/kernel": ("blocks.0.attn.qkv.weight", dense), "block1/attention/output/bias": ("blocks.1.attn.proj.bias", same),
    "block1/dense1/kernel": ("blocks.1.mlp.fc1.weight", dense), "norm/scale": ("norm.weight", same),
}
timm_features = lambda model, images: model(images)
dino = fill(TimmVit(**timm_options, depth=2, embed_dim=16).eval())
dino_state = {name: tensor.clone() for name, tensor in dino.state_dict().items()}
blank = {name: torch.zeros(()).expand(tensor.shape) for name, tensor in dino_state.items()}
checkpoint = {
    "epoch": 3, "student": renamed(blank, "module.backbone."),
    "teacher": {**renamed(dino_state, "backbone."), "head.mlp.0.weight": torch.ones(2, 2), "head.last_layer.weight_g": torch.ones(2, 1)},
}
torch.save(checkpoint, TARGET / "dino-vit.pth")
case("DINO's checkpoint, its teacher", "dino-vit.pth", goldens(dino, timm_features, (2, 16, 16, 3), timm_gradients), spec={"headCount": 4}, expected={"kind": "vit", "depth": 2, "width": 16, "imageSize": 16, "pool": "class"})

# MoCo v3's: 12 heads at every width, and fixed positions.
moco = fill(TimmVit(**{**timm_options, "num_heads": 12}, depth=1, embed_dim=24).eval())
y, x = torch.meshgrid(torch.arange(4.0), torch.arange(4.0), indexing="ij")
omega = 1.0 / 10000 ** (torch.arange(6.0) / 6)
first, second = torch.outer(y.flatten(), omega), torch.outer(x.flatten(), omega)
fixed = torch.cat([first.sin(), first.cos(), second.sin(), second.cos()], 1)
with torch.no_grad():
    moco.pos_embed.copy_(torch.cat([torch.zeros(1, 24), fixed])[None])
moco_state = {name: tensor.clone() for name, tensor in moco.state_dict().items()}
momentum = {name: torch.zeros(()).expand(tensor.shape) for name, tensor in moco_state.items()}
moco_file = {"epoch": 300, "arch": "vit_small", "state_dict": {**renamed(moco_state, "module.base_encoder."), "module.base_encoder.head.0.weight": torch.ones(2, 2), **renamed(momentum, "module.momentum_encoder."), "module.predictor.0.weight": torch.ones(2, 2)}}
torch.save(moco_file, TARGET / "moco-v3-vit.pth.tar")
moco_gradients = {ours: timm_gradients[ours] for ours in ("patches/kernel", "block0/attention/input/kernel", "norm/scale")}
case("MoCo v3's checkpoint, fixed positions", "moco-v3-vit.pth.tar", goldens(moco, timm_features, (2, 16, 16, 3), moco_gradients), expected={"kind": "vit", "depth": 1, "width": 24, "headCount": 12, "positions": "sincos", "pool": "class"})

# timm's without a class token, whose features are the mean of the patches'.
mean = fill(TimmVit(**timm_options, depth=1, embed_dim=16, class_token=False, global_pool="avg", fc_norm=False).eval())
save_file({name: tensor.clone() for name, tensor in mean.state_dict().items()}, TARGET / "timm-vit-mean.safetensors")
mean_gradients = {ours: timm_gradients[ours] for ours in ("patches/kernel", "positions", "norm/scale")}
case("timm's vision transformer without a class token", "timm-vit-mean.safetensors", goldens(mean, timm_features, (2, 16, 16, 3), mean_gradients), spec={"headCount": 4}, unused=[], expected={"kind": "vit", "pool": "mean", "imageSize": 16})

# timm's as DeiT III and DINOv2 have it: scaled branches; and, DeiT III's alone, no position for the class token.
scaled = fill(TimmVit(**timm_options, depth=2, embed_dim=16, init_values=0.1, no_embed_class=True).eval())
torch.save(scaled.state_dict(), TARGET / "timm-vit-scaled.pth")
scaled_gradients = {ours: timm_gradients[ours] for ours in ("patches/kernel", "positions", "norm/scale")}
scaled_gradients["positions"] = ("pos_embed", lambda t: torch.cat([scaled.cls_token.grad, t], 1))
case("timm's vision transformer with scaled branches", "timm-vit-scaled.pth", goldens(scaled, timm_features, (2, 16, 16, 3), scaled_gradients), spec={"headCount": 4}, unused=[], expected={"kind": "vit", "depth": 2, "imageSize": 16, "pool": "class", "positions": "learned"})

# ConvNeXts.
settings = [CNBlockConfig(6, 8, 2), CNBlockConfig(8, 12, 1), CNBlockConfig(12, None, 2)]
expected = {"kind": "convnext", "depths": [2, 1, 2], "widths": [6, 8, 12], "patchSize": 4}
timm_expected = {"kind": "convnext", "depths": [2, 1, 1, 1], "widths": [4, 6, 8, 10], "patchSize": 4}
convnext = fill(ConvNeXt(settings, stochastic_depth_prob=0.0, num_classes=3).eval())
convnext_features = lambda model, images: model.classifier[1](model.classifier[0](model.avgpool(model.features(images))))
convnext_gradients = {
    "stem/patches/kernel": ("features.0.0.weight", conv), "stage1/block1/depthwise/kernel": ("features.1.1.block.0.weight", depthwise),
    "stage2/downsample/patches/kernel": ("features.2.1.weight", conv), "stage2/block0/dense1/kernel": ("features.3.0.block.3.weight", dense),
    "stage3/block1/layerScale": ("features.5.1.layer_scale", channels), "norm/scale": ("classifier.0.weight", same),
}
save_file({name: tensor.clone() for name, tensor in convnext.state_dict().items()}, TARGET / "torchvision-convnext.safetensors")
case("torchvision's ConvNeXt", "torchvision-convnext.safetensors", goldens(convnext, convnext_features, (2, 44, 36, 3), convnext_gradients), unused=["classifier.2.bias", "classifier.2.weight"], expected=expected)

timm_convnext = fill(TimmConvNeXt(depths=(2, 1, 1, 1), dims=(4, 6, 8, 10), num_classes=0).eval())
timm_convnext_state = {name: tensor.clone() for name, tensor in timm_convnext.state_dict().items()}
timm_convnext_gradients = {
    "stem/patches/kernel": ("stem.0.weight", conv), "stage1/block1/depthwise/kernel": ("stages.0.blocks.1.conv_dw.weight", depthwise),
    "stage2/downsample/norm/scale": ("stages.1.downsample.0.weight", same), "stage3/block0/dense2/kernel": ("stages.2.blocks.0.mlp.fc2.weight", dense),
    "stage3/block0/layerScale": ("stages.2.blocks.0.gamma", same), "norm/offset": ("head.norm.bias", same),
}
torch.save({"model": renamed(timm_convnext_state, "backbone.")}, TARGET / "timm-convnext.pth")
timm_goldens = goldens(timm_convnext, timm_features, (2, 44, 36, 3), timm_convnext_gradients)
case("timm's ConvNeXt", "timm-convnext.pth", timm_goldens, unused=[], expected=timm_expected)

authors = {"stem": "downsample_layers.0", "head.norm": "norm", ".blocks.": ".", ".conv_dw.": ".dwconv.", ".mlp.fc1.": ".pwconv1.", ".mlp.fc2.": ".pwconv2."}
authors_state = {}
for name, tensor in timm_convnext_state.items():
    name = re.sub(r"^stages\.(\d+)\.downsample\.", r"downsample_layers.\1.", name)
    for theirs, original in authors.items():
        name = name.replace(theirs, original)
    authors_state[name] = tensor
reloaded = checkpoint_filter_fn(dict(authors_state), timm_convnext)
assert {name: tuple(t.shape) for name, t in reloaded.items()} == {name: tuple(t.shape) for name, t in timm_convnext_state.items()}
torch.save({"model": authors_state}, TARGET / "authors-convnext.pth")
case("the authors' ConvNeXt", "authors-convnext.pth", timm_goldens, unused=[], expected=timm_expected)


def listing(model):
    """All names and shapes, one a line; the SHA-256 of it."""
    lines = sorted(f"{n} {list(t.shape)}\n" for n, t in model.state_dict().items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def listings(library, names):
    with torch.device("meta"):
        return {name: listing(library(name)) for name in names}


torchvision_names = ["vit_b_16", "vit_b_32", "vit_l_16", "convnext_tiny", "convnext_small", "convnext_base", "convnext_large"]
timm_names = ["deit_small_patch16_224", "vit_small_patch16_224", "vit_base_patch16_224", "convnext_tiny", "convnext_base"]
table = noise("positions", (1, 1 + 9, 4))
fixture = {
    "script": "packages/weights/scripts/transformer_reference.py",
    "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__},
    "cases": cases,
    "stateDictSha256": {
        "torchvision": listings(lambda name: getattr(torchvision.models, name)(), torchvision_names),
        "timm": listings(timm.create_model, timm_names),
    },
    "positions": {str(size): numbers(interpolated(torch.from_numpy(table).double(), size, 1)) for size in (1, 2, 5, 8)},
}
(TARGET / "goldens.json").write_text(json.dumps(fixture) + "\n")
for path in sorted(TARGET.iterdir()):
    print(path.name, path.stat().st_size)
