"""Golden values for cutout, Sobel, rotation, noise and AutoAugment's operations: writes ../src/fixtures/transforms.json.

Run: python scripts/transforms.py, with torchvision. Pixels are whole 255ths, so that operations on bytes see the same image.
"""

import json
import pathlib

import numpy as np
import torch
import torchvision
from torchvision.transforms import InterpolationMode, autoaugment
from torchvision.transforms import functional as vision

SEED = 20200213


def listed(array):
    return np.round(np.asarray(array, np.float64), 7).tolist()


def back(planes):
    return listed(planes.numpy().transpose(1, 2, 0))


def rotations():
    """Square and oblong, quarter turns and others."""
    cases = []
    for height, width in [(6, 6), (7, 7), (5, 8)]:
        image = torch.from_numpy(np.random.default_rng(SEED + width).random((1, height, width), np.float32))
        for angle in [0, 90, 180, 270, 30, -12.5, 200]:
            turned = vision.rotate(image, angle, InterpolationMode.BILINEAR)
            cases.append({"angle": angle, "image": listed(image[0]), "turned": listed(turned[0])})
    return cases


def edges(image):
    """torch's convolutions of the mirrored image, and the length of both."""
    mirrored = torch.nn.functional.pad(image[:, None], (1, 1, 1, 1), mode="reflect")
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None]
    across, down = (torch.nn.functional.conv2d(mirrored, k) for k in (kernel, kernel.transpose(2, 3)))
    return back((torch.hypot(across, down) / 4).clamp(0, 1)[:, 0])


def noise():
    """The generator in 64-bit integers."""
    prime, constants = 4091, [1013, 2887, 331, 3571, 1709, 2243, 607, 3989]
    cases = []
    for key in [(0, 0, 0), (12, 4000, 7), (4090, 1, 2048)]:
        left, right, channel = np.meshgrid(np.arange(5), np.arange(4), np.arange(3), indexing="ij")
        for i, constant in enumerate(constants):
            x = (left + key[i % 3] + constant + (1361 * channel if i % 3 == 0 else 0)) % prime
            left, right = (right + x**3) % prime, left
        u, v = (left + 0.5) / prime, (right + 0.5) / prime
        cases.append({"key": key, "noise": listed(np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v))})
    return cases


def operations(image, pixels):
    """AutoAugment's own operations, one at a time; those of bytes on bytes."""
    def change(name, magnitude, source=image):
        out = autoaugment._apply_op(source, name, magnitude, InterpolationMode.BILINEAR, None)
        return {"operation": name, "magnitude": magnitude, "changed": back(out if source is image else out / 255)}

    floats = [("ShearX", 0.3), ("ShearX", -0.1), ("Rotate", 20.0), ("Rotate", -30.0), ("Color", 0.8), ("Color", -0.9)]
    floats += [("Contrast", 0.8), ("Contrast", -0.5), ("Sharpness", 0.7), ("Sharpness", -0.7), ("AutoContrast", 0.0)]
    floats += [("Solarize", 1 / 3), ("Solarize", 0.5), ("Invert", 0.0)]
    floats += [("ShearY", 0.2), ("ShearY", -0.3), ("TranslateX", 7.9), ("TranslateX", -3.0), ("TranslateY", 5.0)]
    floats += [("TranslateY", -11.0), ("Brightness", 0.6), ("Brightness", -0.45)]
    whole = [("Posterize", 4), ("Posterize", 6), ("Equalize", 0.0)]
    return [change(*one) for one in floats] + [change(*one, source=pixels) for one in whole]


POLICY_SIZE = (40, 48)


def policy(name):
    """The sub-policies, each operation with its probability and magnitude, of which _apply_op takes whole pixels."""
    augment = autoaugment.AutoAugment(autoaugment.AutoAugmentPolicy(name))
    space = augment._augmentation_space(10, POLICY_SIZE)
    def described(name, probability, level):
        magnitudes, signed = space[name]
        value = 0.0 if level is None else float(magnitudes[level])
        value = float(int(value)) if name.startswith("Translate") else value
        return {"operation": name, "probability": probability, "magnitude": value, "signed": signed}
    return [[described(*one) for one in pair] for pair in augment.policies]


def magnitudes(space):
    """Of every operation, by level."""
    return {name: listed(values.numpy().reshape(-1)) for name, (values, _) in space.items()}


generator = np.random.default_rng(SEED)
bytes_ = generator.integers(20, 230, (3, 20, 24), dtype=np.uint8)
bytes_[:, :10] //= 2  # darker above, so that no channel's histogram is flat
pixels = torch.from_numpy(bytes_)
image = pixels / 255
erased = vision.erase(image, 3, 5, 6, 9, torch.tensor(0.5))
fixture = {
    "script": "scripts/transforms.py",
    "seed": SEED,
    "versions": {"torchvision": torchvision.__version__, "torch": torch.__version__, "numpy": np.__version__},
    "image": back(image),
    "cutout": back(erased),
    "sobel": edges(image),
    "rotations": rotations(),
    "noise": noise(),
    "operations": operations(image, pixels),
    "policyImageSize": POLICY_SIZE,
    "policies": {name: policy(name) for name in ("imagenet", "cifar10", "svhn")},
    "randAugment": magnitudes(autoaugment.RandAugment()._augmentation_space(31, POLICY_SIZE)),
    "trivialAugment": magnitudes(autoaugment.TrivialAugmentWide()._augmentation_space(31)),
}
path = pathlib.Path(__file__).parent.parent / "src" / "fixtures" / "transforms.json"
path.write_text(json.dumps(fixture) + "\n")
print(path, path.stat().st_size, "bytes")
