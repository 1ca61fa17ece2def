"""Writes src/fixtures/simclr2/: checkpoints of SimCLRv2's networks with selective kernels, and what the networks compute.

    python packages/weights/scripts/simclr2_reference.py      needs tensorflow and tf_keras

The networks are written here from the description of google-research/simclr@383d414, of few channels. What names their variables is
TensorFlow itself: tf.compat.v1.layers number the layers of the first checkpoint, as in the files that were published, and the second is of the
attributes of Keras 2's layers, which have the names of tf2/resnet.py and tf2/model.py. Checkpoints are of float32; outputs and gradients are
computed in float64 by a second network of the same numbers. reference_noise.py has the numbers' formula: no seed is needed.
"""

import json
import math
import os
import pathlib
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"
warnings.filterwarnings("ignore")
import tensorflow as tf
import tf_keras

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from reference_noise import FIXTURES, noise, numbers, variable

TARGET = FIXTURES / "simclr2"
TARGET.mkdir(parents=True, exist_ok=True)
BLOCKS, CHANNELS, OUTPUTS = (3, 4, 6, 3), 2, 5  # ResNet-50 of 1/32 of its width
SHAPES = {"v1": (12, 34, 32, 3), "v2": (12, 33, 40, 3)}  # a squeezed channel has one number an image: few images make wild statistics
v1, layers = tf.compat.v1, tf.keras.layers


def known(index, name, shape):
    return variable(f"{index}/{name}", tuple(shape), math.prod(shape[:-1]))


def padded(x, size):
    before = (size - 1) // 2
    return tf.pad(x, [[0, 0], [before, size - 1 - before], [before, size - 1 - before], [0, 0]])


def pooled_shortcut(x, stride):
    return tf.nn.avg_pool2d(x, 2, 1, "SAME") if stride == 1 else tf.nn.avg_pool2d(padded(x, 2), 2, 2, "VALID")


# TensorFlow 1: functions, whose layers are numbered as they are made.


