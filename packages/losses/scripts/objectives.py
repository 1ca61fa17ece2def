"""Writes src/fixtures/objectives.json: losses and their gradients by lightly 1.6.0, and by definition where it has none.

    pip install torch lightly && python scripts/objectives.py

Everything is computed in float64. lightly has no supervised contrastive loss and no hard negatives; these two follow
Khosla et al. 2020, equation 2, and Robinson et al. 2021, section 4.1 with the estimator of the authors' code.
"""

import json
import math
from pathlib import Path

import lightly
import torch
from lightly.loss import BarlowTwinsLoss, DCLLoss, DCLWLoss, NegativeCosineSimilarity, NTXentLoss, VICRegLoss
from torch.nn.functional import normalize

SEED = 3
IMAGES, FEATURES, QUEUE = 5, 4, 7
LABELS = [0, 1, 0, 2, 1]

torch.set_default_dtype(torch.float64)
torch.manual_seed(SEED)
# Numbers of float32, so that both sides start from the same ones.
draw = lambda rows: torch.randn(rows, FEATURES).float().double()
view_a = draw(IMAGES)
view_b = (view_a + 0.7 * draw(IMAGES)).float().double()
queue = normalize(draw(QUEUE), dim=1).float().double()


def sup_con(a, b, temperature):
    z = normalize(torch.cat([a, b]), dim=1)
    labels = LABELS * 2
    total = 0.0
    for i in range(len(z)):
        others = [k for k in range(len(z)) if k != i]
        log_denominator = torch.logsumexp(torch.stack([z[i] @ z[k] / temperature for k in others]), 0)
        positives = [k for k in others if labels[k] == labels[i]]
        total = total - sum(z[i] @ z[p] / temperature - log_denominator for p in positives) / len(positives)
    return total / len(z)


def hard_negatives(a, b, temperature, tau_plus, beta):
    z = normalize(torch.cat([a, b]), dim=1)
    count = len(a)
    total = 0.0
    for i in range(2 * count):
        partner = (i + count) % (2 * count)
        negatives = torch.stack([z[i] @ z[k] / temperature for k in range(2 * count) if k not in (i, partner)])
        positive = torch.exp(z[i] @ z[partner] / temperature)
        importance = torch.exp(beta * negatives)
        reweighted = torch.sum(importance * torch.exp(negatives)) / importance.mean()
        debiased = (reweighted - tau_plus * len(negatives) * positive) / (1 - tau_plus)
        debiased = torch.clamp(debiased, min=len(negatives) * math.exp(-1 / temperature))
        total = total - torch.log(positive / (positive + debiased))
    return total / (2 * count)


def with_queue(a, b):
    loss = NTXentLoss(temperature=0.2, memory_bank_size=(QUEUE, FEATURES))
    loss.memory_bank.bank = queue.clone()
    loss.memory_bank.bank_ptr = torch.zeros(1, dtype=torch.long)
    return loss(a, b)


cases = {
    "ntXent": lambda a, b: NTXentLoss(temperature=0.5)(a, b),
    "supCon": lambda a, b: sup_con(a, b, 0.1),
    "dcl": lambda a, b: DCLLoss(temperature=0.1)(a, b),
    "dclw": lambda a, b: DCLWLoss(temperature=0.1, sigma=0.5)(a, b),
    "hardNegatives": lambda a, b: hard_negatives(a, b, 0.5, 0.1, 1.0),
    "concentratedOnly": lambda a, b: hard_negatives(a, b, 0.5, 0.0, 2.0),
    "debiasedToTheFloor": lambda a, b: hard_negatives(a, b, 0.5, 0.4, 0.0),
    "infoNce": with_queue,
    "negativeCosineSimilarity": lambda a, b: NegativeCosineSimilarity()(a, b),
    "barlowTwins": lambda a, b: BarlowTwinsLoss()(a, b),
    "vicReg": lambda a, b: VICRegLoss()(a, b),
}


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def evaluate(loss):
    a, b = view_a.clone().requires_grad_(), view_b.clone().requires_grad_()
    value = loss(a, b)
    gradients = torch.autograd.grad(value, [a, b])
    return {"loss": numbers(value)[0], "gradients": [numbers(gradient) for gradient in gradients]}


fixture = {
    "versions": {"torch": torch.__version__, "lightly": lightly.__version__},
    "seed": SEED,
    "images": IMAGES,
    "features": FEATURES,
    "viewA": numbers(view_a),
    "viewB": numbers(view_b),
    "labels": LABELS,
    "queue": numbers(queue),
    "expected": {name: evaluate(loss) for name, loss in cases.items()},
}
target = Path(__file__).parent.parent / "src/fixtures/objectives.json"
target.write_text(json.dumps(fixture, indent=1) + "\n")
print({name: case["loss"] for name, case in fixture["expected"].items()})
