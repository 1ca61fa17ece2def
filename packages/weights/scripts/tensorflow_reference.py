"""Writes src/fixtures/tensorflow/: checkpoints by TensorFlow's own writers, and what the networks in them compute.

    python packages/weights/scripts/tensorflow_reference.py      needs tensorflow

The network is written here from the description of google-research/simclr@383d414, resnet.py and tf2/resnet.py, with the names that
those files give their variables: numbered layers in TensorFlow 1, attributes of objects in TensorFlow 2. It computes in float64 from the float32 variables.
"""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from reference_noise import FIXTURES, noise, numbers, variable

TARGET = FIXTURES / "tensorflow"
TARGET.mkdir(parents=True, exist_ok=True)


def double(values):
    return tf.cast(values, tf.float64)


def fixed_padding(x, size):
    before = (size - 1) // 2
    pad = [before, size - 1 - before]
    return tf.pad(x, [[0, 0], pad, pad, [0, 0]])


class Convolution(tf.Module):
    def __init__(self, name, inputs, outputs, size, stride):
        super().__init__()
        self.size, self.stride = size, stride
        shape = (size, size, inputs, outputs)
        self.conv2d = tf.Module()
        self.conv2d.kernel = tf.Variable(variable(f"{name}/kernel", shape, size * size * inputs))

    def __call__(self, x):
        if self.stride > 1:
            x = fixed_padding(x, self.size)
        return tf.nn.conv2d(x, double(self.conv2d.kernel), self.stride, "SAME" if self.stride == 1 else "VALID")


class NormRelu(tf.Module):
    def __init__(self, name, channels, relu=True):
        super().__init__()
        self.relu = relu
        self.bn = tf.Module()
        for part in ["gamma", "beta", "moving_mean", "moving_variance"]:
            setattr(self.bn, part, tf.Variable(variable(f"{name}/{part}", (channels,), 1), trainable=part in ("gamma", "beta")))

    def __call__(self, x, training):
        bn = self.bn
        mean, variance = tf.nn.moments(x, [0, 1, 2]) if training else (double(bn.moving_mean), double(bn.moving_variance))
        x = tf.nn.batch_normalization(x, mean, variance, double(bn.beta), double(bn.gamma), 1e-5)
        return tf.nn.relu(x) if self.relu else x


class Block(tf.Module):
    def __init__(self, make, inputs, filters, stride, projection, bottleneck):
        super().__init__()
        outputs = 4 * filters if bottleneck else filters
        shortcut = make(inputs, outputs, 1, stride, relu=False) if projection else []
        if bottleneck:
            self.projection_layers = shortcut
            self.conv_relu_dropblock_layers = [
                *make(inputs, filters, 1, 1), tf.Module(), *make(filters, filters, 3, stride), tf.Module(),
                *make(filters, outputs, 1, 1, relu=False), tf.Module()]
        else:
            self.shortcut_layers = shortcut
            self.conv2d_bn_layers = [*make(inputs, filters, 3, stride), *make(filters, filters, 3, 1, relu=False)]
        self.bottleneck = bottleneck

    def __call__(self, x, training):
        shortcut = run(self.projection_layers if self.bottleneck else self.shortcut_layers, x, training)
        return tf.nn.relu(run(self.conv_relu_dropblock_layers if self.bottleneck else self.conv2d_bn_layers, x, training) + shortcut)


def run(layers, x, training):
    for layer in layers:
        if isinstance(layer, Convolution):
            x = layer(x)
        elif isinstance(layer, NormRelu):
            x = layer(x, training)
    return x


class Resnet(tf.Module):
    def __init__(self, blocks, bottleneck, cifar_stem, width=1 / 32):
        super().__init__()
        self.made = []
        self.cifar_stem = cifar_stem

        def make(inputs, outputs, size, stride, relu=True):
            suffix = f"_{len(self.made)}" if self.made else ""
            layers = [Convolution(f"conv2d{suffix}", inputs, outputs, size, stride), NormRelu(f"batch_normalization{suffix}", outputs, relu)]
            self.made.append((suffix, layers))
            return layers

        channels = int(64 * width)
        convolution, norm = make(3, channels, 3 if cifar_stem else 7, 1 if cifar_stem else 2)
        self.initial_conv_relu_max_pool = [convolution, tf.Module(), norm, tf.Module()]
        self.block_groups = []
        for group, count in enumerate(blocks):
            filters = int(64 * width) * 2**group
            layers = []
            for index in range(count):
                stride = 2 if index == 0 and group > 0 else 1
                layers.append(Block(make, channels, filters, stride, index == 0, bottleneck))
                channels = 4 * filters if bottleneck else filters
            part = tf.Module()
            part.layers = layers
            self.block_groups.append(part)

    def __call__(self, x, training):
        x = run(self.initial_conv_relu_max_pool, x, training)
        if not self.cifar_stem:
            x = tf.nn.max_pool2d(x, 3, 2, "SAME")
        for group in self.block_groups:
            for block in group.layers:
                x = block(x, training)
        return tf.reduce_mean(x, [1, 2])


