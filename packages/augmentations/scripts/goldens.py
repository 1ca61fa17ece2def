"""Golden values for the augmentations: writes ../src/fixtures/tensorflow.json or torchvision.json.

Run: python scripts/goldens.py tensorflow; python scripts/goldens.py torchvision
(TensorFlow and PyTorch cannot be loaded into one process: their copies of LLVM collide.)
"""

import json
import pathlib
import sys

import numpy as np

SEED = 20200213
library = sys.argv[1]
if library == "tensorflow":
    import tensorflow as tf

    versions = {"tensorflow": tf.__version__, "numpy": np.__version__}
else:
    import PIL
    import PIL.Image
    import torch
    import torchvision
    from torchvision.transforms.v2 import functional as vision

    versions = {"torchvision": torchvision.__version__, "pillow": PIL.__version__, "numpy": np.__version__}


def listed(array):
    return np.round(np.asarray(array, np.float64), 7).tolist()


def clipped(array):
    return listed(np.clip(np.asarray(array), 0, 1))


def crops():
    """One image of 13x17; each case cuts a box out of it and resizes it. Only the first channel is kept."""
    image = np.random.default_rng(SEED).random((13, 17), np.float32)
    cases = []
    for height, width in [(8, 8), (20, 24), (5, 19)]:
        for y, x, h, w in [(0, 0, 13, 17), (2, 3, 9, 11), (7, 12, 5, 4), (6, 6, 1, 1)]:
            for interpolation in ["bilinear", "bicubic"]:
                cut = image[y : y + h, x : x + w].copy()
                case = {"box": [y, x, h, w], "size": [height, width], "interpolation": interpolation}
                if library == "tensorflow":
                    for antialias in [False, True]:
                        out = tf.image.resize(cut[..., None], [height, width], interpolation, antialias=antialias)
                        cases.append({**case, "antialias": antialias, "resized": clipped(out[..., 0])})
                    continue
                pil = PIL.Image.fromarray(cut).resize((width, height), getattr(PIL.Image.Resampling, interpolation.upper()))
                mode = getattr(torchvision.transforms.InterpolationMode, interpolation.upper())
                out = vision.resize(torch.from_numpy(cut)[None], [height, width], mode, antialias=True)
                cases.append({**case, "antialias": True, "resized": clipped(out[0]), "pil": clipped(pil)})
    return {"image": listed(image), "cases": cases}


def colors():
    """Random colours, and the corners where the formulas change: black, white, gray, pure and equal channels."""
    image = np.random.default_rng(SEED + 1).random((4, 6, 3), np.float32)
    image[0] = [[0, 0, 0], [1, 1, 1], [0.4, 0.4, 0.4], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    image[1] = [[1, 1, 0], [0, 1, 1], [1, 0, 1], [0.7, 0.7, 0.2], [0.2, 0.6, 0.6], [0.5, 0.1, 0.5]]
    factors = [0.2, 0.7, 1.3, 1.8]
    shifts = [-0.5, -0.2, -0.05, 0.1, 0.2, 0.45]
    if library == "tensorflow":
        adjusted = {
            "brightness": [clipped(tf.image.adjust_brightness(image, d)) for d in shifts],
            "contrast": [clipped(tf.image.adjust_contrast(image, f)) for f in factors],
            "saturation": [clipped(tf.image.adjust_saturation(image, f)) for f in factors],
            "hue": [clipped(tf.image.adjust_hue(image, d)) for d in shifts],
            "grayscale": [clipped(tf.image.rgb_to_grayscale(image))],
        }
    else:
        planes = torch.from_numpy(image.transpose(2, 0, 1).copy())
        back = lambda x: listed(x.numpy().transpose(1, 2, 0))
        adjusted = {
            "brightness": [back(vision.adjust_brightness(planes, f)) for f in factors],
            "contrast": [back(vision.adjust_contrast(planes, f)) for f in factors],
            "saturation": [back(vision.adjust_saturation(planes, f)) for f in factors],
            "hue": [back(vision.adjust_hue(planes, d)) for d in shifts],
        }
    return {"image": listed(image), "factors": factors, "shifts": shifts, **adjusted}


def blurs():
    """The reference's two depthwise convolutions with zeros around the image."""
    cases = []
    for height, width, sigma in [(19, 8, 1.3), (30, 11, 0.1), (33, 8, 1.3), (41, 10, 2.0)]:
        image = np.random.default_rng(SEED + height).random((1, height, width, 1), np.float32)
        radius = int((height // 10) / 2)
        x = np.arange(-radius, radius + 1, dtype=np.float32)
        taps = np.exp(-(x**2) / (2 * sigma**2)).astype(np.float32)
        taps /= taps.sum()
        across = tf.nn.depthwise_conv2d(image, taps.reshape(1, -1, 1, 1), [1, 1, 1, 1], "SAME")
        both = tf.nn.depthwise_conv2d(across, taps.reshape(-1, 1, 1, 1), [1, 1, 1, 1], "SAME")
        cases.append({"sigma": sigma, "image": listed(image[0, ..., 0]), "blurred": listed(both[0, ..., 0])})
    return cases


def draw(height, width, count):
    if library == "torchvision":
        torch.manual_seed(SEED)
        blank = torch.zeros(3, height, width)
        crop = torchvision.transforms.RandomResizedCrop
        return [crop.get_params(blank, (0.08, 1.0), (3 / 4, 4 / 3)) for _ in range(count)]
    boxes = []
    for i in range(count):
        begin, size, _ = tf.image.stateless_sample_distorted_bounding_box(
            [height, width, 3], [[[0.0, 0.0, 1.0, 1.0]]], seed=[SEED, i], min_object_covered=0.1,
            aspect_ratio_range=(3 / 4, 4 / 3), area_range=(0.08, 1.0), max_attempts=100,
        )  # fmt: skip
        boxes.append([int(begin[0]), int(begin[1]), int(size[0]), int(size[1])])
    return boxes


def samples():
    """Of boxes that the library's sampler draws: mean and deviation of height, width, area, ln(width/height), y, x."""
    count = 20000
    out = []
    for height, width in [(32, 32), (375, 500)]:
        y, x, h, w = np.asarray(draw(height, width, count), np.float64).T
        area = h * w / (height * width)
        numbers = np.stack([h, w, area, np.log(w / h), y, x])
        moments = {"mean": listed(numbers.mean(1)), "deviation": listed(numbers.std(1))}
        deciles = listed(np.quantile(area, np.arange(0.1, 1, 0.1)))
        out.append({"imageSize": [height, width], "count": count, **moments, "areaDeciles": deciles})
    return out


fixture = {"script": "scripts/goldens.py", "seed": SEED, "versions": versions}
fixture |= {"crops": crops(), "colors": colors(), "samples": samples()}
if library == "tensorflow":
    fixture["blurs"] = blurs()
path = pathlib.Path(__file__).parent.parent / "src" / "fixtures" / f"{library}.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps(fixture) + "\n")
print(path, path.stat().st_size, "bytes")
