"""Writes src/fixtures/pillow.json: what Pillow and torchvision make of JPEG files and of plain pixels.

    python scripts/pillow.py

JPEG files in 4:2:0, 4:4:4, progressive and gray, through torchvision's Resize, CenterCrop and PILToTensor; and plain pixels
through Pillow's resize with BILINEAR, whole and shrunk first.
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import PIL
import torchvision
from PIL import Image
from torchvision import transforms

SEED = 41
rng = np.random.default_rng(SEED)


def text(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype=np.uint8).tobytes()).decode()


def picture(height, width, channels):
    """Waves, noise and hard edges: everything between smooth and harsh."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 90 * np.sin((y * (c + 1) + 2 * x) / 7) + rng.normal(0, 25, (height, width)) for c in range(channels)]
    pixels = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    pixels[height // 3 : height // 2, width // 4 : width // 2] = 255
    pixels[height // 2 :, : width // 5] = 0
    return pixels


files = []
for name, (height, width), mode, options in [
    ("4:2:0", (75, 100), "RGB", {"quality": 92}),
    ("4:4:4", (61, 47), "RGB", {"quality": 90, "subsampling": 0}),
    ("progressive", (64, 64), "RGB", {"quality": 75, "progressive": True}),
    ("gray", (53, 71), "L", {"quality": 85}),
]:
    pixels = picture(height, width, len(mode))
    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode).save(buffer, "JPEG", **options)
    image = Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")
    sizes = []
    for size in (24, 33, 40, 90):
        view = transforms.Compose([transforms.Resize(size), transforms.CenterCrop(size), transforms.PILToTensor()])
        sizes.append({"size": size, "pixels": text(view(image).permute(1, 2, 0).numpy())})
    files.append({"name": name, "file": base64.b64encode(buffer.getvalue()).decode(), "whole": text(np.asarray(image)), "height": height, "width": width, "sizes": sizes})

resized = []
for channels, (height, width), (new_height, new_width), span in [
    (3, (40, 56), (35, 49), None),
    (3, (33, 47), (12, 9), None),
    (3, (9, 7), (20, 31), None),
    (3, (1, 50), (1, 17), None),
    (3, (20, 50), (15, 4), None),
    (3, (31, 26), (14, 11), (30.5, 25.25)),
    (1, (40, 56), (35, 49), None),
    (1, (33, 47), (12, 9), None),
]:
    pixels = picture(height, width, channels)
    image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
    box = None if span is None else (0, 0, span[1], span[0])
    new = image.resize((new_width, new_height), Image.Resampling.BILINEAR, box=box)
    resized.append({"channels": channels, "from": [height, width], "to": [new_height, new_width], "span": span, "pixels": text(pixels), "expected": text(np.asarray(new))})

path = Path(__file__).parent.parent / "src/fixtures/pillow.json"
part = path.with_suffix(".part")
part.write_text(json.dumps({"versions": {"Pillow": PIL.__version__, "torchvision": torchvision.__version__}, "seed": SEED, "files": files, "resized": resized}) + "\n")
part.rename(path)