def goldens(network, shape):
    images = double(noise("images", shape, 0.5, 0.5))
    convolution, norm = network.made[0][1]
    last = network.made[-1][1][1]
    sources = {"stem/conv1/kernel": convolution.conv2d.kernel, "stem/norm1/scale": norm.bn.gamma, "last/offset": last.bn.beta}
    with tf.GradientTape() as tape:
        trained = network(images, True)
        loss = tf.reduce_mean(trained * double(noise("loss", tuple(trained.shape))))
    gradients = tape.gradient(loss, sources)
    return {
        "imagesShape": shape,
        "features": numbers(network(images, False)),
        "trainingFeatures": numbers(trained),
        "gradients": {path: numbers(gradient) for path, gradient in gradients.items()},
    }


class Model(tf.Module):
    """As tf2/model.py and tf2/run.py have it: the list makes the shortest path to a variable another one than its layers'."""

    def __init__(self, network):
        super().__init__()
        self.resnet_model = network


cases = []
network = Resnet([2, 2, 2, 2], False, False)
named = {}
for suffix, (convolution, norm) in network.made:
    named[f"base_model/conv2d{suffix}/kernel"] = convolution.conv2d.kernel
    named[f"base_model/conv2d{suffix}/kernel/Momentum"] = tf.zeros_like(convolution.conv2d.kernel)
    for part in ["gamma", "beta", "moving_mean", "moving_variance"]:
        named[f"base_model/batch_normalization{suffix}/{part}"] = getattr(norm.bn, part)
named["head_contrastive/nl_0/dense/kernel"] = tf.ones([2, 2])
named["head_contrastive/nl_0/batch_normalization/gamma"] = tf.ones([2])
named["global_step"] = tf.constant(7, tf.int64)
order = sorted(named)
prefix = str(TARGET / "v1-18.ckpt")
tf.raw_ops.SaveV2(prefix=prefix, tensor_names=order, shape_and_slices=[""] * len(order), tensors=[tf.convert_to_tensor(named[n]) for n in order])
cases.append({"member": "SimCLR v1, TensorFlow 1 checkpoint of ResNet-18", "file": "v1-18.ckpt", **goldens(network, (2, 64, 70, 3))})

network = Resnet([3, 4, 6, 3], True, True, width=1 / 16)
path = tf.train.Checkpoint(model=Model(network), global_step=tf.Variable(7, dtype=tf.int64)).write(str(TARGET / "v2-50.ckpt"))
cases.append({"member": "SimCLR v2, TensorFlow 2 checkpoint of ResNet-50, CIFAR stem", "file": "v2-50.ckpt", **goldens(network, (4, 16, 16, 3))})

network = Resnet([2, 2, 2, 2], False, True)
saved = tf.Module()
saved.model = Model(network)
saved.trainable_variables_list = list(network.trainable_variables)
folder = TARGET / "v2-18-saved-model"
tf.saved_model.save(saved, str(folder))
(folder / "saved_model.pb").unlink()
(folder / "fingerprint.pb").unlink(missing_ok=True)
(folder / "assets").rmdir()
cases.append({"member": "SimCLR v2, SavedModel of ResNet-18, CIFAR stem", "file": "v2-18-saved-model", **goldens(network, (4, 32, 32, 3))})

halves = {"conv/half": tf.constant([0.5, -1.25, 65504, 6e-8], tf.float16), "conv/brain": tf.constant([0.5, -1.25, 3e38], tf.bfloat16), "step": tf.constant([7, -1], tf.int64)}
tf.raw_ops.SaveV2(prefix=str(TARGET / "types.ckpt"), tensor_names=list(halves), shape_and_slices=[""] * 3, tensors=list(halves.values()))
types = {name: numbers(tf.cast(tensor, tf.float64)) for name, tensor in halves.items()}
fixture = {"script": "packages/weights/scripts/tensorflow_reference.py", "versions": {"tensorflow": tf.__version__}, "cases": cases, "types": types}
(TARGET / "goldens.json").write_text(json.dumps(fixture) + "\n")
for path in sorted(TARGET.rglob("*")):
    print(path.relative_to(TARGET), path.stat().st_size)
