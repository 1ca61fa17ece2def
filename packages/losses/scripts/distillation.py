"""Writes src/fixtures/distillation.json: distillation losses and their gradients by PyTorch.

    pip install torch && python scripts/distillation.py

Everything is float64. The distilled part is PyTorch's Kullback-Leibler divergence plus the entropy of the teacher.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

SEED = 7
ROWS, CLASSES = 6, 4
LABELS = [2, -1, 0, -1, -1, 3]  # -1: not known

torch.set_default_dtype(torch.float64)
torch.manual_seed(SEED)
# Numbers of float32, so that both sides start from the same ones.
draw = lambda scale: (scale * torch.randn(ROWS, CLASSES)).float().double()
student, teacher = draw(1.0), draw(2.0)
known = [row for row, label in enumerate(LABELS) if label >= 0]


def distilled(logits, temperature, squared):
    word = F.softmax(teacher / temperature, dim=1)
    divergence = F.kl_div(F.log_softmax(logits / temperature, dim=1), word, reduction="batchmean")
    entropy = torch.special.entr(word).sum() / ROWS
    return (divergence + entropy) * (temperature**2 if squared else 1)


def loss(logits, temperature, squared, weight):
    labels = torch.tensor([LABELS[row] for row in known])
    labelled = F.cross_entropy(logits[known], labels, reduction="sum") / ROWS
    return (1 - weight) * labelled + weight * distilled(logits, temperature, squared)


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


cases = []
for temperature, squared, weight in [(1.0, True, 1.0), (0.1, True, 1.0), (0.1, False, 1.0), (4.0, True, 1.0), (0.5, True, 0.3), (2.0, False, 0.75), (1.0, True, 0.0)]:
    logits = student.clone().requires_grad_()
    value = loss(logits, temperature, squared, weight)
    (gradient,) = torch.autograd.grad(value, logits)
    case = {"temperature": temperature, "scale": "squared temperature" if squared else "none", "distillationWeight": weight}
    cases.append({**case, "loss": numbers(value)[0], "gradient": numbers(gradient)})

fixture = {
    "versions": {"torch": torch.__version__},
    "seed": SEED,
    "classes": CLASSES,
    "student": numbers(student),
    "teacher": numbers(teacher),
    "labels": LABELS,
    "cases": cases,
}
target = Path(__file__).parent.parent / "src/fixtures/distillation.json"
target.write_text(json.dumps(fixture, indent=1) + "\n")
for case in cases:
    print({name: value for name, value in case.items() if name != "gradient"})
