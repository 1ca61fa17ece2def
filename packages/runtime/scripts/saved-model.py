"""Makes src/fixtures/saved-model: y = x @ weights + bias, with weights and bias as variables, and the text that came in.

TensorFlow 2.21.0. Run: python scripts/saved-model.py
"""
import pathlib

import tensorflow as tf

target = pathlib.Path(__file__).parent.parent / "src" / "fixtures" / "saved-model"


class Affine(tf.Module):
    def __init__(self):
        self.weights = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        self.bias = tf.Variable([0.5, -0.5])

    @tf.function(
        input_signature=[tf.TensorSpec([None, 3], tf.float32, "x"), tf.TensorSpec([], tf.string, "text")]
    )
    def __call__(self, x, text):
        return {"y": x @ self.weights + self.bias, "text": text}


module = Affine()
tf.saved_model.save(module, str(target), signatures=module.__call__)
