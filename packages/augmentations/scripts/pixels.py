"""What torchvision, PIL and kornia make of one image of bytes: writes ../src/fixtures/pixels.json.

Run: python scripts/pixels.py, with torchvision, pillow and kornia. Images are base64 of bytes, [height, width, 3].
A case has our member, its parameters for one image, its options, and the bytes of the reference. References that work on
floats alone are rounded.
"""

import base64
import json
import math
import pathlib

import kornia
import numpy as np
import PIL
import torch
import torchvision
from PIL import Image, ImageEnhance, ImageOps
from torchvision.transforms import InterpolationMode, autoaugment
from torchvision.transforms import functional as vision

SEED = 20200213
HEIGHT, WIDTH = 40, 32
BILINEAR, NEAREST, BICUBIC = InterpolationMode.BILINEAR, InterpolationMode.NEAREST, InterpolationMode.BICUBIC
generator = np.random.default_rng(SEED)
y, x = np.meshgrid(np.linspace(0, 1, HEIGHT), np.linspace(0, 1, WIDTH), indexing="ij")
waves = np.stack([np.sin(7 * x + 3 * y), np.cos(5 * y - 4 * x), np.sin(9 * x * y + 1)])
array = np.clip(128 + 70 * waves + generator.normal(0, 18, waves.shape), 12, 240).astype(np.uint8)
image = torch.from_numpy(array)
floats = image / 255
pil = Image.fromarray(array.transpose(1, 2, 0))
cases = []


def case(member, reference, changed, parameters, tolerance=0, options=None):
    """Of a tensor [3, height, width] of bytes or of floats, or a PIL image."""
    if isinstance(changed, torch.Tensor):
        changed = changed if changed.dtype == torch.uint8 else (changed.clamp(0, 1) * 255).round().to(torch.uint8)
        changed = changed.numpy().transpose(1, 2, 0)
    out = np.ascontiguousarray(np.asarray(changed, np.uint8))
    size = list(out.shape[:2])
    parameters = {name: [value] for name, value in parameters.items()}
    case = {"member": member, "reference": reference, "parameters": parameters, "options": options or {}}
    cases.append({**case, "tolerance": tolerance, "size": size, "bytes": base64.b64encode(out).decode()})


def crops():
    for member in ("randomResizedCrop", "centerCrop"):
        for name, mode in (("bilinear", BILINEAR), ("bicubic", BICUBIC)):
            for box in ((3, 4, 30, 21), (10, 2, 9, 12)):
                out = vision.resized_crop(image, *box, [24, 20], mode, antialias=True)
                options = {"imageSize": [24, 20], "interpolation": name, "antialias": True}
                case(member, "torchvision", out, dict(zip(("y", "x", "height", "width"), box)), 1, options)


def jitter():
    still = {"order": [0, 1, 2, 3], "brightness": 1, "contrast": 1, "saturation": 1, "hue": 0}
    options = {"variant": "torchvision"}
    for name, values in {"brightness": (0.4, 1.7), "contrast": (0.4, 1.7), "saturation": (0.3, 1.8), "hue": (-0.3, 0.15)}.items():
        for value in values:
            out = getattr(vision, f"adjust_{name}")(image, value)
            case("colorJitter", "torchvision", out, {**still, name: value}, 1 if name == "brightness" else 2, options)


def tones():
    case("horizontalFlip", "torchvision", vision.hflip(image), {})
    case("verticalFlip", "torchvision", vision.vflip(image), {})
    case("grayscale", "torchvision", vision.rgb_to_grayscale(image, 3), {}, 1)
    case("invert", "PIL", ImageOps.invert(pil), {})
    case("equalize", "PIL", ImageOps.equalize(pil), {})
    case("autoContrast", "PIL", ImageOps.autocontrast(pil), {}, 1)
    for bits in (2, 5):
        case("posterize", "PIL", ImageOps.posterize(pil, bits), {"bits": bits})
    for threshold in (90, 160):
        case("solarize", "PIL", ImageOps.solarize(pil, threshold), {"threshold": threshold / 255})
    for factor in (0.1, 1.9):
        case("sharpness", "PIL", ImageEnhance.Sharpness(pil).enhance(factor), {"factor": factor}, 1)
    for gamma, gain in ((0.5, 1.0), (2.2, 0.8)):
        case("adjustGamma", "torchvision", vision.adjust_gamma(image, gamma, gain), {"gamma": gamma, "gain": gain}, 1)
    box = (5, 7, 12, 9)
    named = dict(zip(("y", "x", "height", "width"), box))
    case("cutout", "torchvision", vision.erase(image, *box, torch.tensor(51, dtype=torch.uint8)), named, 0, {"fill": 0.2})
    color = torch.tensor([255, 0, 51], dtype=torch.uint8)[:, None, None]
    case("randomErasing", "torchvision", vision.erase(image, *box, color), named, 0, {"value": [1, 0, 0.2]})


def filters():
    radius = HEIGHT // 10 // 2
    black = vision.pad(floats, radius)
    for sigma in (0.4, 1.9):
        inner = vision.gaussian_blur(black, 2 * radius + 1, sigma)[:, radius:-radius, radius:-radius]
        case("gaussianBlur", "torchvision, black around", inner, {"sigma": sigma}, 1)
    mirrored = torch.nn.functional.pad(floats[:, None], (1, 1, 1, 1), mode="reflect")
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None]
    across, down = (torch.nn.functional.conv2d(mirrored, k)[:, 0] for k in (kernel, kernel.transpose(2, 3)))
    case("sobel", "torch", torch.hypot(across, down) / 4, {}, 1)
    for size, angle, direction in ((3, 0.0, 0.0), (5, 45.0, 0.5), (7, 30.0, -1.0), (7, 90.0, 1.0), (5, -123.5, -0.3), (7, 200.0, 0.8)):
        out = kornia.filters.motion_blur(floats[None], size, angle, direction, "constant", "nearest")[0]
        case("motionBlur", "kornia", out, {"kernelSize": size, "angle": angle, "direction": direction}, 1)


