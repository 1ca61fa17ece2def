"""Golden values for mixup and CutMix, and quantiles of what is drawn for them: writes ../src/fixtures/mixes.json.

Run: python scripts/mixes.py, with torchvision.
"""

import json
import pathlib

import numpy as np
import torch
import torchvision
from torchvision.transforms import RandomErasing, v2

SEED = 20200213
torch.manual_seed(SEED)
COUNT = 20000


def listed(array):
    return np.round(np.asarray(array, np.float64), 7).tolist()


def mixes():
    images, labels = torch.rand(4, 3, 6, 5), torch.tensor([0, 2, 1, 2])
    cases = []
    for make in (v2.MixUp, v2.CutMix):
        for alpha in (0.3, 1.0, 1.0, 4.0):
            mix = make(alpha=alpha, num_classes=3)
            drawn = mix.make_params([images])
            mix.make_params = lambda _: drawn
            mixed, mixed_labels = mix(images, labels)
            parameters = {"lambda": drawn["lam"]} if make is v2.MixUp else {"box": drawn["box"]}
            out = {"images": listed(mixed.permute(0, 2, 3, 1)), "labels": listed(mixed_labels)}
            cases.append({"mix": "mixup" if make is v2.MixUp else "cutmix", **parameters, **out})
    return {"images": listed(images.permute(0, 2, 3, 1)), "labels": labels.tolist(), "cases": cases}


def beta():
    """Deciles, of a million draws in double precision."""
    at = np.arange(0.1, 1, 0.1)
    generator = np.random.default_rng(SEED)
    return [{"alpha": a, "deciles": listed(np.quantile(generator.beta(a, a, 1_000_000), at))} for a in (0.1, 0.4, 1.0, 3.0)]


def moments(boxes):
    return {"mean": listed(np.mean(boxes, 0)), "deviation": listed(np.std(boxes, 0)), "count": COUNT}


def erasing():
    """Of RandomErasing's rectangles: y, x, height, width, height * width, ln(height / width)."""
    image = torch.zeros(3, 40, 32)
    boxes = [RandomErasing.get_params(image, (0.02, 0.33), (0.3, 3.3), [0.0])[:4] for _ in range(COUNT)]
    return moments([(i, j, h, w, h * w, np.log(h / w)) for i, j, h, w in boxes])


def cuts():
    """Of CutMix's rectangles: y, x, height, width."""
    mix = v2.CutMix(alpha=1.0, num_classes=3)
    boxes = [mix.make_params([torch.zeros(4, 3, 40, 32)])["box"] for _ in range(COUNT)]
    return moments([(y1, x1, y2 - y1, x2 - x1) for x1, y1, x2, y2 in boxes])


fixture = {"script": "scripts/mixes.py", "seed": SEED, "versions": {"torchvision": torchvision.__version__, "numpy": np.__version__}}
fixture |= {"mixes": mixes(), "beta": beta(), "imageSize": [40, 32], "erasing": erasing(), "cuts": cuts()}
path = pathlib.Path(__file__).parent.parent / "src" / "fixtures" / "mixes.json"
path.write_text(json.dumps(fixture) + "\n")
print(path, path.stat().st_size, "bytes")
