"""Writes src/fixtures/lars.json: 20 steps of lightly's and solo-learn's own LARS, with a learning rate that changes.

    pip install lightly
    curl -O https://raw.githubusercontent.com/vturrisi/solo-learn/9187ea3/solo/utils/lars.py
    python scripts/lars.py lars.py
"""

import importlib.util
import json
import sys
from pathlib import Path

import lightly
import numpy as np
import torch
from lightly.utils.lars import LARS

# solo-learn's file imports it; recent versions have it no more.
vars(sys.modules["torch.optim.optimizer"]).setdefault("required", object())
spec = importlib.util.spec_from_file_location("solo_lars", sys.argv[1])
solo = importlib.util.module_from_spec(spec)
spec.loader.exec_module(solo)

SEED = 11
STEPS = 20
SHAPES = {"dense/kernel": (2, 3), "zeros/kernel": (1, 2), "dense/bias": (3,)}
RATES = [0.2 * step for step in range(STEPS)]

rng = np.random.default_rng(SEED)
start = {path: rng.normal(size=shape).astype(np.float32) for path, shape in SHAPES.items()}
start["zeros/kernel"] *= 0
gradients = [{p: rng.normal(size=s).astype(np.float32) for p, s in SHAPES.items()} for _ in range(STEPS)]
gradients[4]["dense/kernel"] *= 0  # neither decayed nor adapted


def flat(tree):
    return {path: [round(float(x), 9) for x in np.asarray(tree[path]).ravel()] for path in SHAPES}


def walk(make):
    params = {p: torch.nn.Parameter(torch.from_numpy(w.copy())) for p, w in start.items()}
    kernels = [w for p, w in params.items() if p.endswith("kernel")]
    optimizer = make([{"params": kernels}, {"params": [params["dense/bias"]], "weight_decay": 0.0}])
    path = []
    for rate, step in zip(RATES, gradients):
        for p, w in params.items():
            w.grad = torch.from_numpy(step[p].copy())
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        path.append(flat({p: w.detach().numpy() for p, w in params.items()}))
    return path


trajectories = {
    "lightly": walk(lambda groups: LARS(groups, lr=0.0, momentum=0.9, weight_decay=0.01)),
    "lightlyNesterov": walk(lambda groups: LARS(groups, lr=0.0, momentum=0.9, weight_decay=0.01, nesterov=True)),
}
SOLO = dict(lr=0.0, momentum=0.9, weight_decay=0.01, exclude_bias_n_norm=True)
trajectories["solo"] = walk(lambda groups: solo.LARS(groups, **SOLO))
trajectories["soloClipped"] = walk(lambda groups: solo.LARS(groups, eta=0.5, clip_lr=True, **SOLO))

fixture = {
    "script": "scripts/lars.py",
    "versions": {"torch": torch.__version__, "lightly": lightly.__version__, "solo-learn": "9187ea3", "numpy": np.__version__},
    "seed": SEED,
    "rates": RATES,
    "shapes": {p: list(s) for p, s in SHAPES.items()},
    "start": flat(start),
    "gradients": [flat(step) for step in gradients],
    "trajectories": trajectories,
}
out = Path(__file__).parent.parent / "src" / "fixtures" / "lars.json"
out.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
