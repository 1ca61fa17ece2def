"""Writes src/fixtures/methods.json: steps of MoCo, BYOL, SimSiam, Barlow Twins and VICReg by PyTorch and lightly 1.6.0.

    pip install torch lightly && python scripts/methods.py

A network of one dense layer with batch norm and ReLU and a dense head, in float64, trained by SGD on views x and x^2.
Losses, memory bank and momentum update are lightly's. BYOL's loss is the paper's, 4 + 4 times lightly's.
"""

import copy
import json
from pathlib import Path

import lightly
import torch
from lightly.loss import BarlowTwinsLoss, NegativeCosineSimilarity, NTXentLoss, VICRegLoss
from lightly.models.utils import update_momentum
from lightly.utils.scheduler import cosine_schedule
from torch import nn

SEED = 5
IMAGES, SIZE, HIDDEN, PROJECTION, QUEUE, STEPS = 6, 2, 5, 4, 12, 4
LEARNING_RATE = {"moco": 0.3, "byol": 0.1, "simSiam": 0.2, "barlowTwins": 0.05, "vicReg": 0.005}
MOMENTUM = 0.9

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(SEED)
batches = [torch.randint(0, 256, (IMAGES, SIZE, SIZE, 3), generator=generator) for _ in range(STEPS)]


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(SIZE * SIZE * 3, HIDDEN, bias=False)
        self.norm = nn.BatchNorm1d(HIDDEN)
        self.head = nn.Linear(HIDDEN, PROJECTION, bias=False)

    def forward(self, images):
        return self.head(torch.relu(self.norm(self.dense(images.flatten(1)))))


class Predictor(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense1 = nn.Linear(PROJECTION, 3, bias=False)
        self.norm1 = nn.BatchNorm1d(3)
        self.dense2 = nn.Linear(3, PROJECTION)

    def forward(self, z):
        return self.dense2(torch.relu(self.norm1(self.dense1(z))))


torch.manual_seed(SEED)
first_network, first_predictor = Network(), Predictor()
# Numbers of float32, so that both sides start from the same ones.
for module in (first_network, first_predictor):
    for parameter in module.parameters():
        parameter.data = parameter.data.float().double()
first_queue = nn.functional.normalize(torch.randn(QUEUE, PROJECTION), dim=1).float().double()


def numbers(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def network_numbers(net):
    return {
        "backbone/dense/kernel": numbers(net.dense.weight.T),
        "backbone/norm/scale": numbers(net.norm.weight),
        "backbone/norm/offset": numbers(net.norm.bias),
        "head/kernel": numbers(net.head.weight.T),
    }


def predictor_numbers(net):
    return {
        "predictor/dense1/kernel": numbers(net.dense1.weight.T),
        "predictor/norm1/scale": numbers(net.norm1.weight),
        "predictor/norm1/offset": numbers(net.norm1.bias),
        "predictor/dense2/kernel": numbers(net.dense2.weight.T),
        "predictor/dense2/bias": numbers(net.dense2.bias),
    }


def statistics(net):
    return {"backbone/norm/mean": numbers(net.norm.running_mean), "backbone/norm/variance": numbers(net.norm.running_var)}


def run(method):
    network, predictor = copy.deepcopy(first_network), copy.deepcopy(first_predictor)
    target = copy.deepcopy(network)
    for parameter in target.parameters():
        parameter.requires_grad = False
    predicts = method in ("byol", "simSiam")
    parameters = [*network.parameters(), *(predictor.parameters() if predicts else [])]
    optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE[method])
    cosine = NegativeCosineSimilarity()
    contrast = NTXentLoss(temperature=0.2, memory_bank_size=(QUEUE, PROJECTION))
    contrast.memory_bank.bank = first_queue.clone()
    contrast.memory_bank.bank_ptr = torch.zeros(1, dtype=torch.long)
    losses = []
    for batch in batches:
        a = batch / 255
        b = a**2
        if method == "moco":
            with torch.no_grad():
                keys = target(b)
            loss = contrast(network(a), keys)
        elif method == "byol":
            with torch.no_grad():
                target_a, target_b = target(a), target(b)
            z_a, z_b = network(a), network(b)
            p_a, p_b = predictor(z_a), predictor(z_b)
            loss = 4 + 4 * 0.5 * (cosine(p_a, target_b) + cosine(p_b, target_a))
        elif method == "simSiam":
            z_a, z_b = network(a), network(b)
            p_a, p_b = predictor(z_a), predictor(z_b)
            loss = 0.5 * (cosine(p_a, z_b.detach()) + cosine(p_b, z_a.detach()))
        else:
            loss = (BarlowTwinsLoss() if method == "barlowTwins" else VICRegLoss())(network(a), network(b))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        update_momentum(network, target, m=MOMENTUM)
        losses.append(numbers(loss)[0])
    params = {**network_numbers(network), **(predictor_numbers(predictor) if predicts else {})}
    result = {"learningRate": LEARNING_RATE[method], "losses": losses, "params": params, "batchStats": statistics(network)}
    if method in ("moco", "byol"):
        result["target"] = {"params": network_numbers(target), "batchStats": statistics(target)}
    if method == "moco":
        result["queue"] = numbers(contrast.memory_bank.bank)
    return result


fixture = {
    "versions": {"torch": torch.__version__, "lightly": lightly.__version__},
    "seed": SEED,
    "sizes": {"images": IMAGES, "size": SIZE, "hidden": HIDDEN, "projection": PROJECTION, "predictor": 3},
    "momentum": MOMENTUM,
    "batches": [batch.flatten().tolist() for batch in batches],
    "network": network_numbers(first_network),
    "predictor": predictor_numbers(first_predictor),
    "queue": numbers(first_queue),
    "expected": {method: run(method) for method in LEARNING_RATE},
    # lightly's last step is its end; with one step more its cosine is the paper's.
    "momentumSchedule": [[step, cosine_schedule(step, 101, 0.996, 1.0)] for step in (0, 1, 37, 50, 99, 100)],
}
target_file = Path(__file__).parent.parent / "src/fixtures/methods.json"
target_file.write_text(json.dumps(fixture, indent=1) + "\n")
print({method: case["losses"] for method, case in fixture["expected"].items()}, fixture["momentumSchedule"])