def movements():
    for angle in (90.0, 30.0, -12.5):
        case("rotate", "torchvision", vision.rotate(image, angle, BILINEAR), {"angle": angle}, 1)
    slants = (0.35, -0.2)
    slanted = vision.affine(floats, 0.0, [0, 0], 1.0, [math.degrees(math.atan(slants[0])), 0.0], BILINEAR)
    slanted = vision.affine(slanted, 0.0, [0, 0], 1.0, [0.0, math.degrees(math.atan(slants[1]))], BILINEAR)
    case("randomShear", "torchvision", slanted, {"horizontal": slants[0], "vertical": slants[1]}, 1)
    for angle, (dx, dy), scale, (sx, sy) in (
        (0.0, (5, -3), 1.0, (0.0, 0.0)),
        (33.0, (0, 0), 1.0, (0.0, 0.0)),
        (0.0, (0, 0), 1.37, (0.0, 0.0)),
        (0.0, (0, 0), 1.0, (17.0, -9.0)),
        (-71.0, (-4, 6), 0.73, (11.0, 8.0)),
    ):
        moved = {"angle": angle, "translateX": dx, "translateY": dy, "scale": scale, "shearX": sx, "shearY": sy}
        for name, mode in (("bilinear", BILINEAR), ("nearest", NEAREST)):
            for fill in (None,) if scale != 0.73 else (None, 0.0, [51.0, 204.0, 102.0]):
                out = vision.affine(image, angle, [dx, dy], scale, [sx, sy], mode, [fill] * 3 if fill == 0.0 else fill)
                ours = [value / 255 for value in fill] if isinstance(fill, list) else fill
                options = {"degrees": 180, "interpolation": name, **({} if fill is None else {"fill": ours})}
                case("randomAffine", "torchvision", out, moved, 1, options)
    start = [[0, 0], [WIDTH - 1, 0], [WIDTH - 1, HEIGHT - 1], [0, HEIGHT - 1]]
    for end in ([[3, 5], [27, 2], [30, 33], [6, 38]], [[7, 0], [31, 9], [24, 39], [0, 30]]):
        coefficients = vision._get_perspective_coeffs(start, end)
        for name, mode in (("bilinear", BILINEAR), ("nearest", NEAREST)):
            out = vision.perspective(image, start, end, mode, [0.0] * 3)
            options = {"interpolation": name, "fill": 0}
            case("randomPerspective", "torchvision", out, {"coefficients": coefficients}, 1, options)


NAMES = ["None", "ShearX", "Rotate", "Color", "Contrast", "Sharpness", "Posterize", "Solarize", "Invert", "AutoContrast"]
NAMES += ["Equalize", "ShearY", "TranslateX", "TranslateY", "Brightness"]


def ours(name, magnitude):
    if name in ("Brightness", "Color", "Contrast", "Sharpness"):
        return 1 + magnitude
    return magnitude / 255 if name == "Solarize" else float(int(magnitude)) if name.startswith("Translate") else magnitude


def policies():
    spaces = {
        "autoAugment": (autoaugment.AutoAugment()._augmentation_space(10, (HEIGHT, WIDTH)), 7, 2),
        "randAugment": (autoaugment.RandAugment()._augmentation_space(31, (HEIGHT, WIDTH)), 9, 1),
        "trivialAugment": (autoaugment.TrivialAugmentWide()._augmentation_space(31), 19, 1),
    }
    for member, (space, level, turns) in spaces.items():
        for i, (name, (magnitudes, signed)) in enumerate(space.items()):
            if name == "Identity":
                continue
            magnitude = float(magnitudes[level]) if magnitudes.ndim > 0 else 0.0
            magnitude *= -1 if signed and i % 2 else 1
            for interpolation, mode in (("bilinear", BILINEAR), ("nearest", NEAREST)):
                moves = name[:5] in ("Shear", "Trans", "Rotat")
                if interpolation == "nearest" and not (moves and member == "randAugment"):
                    continue
                out = autoaugment._apply_op(image, name, magnitude, mode, None)
                rest = [0] * (turns - 1)
                parameters = {"operations": [NAMES.index(name), *rest], "magnitudes": [ours(name, magnitude), *rest]}
                options = {"interpolation": interpolation, **({"operationCount": 1} if member == "randAugment" else {})}
                # Gray, or its mean, is cut to a whole level, and so is the blend with it.
                case(member, "torchvision", out, parameters, 2 if name in ("Color", "Contrast") else 1, options)


crops()
jitter()
tones()
filters()
movements()
policies()
versions = {"torchvision": torchvision.__version__, "torch": torch.__version__, "kornia": kornia.__version__}
versions |= {"pillow": PIL.__version__, "numpy": np.__version__}
source = base64.b64encode(np.ascontiguousarray(array.transpose(1, 2, 0))).decode()
fixture = {"script": "scripts/pixels.py", "seed": SEED, "versions": versions, "size": [HEIGHT, WIDTH], "image": source}
path = pathlib.Path(__file__).parent.parent / "src" / "fixtures" / "pixels.json"
path.write_text(json.dumps({**fixture, "cases": cases}) + "\n")
print(path, path.stat().st_size, "bytes", len(cases), "cases")
