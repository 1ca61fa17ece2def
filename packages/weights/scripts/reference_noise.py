"""What the scripts of this folder share: numbers that every language computes alike, and goldens as JSON."""

import math
import pathlib

import numpy

FIXTURES = pathlib.Path(__file__).parent.parent / "src" / "fixtures"


def noise(name, shape, scale=1.0, shift=0.0):
    """Uniform in [shift - scale, shift + scale), in row-major order; TypeScript has the same in src/testing/noise.ts."""
    phase = sum(ord(c) * (k + 1) for k, c in enumerate(name)) % 1000 / 100
    index = numpy.arange(math.prod(shape), dtype=numpy.float64)
    hashed = numpy.sin(12.9898 * index + phase) * 43758.5453
    return (shift + scale * (2 * (hashed - numpy.floor(hashed)) - 1)).reshape(shape).astype(numpy.float32)


def variable(name, shape, fan_in):
    """A variable's numbers by what it is: kernels of variance 1 / fanIn, scales around 1, the rest around 0."""
    if len(shape) > 1:
        return noise(name, shape, math.sqrt(3 / fan_in))
    if name.endswith(("running_var", "moving_variance")):
        return noise(name, shape, 0.25, 1)
    if name.endswith(("weight", "gamma")):
        return noise(name, shape, 0.25, 1)
    return noise(name, shape, 0.25)


def numbers(values):
    return [float(f"{v:.8g}") for v in numpy.asarray(values).flatten()]
