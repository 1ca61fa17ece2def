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


def with_torch(make, clip=None, ema_decay=None):
    params = {p: torch.nn.Parameter(torch.from_numpy(w.copy())) for p, w in start.items()}
    optimizer = make(list(params.values()))
    holder = torch.nn.ParameterList(params.values())
    if ema_decay is not None:
        average = torch.optim.swa_utils.AveragedModel(
            holder, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(ema_decay)
        )
        average.update_parameters(holder)  # its first call copies: the average begins with the first parameters
    path = []
    for step in gradients:
        for p, w in params.items():
            w.grad = torch.from_numpy(step[p].copy())
        if clip is not None:
            clip(params.values())
        optimizer.step()
        if ema_decay is None:
            path.append(flat({p: w.detach().numpy() for p, w in params.items()}))
        else:
            average.update_parameters(holder)
            path.append(flat(dict(zip(params, (w.detach().numpy() for w in average.module)))))
    return path


def with_optax(transformation, ema=None):
    params = {p: jnp.asarray(w) for p, w in start.items()}
    state = transformation.init(params)
    averages = ema.init(params) if ema else None
    path = []
    for step in gradients:
        updates, state = transformation.update({p: jnp.asarray(g) for p, g in step.items()}, state, params)
        params = optax.apply_updates(params, updates)
        if ema:
            average, averages = ema.update(params, averages)
        path.append(flat(average if ema else params))
    return path


kernels = {path: path.endswith("kernel") for path in SHAPES}
SGD = torch.optim.SGD
trajectories = {
    "torch.sgd": with_torch(lambda w: SGD(w, lr=0.1, weight_decay=0.01)),
    "torch.momentum": with_torch(lambda w: SGD(w, lr=0.1, momentum=0.9, weight_decay=0.01)),
    "torch.nesterov": with_torch(lambda w: SGD(w, lr=0.1, momentum=0.9, nesterov=True)),
    "torch.adam": with_torch(lambda w: torch.optim.Adam(w, lr=0.05)),
    "torch.adamL2": with_torch(lambda w: torch.optim.Adam(w, lr=0.05, weight_decay=0.1)),
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
    "optax.lamb": with_optax(optax.lamb(0.05, weight_decay=0.1)),
    "optax.lambMasked": with_optax(
        optax.chain(
            optax.scale_by_adam(eps=1e-6),
            optax.add_decayed_weights(0.1, mask=kernels),
            optax.masked(optax.scale_by_trust_ratio(), kernels),
            optax.scale_by_learning_rate(0.05),
        )
    ),
    "optax.clipByGlobalNorm": with_optax(optax.chain(optax.clip_by_global_norm(2.5), optax.sgd(0.1, 0.9))),
    "torch.clipGradNorm": with_torch(
        lambda w: SGD(w, lr=0.1, momentum=0.9), clip=lambda w: torch.nn.utils.clip_grad_norm_(w, 2.5)
    ),
    "optax.clipByValue": with_optax(optax.chain(optax.clip(0.6), optax.sgd(0.1, 0.9))),
    "torch.clipGradValue": with_torch(
        lambda w: SGD(w, lr=0.1, momentum=0.9), clip=lambda w: torch.nn.utils.clip_grad_value_(w, 0.6)
    ),
    "optax.ema": with_optax(optax.adam(0.05), ema=optax.ema(0.9, debias=True)),
    "torch.ema": with_torch(lambda w: torch.optim.Adam(w, lr=0.05), ema_decay=0.9),
    "torch.layerWiseDecay": with_torch(
        lambda w: torch.optim.AdamW(
            [{"params": w[:1], "lr": 0.05 * 0.75**2}, {"params": w[1:], "lr": 0.05}], weight_decay=0.1
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
