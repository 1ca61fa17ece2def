"""Makes the fixtures of @simclr/training: a TensorBoard event file by tensorboard's own writer and a safetensors file
by safetensors' own. Run from the package: python scripts/make-fixtures.py"""

import base64
import io
import json
import platform

import numpy as np
import safetensors
import tensorboard
from safetensors.numpy import save
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

fixtures = "src/fixtures"


def write(name, **contents):
    made_by = {
        "script": "packages/training/scripts/make-fixtures.py",
        "python": platform.python_version(),
        "tensorboard": tensorboard.__version__,
        "safetensors": safetensors.__version__,
    }
    with open(f"{fixtures}/{name}.json", "w") as file:
        json.dump({"madeBy": made_by, **contents}, file, indent=2)
        file.write("\n")


class Unclosed(io.BytesIO):
    def close(self):
        pass


def event_file():
    wall_time = 1732420800.25
    scalars = [
        (0, {"train/contrast_loss": 5.545177459716797, "learning_rate": 0.0}),
        (100, {"train/contrast_loss": 3.25, "train/contrast_acc": 0.40625, "learning_rate": 0.1}),
        (70000, {"eval/knn/top1": 0.875}),
    ]
    stream = Unclosed()
    writer = RecordWriter(stream)
    writer.write(event_pb2.Event(wall_time=wall_time, file_version="brain.Event:2").SerializeToString())
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    writer.write(event_pb2.Event(wall_time=wall_time, step=50, session_log=start).SerializeToString())
    for step, values in scalars:
        value = [summary_pb2.Summary.Value(tag=tag, simple_value=number) for tag, number in values.items()]
        event = event_pb2.Event(wall_time=wall_time, step=step, summary=summary_pb2.Summary(value=value))
        writer.write(event.SerializeToString())
    writer.flush()
    write(
        "event-file",
        wallTime=wall_time,
        firstStep=50,
        scalars=[{"step": step, "values": values} for step, values in scalars],
        base64=base64.b64encode(stream.getvalue()).decode(),
    )


def safetensors_file():
    generator = np.random.default_rng(7)
    tensors = {
        "params/backbone/stem/kernel": generator.normal(size=(3, 3, 1, 2)).astype(np.float32),
        "params/head/bias": np.array([1.5, -0.0, 3e-40], np.float32),
        "empty": np.zeros((0, 4), np.float32),
        "step": np.array(1200, np.int32),
    }
    file = save(tensors, metadata={"format": "np"})
    write(
        "safetensors",
        seed=7,
        metadata={"format": "np"},
        tensors={
            name: {"dtype": str(value.dtype), "shape": value.shape, "values": value.flatten().tolist()}
            for name, value in tensors.items()
        },
        base64=base64.b64encode(file).decode(),
    )


event_file()
safetensors_file()