class Version1:
    def __init__(self, selective, gate):
        self.selective, self.gate = selective, gate

    def convolution(self, x, channels, size, stride=1, bias=False):
        x = padded(x, size) if stride > 1 else x
        return v1.layers.conv2d(x, channels, size, stride, "SAME" if stride == 1 else "VALID", use_bias=bias)

    def norm(self, x, training, relu=True, offset=True):
        x = v1.layers.batch_normalization(x, epsilon=1e-5, training=training, center=offset, fused=False)
        return tf.nn.relu(x) if relu else x

    def block(self, x, filters, stride, projection, training):
        shortcut = x
        if projection:
            shortcut = self.norm(self.convolution(pooled_shortcut(x, stride), 4 * filters, 1), training, relu=False)
        x = self.norm(self.convolution(x, filters, 1), training)
        streams = tf.stack(tf.split(self.norm(self.convolution(x, 2 * filters, 3, stride), training), 2, 3))
        squeezed = self.convolution(tf.reduce_mean(tf.reduce_sum(streams, 0), [1, 2], keepdims=True), max(int(filters * self.selective), 32), 1)
        mixing = self.convolution(self.norm(squeezed, training), 2 * filters, 1)
        x = tf.reduce_sum(streams * tf.nn.softmax(tf.stack(tf.split(mixing, 2, 3)), 0), 0)
        x = self.norm(self.convolution(x, 4 * filters, 1), training, relu=False)
        if self.gate:
            squeezed = tf.nn.relu(self.convolution(tf.reduce_mean(x, [1, 2], keepdims=True), max(1, int(filters * self.gate)), 1, bias=True))
            x = tf.sigmoid(self.convolution(squeezed, 4 * filters, 1, bias=True)) * x
        return tf.nn.relu(x + shortcut)

    def __call__(self, x, training):
        with v1.variable_scope("base_model", reuse=v1.AUTO_REUSE):
            for channels, stride in [(CHANNELS // 2, 2), (CHANNELS // 2, 1), (CHANNELS, 1)]:
                x = self.norm(self.convolution(x, channels, 3, stride), training)
            x = tf.nn.max_pool2d(x, 3, 2, "SAME")
            for group, count in enumerate(BLOCKS):
                for index in range(count):
                    x = self.block(x, CHANNELS * 2**group, 2 if group > 0 and index == 0 else 1, index == 0, training)
            features = x = tf.reduce_mean(x, [1, 2])
        with v1.variable_scope("head_contrastive", reuse=v1.AUTO_REUSE):
            for layer in range(3):
                with v1.variable_scope(f"nl_{layer}", reuse=v1.AUTO_REUSE):
                    x = v1.layers.dense(x, OUTPUTS if layer == 2 else features.shape[-1], use_bias=False)
                    x = self.norm(x, training, relu=layer < 2, offset=layer < 2)
        return features, x


def version1(network, dtype, training, run):
    """A graph of its own each time: where layers are called again, they are numbered on."""
    with tf.Graph().as_default(), v1.Session() as session:
        outputs = network(tf.constant(noise("images", SHAPES["v1"], 0.5, 0.5), dtype), training)
        owned = v1.global_variables()
        for index, each in enumerate(owned):
            each.load(known(index, each.op.name.split("/")[-1], each.shape.as_list()), session)
        return run(session, owned, *outputs)


def save_version1(session, owned, *_outputs):
    slots = [v1.get_variable(f"{v.op.name}/Momentum", initializer=tf.zeros_like(v)) for v in owned if "conv2d" in v.op.name][:4]
    step = v1.get_variable("global_step", initializer=tf.constant(7, tf.int64))
    session.run([v.initializer for v in [*slots, step]])
    prefix = str(TARGET / "v1-50-sk.ckpt")
    v1.train.Saver([*owned, *slots, step], save_relative_paths=True).save(session, prefix, write_meta_graph=False, write_state=False)
    return [v.op.name for v in owned]


def golden_of(features, projections, gradients):
    return {"features": numbers(features[0]), "trainingFeatures": numbers(features[1]), "projections": numbers(projections[0]), "trainingProjections": numbers(projections[1]), "gradients": {path: numbers(g) for path, g in gradients.items()}}


def infer_version1(session, _owned, *outputs):
    return session.run(outputs)


def train_version1(session, _owned, features, projections):
    loss = tf.reduce_mean(features * tf.constant(noise("loss", tuple(features.shape)), tf.float64))
    encoder = [v for v in v1.trainable_variables() if v.op.name.startswith("base_model")]
    offset = [v for v in encoder if v.op.name.endswith("beta")][-1]
    sources = {"stem/conv1/kernel": encoder[0], "stem/norm1/scale": encoder[1], "group4/block2/squeezeExcite/expand/bias": encoder[-1], "group4/block2/norm3/offset": offset}
    return session.run([features, projections, dict(zip(sources, tf.gradients(loss, list(sources.values()))))])


# TensorFlow 2: objects, by whose attributes the variables are found.


class FixedPadding(layers.Layer):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def call(self, x, training=None):
        return padded(x, self.size)


class Identity(layers.Layer):
    def call(self, x, training=None):
        return x


class ConvolutionOf2(layers.Layer):
    def __init__(self, channels, size, stride=1):
        super().__init__()
        self.fixed_padding = FixedPadding(size) if stride > 1 else None
        self.conv2d = layers.Conv2D(channels, size, stride, "same" if stride == 1 else "valid", use_bias=False)

    def call(self, x, training=None):
        return self.conv2d(self.fixed_padding(x) if self.fixed_padding else x)


class NormRelu(layers.Layer):
    def __init__(self, relu=True, center=True):
        super().__init__()
        self.relu = relu
        self.bn = layers.BatchNormalization(epsilon=1e-5, center=center, fused=False)

    def call(self, x, training=None):
        x = self.bn(x, training=training)
        return tf.nn.relu(x) if self.relu else x


class SelectiveKernel(layers.Layer):
    def __init__(self, filters, stride, ratio):
        super().__init__()
        self.conv2d_fixed_padding = ConvolutionOf2(2 * filters, 3, stride)
        self.batch_norm_relu = NormRelu()
        self.conv2d_0 = layers.Conv2D(max(int(filters * ratio), 32), 1, use_bias=False)
        self.batch_norm_relu_1 = NormRelu()
        self.conv2d_1 = layers.Conv2D(2 * filters, 1, use_bias=False)

    def call(self, x, training=None):
        streams = tf.stack(tf.split(self.batch_norm_relu(self.conv2d_fixed_padding(x), training=training), 2, 3))
        pooled = tf.reduce_mean(tf.reduce_sum(streams, 0), [1, 2], keepdims=True)
        mixing = self.conv2d_1(self.batch_norm_relu_1(self.conv2d_0(pooled), training=training))
        return tf.reduce_sum(streams * tf.nn.softmax(tf.stack(tf.split(mixing, 2, 3)), 0), 0)


class Block(layers.Layer):
    def __init__(self, filters, stride, projection, ratio):
        super().__init__()
        self.projection_layers = []
        if projection:
            pooling = [FixedPadding(2)] if stride > 1 else []
            average = layers.AveragePooling2D(2, stride, "same" if stride == 1 else "valid")
            self.projection_layers = [*pooling, average, ConvolutionOf2(4 * filters, 1), NormRelu(relu=False)]
        self.shortcut_dropblock = Identity()
        self.conv_relu_dropblock_layers = [
            ConvolutionOf2(filters, 1), NormRelu(), Identity(), SelectiveKernel(filters, stride, ratio), Identity(),
            ConvolutionOf2(4 * filters, 1), NormRelu(relu=False), Identity()]

    def call(self, x, training=None):
        shortcut = run_layers(self.projection_layers, x, training)
        return tf.nn.relu(run_layers(self.conv_relu_dropblock_layers, x, training) + shortcut)


def run_layers(parts, x, training):
    for part in parts:
        x = part(x) if isinstance(part, layers.AveragePooling2D | layers.MaxPooling2D) else part(x, training=training)
    return x


class BlockGroup(layers.Layer):
    def __init__(self, filters, count, stride, ratio):
        super().__init__()
        self.layers = [Block(filters, stride if index == 0 else 1, index == 0, ratio) for index in range(count)]

    def call(self, x, training=None):
        return run_layers(self.layers, x, training)


class Resnet(layers.Layer):
    def __init__(self, ratio):
        super().__init__()
        self.initial_conv_relu_max_pool = [
            ConvolutionOf2(CHANNELS // 2, 3, 2), NormRelu(), ConvolutionOf2(CHANNELS // 2, 3), NormRelu(), ConvolutionOf2(CHANNELS, 3),
            Identity(), NormRelu(), layers.MaxPooling2D(3, 2, "same"), Identity()]
        self.block_groups = [BlockGroup(CHANNELS * 2**g, count, 2 if g else 1, ratio) for g, count in enumerate(BLOCKS)]

    def call(self, x, training=None):
        return tf.reduce_mean(run_layers([*self.initial_conv_relu_max_pool, *self.block_groups], x, training), [1, 2])


class LinearLayer(layers.Layer):
    def __init__(self, units, center, norm=True):
        super().__init__()
        self.dense = layers.Dense(units, use_bias=not norm)
        if norm:
            self.bn_relu = NormRelu(relu=False, center=center)

    def call(self, x, training=None):
        x = self.dense(x)
        return self.bn_relu(x, training=training) if hasattr(self, "bn_relu") else x


class ProjectionHead(layers.Layer):
    def __init__(self, features):
        super().__init__()
        self.linear_layers = [LinearLayer(features, True), LinearLayer(features, True), LinearLayer(OUTPUTS, False)]

    def call(self, x, training=None):
        for index, layer in enumerate(self.linear_layers):
            x = layer(x, training=training) if index == 2 else tf.nn.relu(layer(x, training=training))
        return x


class SupervisedHead(layers.Layer):
    def __init__(self):
        super().__init__()
        self.linear_layer = LinearLayer(3, True, norm=False)

    def call(self, x, training=None):
        return self.linear_layer(x)


class Model(tf.keras.Model):
    def __init__(self, ratio):
        super().__init__()
        self.resnet_model = Resnet(ratio)
        self._projection_head = ProjectionHead(32 * CHANNELS)
        self.supervised_head = SupervisedHead()

    def call(self, x, training=None):
        features = self.resnet_model(x, training=training)
        self.supervised_head(features)
        return features, self._projection_head(features, training=training)


def version2(dtype):
    tf.keras.backend.set_floatx(dtype)
    model = Model(0.0625)
    images = tf.constant(noise("images", SHAPES["v2"], 0.5, 0.5), dtype)
    model(images, training=False)
    for index, each in enumerate(model.variables):
        each.assign(known(index, each.name.split("/")[-1].split(":")[0], each.shape.as_list()))
    return model, images


def goldens_of_version2():
    model, images = version2("float64")
    inferred = [tensor.numpy() for tensor in model(images, training=False)]
    stem, last = model.resnet_model.initial_conv_relu_max_pool, model.resnet_model.block_groups[3].layers[2]
    sources = {
        "stem/conv1/kernel": stem[0].conv2d.kernel, "stem/norm1/scale": stem[1].bn.gamma,
        "group4/block2/selection/conv2/kernel": last.conv_relu_dropblock_layers[3].conv2d_1.kernel,
        "group4/block2/norm3/offset": last.conv_relu_dropblock_layers[6].bn.beta}
    with tf.GradientTape() as tape:
        features, projections = model(images, training=True)
        loss = tf.reduce_mean(features * tf.constant(noise("loss", tuple(features.shape)), tf.float64))
    gradients = tape.gradient(loss, sources)
    return golden_of((inferred[0], features), (inferred[1], projections), gradients)


network = Version1(0.0625, 0.25)
names = version1(network, tf.float32, False, save_version1)
inferred = version1(network, tf.float64, False, infer_version1)
trained = version1(network, tf.float64, True, train_version1)
cases = [{
    "member": "SimCLR v2, TensorFlow 1 checkpoint of ResNet-50 SK SE with its head", "file": "v1-50-sk.ckpt", "imagesShape": SHAPES["v1"],
    "selectiveKernels": 0.0625, "squeezeExcite": 0.25,
    **golden_of((inferred[0], trained[0]), (inferred[1], trained[1]), trained[2])}]

model, _ = version2("float32")
tf.train.Checkpoint(model=model, global_step=tf.Variable(7, dtype=tf.int64)).write(str(TARGET / "v2-50-sk.ckpt"))
cases.append({
    "member": "SimCLR v2, TensorFlow 2 checkpoint of ResNet-50 SK with its head", "file": "v2-50-sk.ckpt", "imagesShape": SHAPES["v2"],
    "selectiveKernels": 0.0625, "squeezeExcite": 0, **goldens_of_version2()})
versions = {"tensorflow": tf.__version__, "tf_keras": tf_keras.__version__}
(TARGET / "goldens.json").write_text(json.dumps({"script": "packages/weights/scripts/simclr2_reference.py", "versions": versions, "cases": cases}) + "\n")
print(names[:12], names[-12:])
for path in sorted(TARGET.iterdir()):
    print(path.name, path.stat().st_size)
