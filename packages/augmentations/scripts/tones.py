"""Golden values for posterize, solarize, equalize and autoContrast from PIL: writes ../src/fixtures/tones.json.

Run: python scripts/tones.py, with pillow and numpy. Images are gray bytes.
"""

import json
import pathlib

import numpy as np
import PIL
from PIL import Image, ImageOps

SEED = 20200213
generator = np.random.default_rng(SEED)
images = {
    "every level": np.arange(256, dtype=np.uint8).reshape(16, 16),
    "random": generator.integers(0, 256, (20, 24), dtype=np.uint8),
    "dark": (generator.random((24, 20)) ** 3 * 90 + 7).astype(np.uint8),
    "four levels": generator.choice(np.array([3, 80, 81, 250], np.uint8), (20, 24), p=[0.7, 0.1, 0.1, 0.1]),
    "flat": np.full((20, 24), 77, np.uint8),
}
operations = [("posterize", bits) for bits in (1, 2, 4, 7, 8)] + [("solarize", byte) for byte in (0, 100, 128, 255)]
operations += [("equalize", None), ("autocontrast", None)]


def change(image, operation, amount):
    out = getattr(ImageOps, operation)(Image.fromarray(image), *([] if amount is None else [amount]))
    return {"operation": operation, "amount": amount, "changed": np.asarray(out).tolist()}


def cases(name, image):
    """Operations on single pixels see every level; those on histograms see every image."""
    seen = [each for each in operations if each[1] is None or name == "every level"]
    return {"name": name, "image": image.tolist(), "changes": [change(image, *each) for each in seen]}


fixture = {"script": "scripts/tones.py", "seed": SEED, "versions": {"pillow": PIL.__version__, "numpy": np.__version__}}
fixture["images"] = [cases(*each) for each in images.items()]
path = pathlib.Path(__file__).parent.parent / "src" / "fixtures" / "tones.json"
path.write_text(json.dumps(fixture) + "\n")
print(path, path.stat().st_size, "bytes")
