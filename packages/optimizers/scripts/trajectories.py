"""Writes src/fixtures/trajectories.json: 20 steps of PyTorch's and optax's optimizers over given gradients.

    python scripts/trajectories.py
"""

import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import optax
import torch

SEED = 7
STEPS = 20
SHAPES = {"dense/kernel": (2, 3), "dense/bias": (3,)}

rng = np.random.default_rng(SEED)
start = {path: rng.normal(size=shape).astype(np.float32) for path, shape in SHAPES.items()}
gradients = [{p: rng.normal(size=s).astype(np.float32) for p, s in SHAPES.items()} for _ in range(STEPS)]


def flat(tree):
    return {path: [round(float(x), 9) for x in np.asarray(tree[path]).ravel()] for path in SHAPES}


def with_torch(make):
    params = {p: torch.nn.Parameter(torch.from_numpy(w.copy())) for p, w in start.items()}
    optimizer = make(list(params.values()))
    path = []
    for step in gradients:
        for p, w in params.items():
            w.grad = torch.from_numpy(step[p].copy())
        optimizer.step()
        path.append(flat({p: w.detach().numpy() for p, w in params.items()}))
    return path


def with_optax(transformation):
    params = {p: jnp.asarray(w) for p, w in start.items()}
    state = transformation.init(params)
    path = []
    for step in gradients:
        updates, state = transformation.update({p: jnp.asarray(g) for p, g in step.items()}, state, params)
        params = optax.apply_updates(params, updates)
        path.append(flat(params))
    return path


kernels = {path: path.endswith("kernel") for path in SHAPES}
SGD = torch.optim.SGD
trajectories = {
    "torch.sgd": with_torch(lambda w: SGD(w, lr=0.1, weight_decay=0.01)),
    "torch.momentum": with_torch(lambda w: SGD(w, lr=0.1, momentum=0.9, weight_decay=0.01)),
    "torch.nesterov": with_torch(lambda w: SGD(w, lr=0.1, momentum=0.9, nesterov=True)),
    "torch.adam": with_torch(lambda w: torch.optim.Adam(w, lr=0.05)),
    "torch.adamw": with_torch(lambda w: torch.optim.AdamW(w, lr=0.05, weight_decay=0.1)),
    "optax.adamw": with_optax(optax.adamw(0.05, b1=0.8, b2=0.95, weight_decay=0.1, mask=kernels)),
    "optax.lars": with_optax(
        optax.lars(2.0, weight_decay=0.01, weight_decay_mask=kernels, trust_ratio_mask=kernels, momentum=0.9)
    ),
    "optax.larsNesterov": with_optax(
        optax.lars(
            2.0, weight_decay=0.01, weight_decay_mask=kernels, trust_ratio_mask=kernels, momentum=0.9, nesterov=True
        )
    ),
}

fixture = {
    "script": "scripts/trajectories.py",
    "versions": {"torch": torch.__version__, "optax": optax.__version__, "numpy": np.__version__},
    "seed": SEED,
    "shapes": {p: list(s) for p, s in SHAPES.items()},
    "start": flat(start),
    "gradients": [flat(step) for step in gradients],
    "trajectories": trajectories,
}
out = Path(__file__).parent.parent / "src" / "fixtures" / "trajectories.json"
out.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
