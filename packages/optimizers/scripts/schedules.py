"""Writes src/fixtures/schedules.json: the learning rates of optax's and PyTorch's schedules, step by step.

    python scripts/schedules.py
"""

import json
from pathlib import Path

import optax
import torch

STEPS = 40
lr_scheduler = torch.optim.lr_scheduler


def with_optax(schedule):
    return [float(schedule(step)) for step in range(STEPS)]


def with_torch(start, make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=start)
    schedule = make(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return rates


schedules = {
    "optax.linear": with_optax(optax.linear_schedule(0.7, 0.1, 23)),
    "optax.cosine": with_optax(optax.cosine_decay_schedule(0.7, 23, alpha=1 / 7)),
    "optax.polynomial": with_optax(optax.polynomial_schedule(0.7, 0.1, 2.5, 23)),
    "optax.piecewise": with_optax(optax.piecewise_constant_schedule(0.7, {9: 0.1, 20: 0.5})),
    "optax.step": with_optax(optax.exponential_decay(0.7, 7, 0.3, staircase=True)),
    "optax.join": with_optax(
        optax.join_schedules(
            [optax.linear_schedule(0, 0.7, 5), optax.cosine_decay_schedule(0.7, 12), optax.constant_schedule(0.01)],
            [5, 20],
        )
    ),
    "torch.cosine": with_torch(0.7, lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.1)),
    "torch.polynomial": with_torch(0.7, lambda o: lr_scheduler.PolynomialLR(o, total_iters=23, power=2.5)),
    "torch.piecewise": with_torch(0.7, lambda o: lr_scheduler.MultiStepLR(o, milestones=[9, 20], gamma=0.1)),
    "torch.step": with_torch(0.7, lambda o: lr_scheduler.StepLR(o, step_size=7, gamma=0.3)),
}
fixture = {
    "script": "scripts/schedules.py",
    "versions": {"torch": torch.__version__, "optax": optax.__version__},
    "schedules": {name: [round(rate, 9) for rate in rates] for name, rates in schedules.items()},
}
out = Path(__file__).parent.parent / "src" / "fixtures" / "schedules.json"
out.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
