"""Reads a run folder with the libraries that others read it with: TensorBoard's EventAccumulator and safetensors.
Prints what they find and fails where it is not what metrics.jsonl and checkpoint.json say.

Run by hand: python scripts/check-run-folder.py <run folder>"""

import json
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = pathlib.Path(sys.argv[1])
lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]

accumulator = EventAccumulator(str(run / "tensorboard"))
accumulator.Reload()
for tag in accumulator.Tags()["scalars"]:
    points = accumulator.Scalars(tag)
    print(f"{tag}: {len(points)} points, steps {points[0].step} to {points[-1].step}, last {points[-1].value:.6g}")


def check(kind, name, tag):
    logged = [(line["step"], line[name]) for line in lines if line["kind"] == kind]
    shown = [(point.step, point.value) for point in accumulator.Scalars(tag)]
    assert [step for step, _ in shown] == [step for step, _ in logged], (tag, shown, logged)
    np.testing.assert_allclose([value for _, value in shown], [value for _, value in logged], rtol=1e-6)


check("train", "loss", "train/contrast_loss")
check("train", "contrastiveAccuracy", "train/contrast_acc")
for kind in {line["kind"] for line in lines} - {"train"}:
    for name in {name for line in lines if line["kind"] == kind for name in line} - {"kind", "step", "epoch"}:
        check(kind, name, f"eval/{kind.removeprefix('probe/')}/{name}")

for checkpoint in sorted((run / "checkpoints").iterdir()):
    tensors = load_file(checkpoint / "state.safetensors")
    step = json.loads((checkpoint / "checkpoint.json").read_text())["step"]
    assert tensors["step"].dtype == np.int32 and tensors["step"] == step, checkpoint
    print(f"{checkpoint.name}: {len(tensors)} tensors, {sum(t.size for t in tensors.values())} numbers, all finite")
    assert all(np.isfinite(tensor).all() for tensor in tensors.values()), checkpoint
