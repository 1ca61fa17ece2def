"""Writes src/settings/fixtures/config-proto.json: settings and TensorFlow's own bytes for them.

python packages/runtime/scripts/config-proto-fixtures.py, with tensorflow-cpu 2.21.0.
"""

import json
import pathlib

import tensorflow as tf
from tensorflow.core.protobuf.config_pb2 import ConfigProto, OptimizerOptions


def golden(settings, fill):
    config = ConfigProto()
    fill(config)
    return {"settings": settings, "hex": config.SerializeToString(deterministic=True).hex()}


def cpu(config):
    config.device_count["GPU"] = 0


def threads(config):
    config.intra_op_parallelism_threads = 2
    config.inter_op_parallelism_threads = 300


def growth(config):
    config.gpu_options.allow_growth = True


def fraction(config):
    config.gpu_options.per_process_gpu_memory_fraction = 0.3
    config.gpu_options.visible_device_list = "1"


def limit(config):
    config.gpu_options.visible_device_list = "0,2"
    for _ in range(2):
        config.gpu_options.experimental.virtual_devices.add().memory_limit_mb.append(4096)


def xla(on):
    def fill(config):
        options = config.graph_options.optimizer_options
        options.global_jit_level = OptimizerOptions.ON_1 if on else OptimizerOptions.OFF

    return fill


def everything(config):
    cpu(config)
    threads(config)
    limit(config)
    growth(config)
    xla(True)(config)


gibibytes = 4 * 2**30
cases = [
    golden({}, lambda config: None),
    golden({"device": "cpu"}, cpu),
    golden({"device": "gpu"}, lambda config: None),
    golden({"intraOpThreads": 2, "interOpThreads": 300}, threads),
    golden({"gpuMemoryGrowth": True}, growth),
    golden({"gpuMemoryGrowth": False}, lambda config: None),
    golden({"gpuMemoryLimitFraction": 0.3, "visibleDevices": [1]}, fraction),
    golden({"gpuMemoryLimitBytes": gibibytes, "visibleDevices": [0, 2]}, limit),
    golden({"xlaAutoClustering": True}, xla(True)),
    golden({"xlaAutoClustering": False}, xla(False)),
    golden(
        {
            "device": "cpu",
            "intraOpThreads": 2,
            "interOpThreads": 300,
            "gpuMemoryGrowth": True,
            "gpuMemoryLimitBytes": gibibytes,
            "visibleDevices": [0, 2],
            "xlaAutoClustering": True,
        },
        everything,
    ),
]
fixture = {"script": "scripts/config-proto-fixtures.py", "tensorflow": tf.__version__, "cases": cases}
path = pathlib.Path(__file__).parent.parent / "src/settings/fixtures/config-proto.json"
path.write_text(json.dumps(fixture, indent=2) + "\n")
