"""Writes src/fixtures/fine-tuning.json: a tiny network fine-tuned by PyTorch in several ways, on one batch of all images,
trained on torchvision's mixtures of them, and taught by another network of the same form.

    python scripts/fine_tuning.py

Everything is float64. Batch norm is written out, with the biased variance in its running statistics.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torchvision.transforms import v2

SEED = 5
STEPS, RATE, CLASSES = 12, 0.3, 3
rng = np.random.default_rng(SEED)


def images(count):
    """Classes differ in their mean colour, and not much."""
    labels = np.arange(count) % CLASSES
    colour = np.eye(3)[labels][:, None, None, :] * 40
    return np.clip(rng.integers(40, 190, size=(count, 6, 6, 3)) + colour, 0, 255).astype(np.uint8), labels


def draw(*shape, scale):
    return np.round(rng.normal(scale=scale, size=shape), 4)


def norm(size, offset=True):
    params = {"scale": np.round(1 + draw(size, scale=0.2), 4)}
    if offset:
        params["offset"] = draw(size, scale=0.2)
    return params, {"mean": draw(size, scale=0.2), "variance": np.round(0.5 + rng.random(size), 4)}


params, state = {}, {}


def add_norm(path, size, offset=True):
    own, statistics = norm(size, offset)
    params.update({f"{path}/{name}": value for name, value in own.items()})
    state.update({f"{path}/{name}": value for name, value in statistics.items()})


params["backbone/stem/conv/kernel"] = draw(3, 3, 3, 4, scale=0.3)
add_norm("backbone/stem/norm", 4)
params["backbone/group1/conv/kernel"] = draw(3, 3, 4, 5, scale=0.3)
add_norm("backbone/group1/norm", 5)
params["head/dense1/kernel"] = draw(5, 4, scale=0.5)
add_norm("head/norm1", 4)
params["head/dense2/kernel"] = draw(4, 3, scale=0.5)
add_norm("head/norm2", 3, offset=False)

train, train_labels = images(9)
test, test_labels = images(6)


def batch_norm(x, p, s, path, training):
    axes = tuple(range(x.ndim - 1))
    scale, offset = p[f"{path}/scale"], p.get(f"{path}/offset", 0.0)
    mean, variance = s[f"{path}/mean"], s[f"{path}/variance"]
    if training:
        mean, variance = x.mean(axes), ((x - x.mean(axes)) ** 2).mean(axes)
        s[f"{path}/mean"] = 0.9 * s[f"{path}/mean"] + 0.1 * mean.detach()
        s[f"{path}/variance"] = 0.9 * s[f"{path}/variance"] + 0.1 * variance.detach()
    return (x - mean) / torch.sqrt(variance + 1e-5) * scale + offset


def convolution(x, kernel, stride):
    out = F.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), stride=stride, padding=1)
    return out.permute(0, 2, 3, 1)


def logits(p, s, x, training, after_block, from_layer):
    """Training mode in what follows the frozen part; `after_block` 4 freezes all of the backbone."""
    x = x.double() / 255 if x.dtype == torch.uint8 else x
    x = convolution(x, p["backbone/stem/conv/kernel"], 1)
    x = torch.relu(batch_norm(x, p, s, "backbone/stem/norm", training and after_block < 0))
    x = convolution(x, p["backbone/group1/conv/kernel"], 2)
    x = torch.relu(batch_norm(x, p, s, "backbone/group1/norm", training and after_block < 1))
    x = x.mean((1, 2))
    if from_layer >= 1:
        x = torch.relu(batch_norm(x @ p["head/dense1/kernel"], p, s, "head/norm1", training))
    if from_layer >= 2:
        x = batch_norm(x @ p["head/dense2/kernel"], p, s, "head/norm2", training)
    return x @ p["supervisedHead/kernel"] + p["supervisedHead/bias"]


def run(after_block, from_layer, weight_decay):
    p = {path: torch.tensor(value) for path, value in params.items()}
    s = {path: torch.tensor(value) for path, value in state.items()}
    size = [5, 4, 3][from_layer]
    p["supervisedHead/kernel"] = torch.zeros(size, CLASSES, dtype=torch.float64)
    p["supervisedHead/bias"] = torch.zeros(CLASSES, dtype=torch.float64)
    frozen = {-1: [], 0: ["backbone/stem"], 1: ["backbone/"], 4: ["backbone/"]}[after_block]
    unused = ["head/dense1", "head/norm1", "head/dense2", "head/norm2"][2 * from_layer :]
    learned = [path for path in p if not path.startswith(tuple(frozen + unused))]
    for path in learned:
        p[path].requires_grad_(True)
    is_norm = lambda path: path.endswith(("/scale", "/offset"))
    groups = [
        {"params": [p[path] for path in learned if not is_norm(path)], "weight_decay": weight_decay},
        {"params": [p[path] for path in learned if is_norm(path)], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.SGD([group for group in groups if group["params"]], lr=RATE, momentum=0.9, nesterov=True)
    losses = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        optimizer.zero_grad()
        out = logits(p, s, torch.tensor(train), True, after_block, from_layer)
        loss = F.cross_entropy(out, torch.tensor(train_labels))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        scores = logits(p, s, torch.tensor(test), False, after_block, from_layer)
    flat = lambda tree, paths: {path: [float(f"{x:.9g}") for x in tree[path].detach().numpy().ravel()] for path in paths}
    moved = [path for path in s if not np.array_equal(s[path].numpy(), state[path])]
    return {
        "afterBlock": after_block,
        "fromHeadLayer": from_layer,
        "weightDecay": weight_decay,
        "losses": losses,
        "learned": flat(p, learned),
        "statistics": flat(s, moved),
        "scores": scores.numpy().ravel().tolist(),
        "loss": F.cross_entropy(scores, torch.tensor(test_labels)).item(),
    }


def whole_network():
    """The pretrained backbone and a classifier of zeros, of which everything learns."""
    p = {path: torch.tensor(value) for path, value in params.items() if path.startswith("backbone/")}
    s = {path: torch.tensor(value) for path, value in state.items() if path.startswith("backbone/")}
    p["supervisedHead/kernel"] = torch.zeros(5, CLASSES, dtype=torch.float64)
    p["supervisedHead/bias"] = torch.zeros(CLASSES, dtype=torch.float64)
    for value in p.values():
        value.requires_grad_(True)
    optimizer = torch.optim.SGD(p.values(), lr=RATE, momentum=0.9, nesterov=True)
    return p, s, optimizer


def mixed():
    """All of the network, a constant rate; each step mixes every image with the one before it by numbers that are given."""
    p, s, optimizer = whole_network()
    x, y = torch.tensor(train).permute(0, 3, 1, 2).double() / 255, torch.tensor(train_labels)
    steps = []
    for drawn in ({"lam": 0.7}, {"box": (1, 2, 5, 6)}, {"box": (0, 0, 3, 4)}, {"lam": 0.05}):
        make = v2.MixUp if "lam" in drawn else v2.CutMix
        if make is v2.CutMix:
            x1, y1, x2, y2 = drawn["box"]
            drawn["lam_adjusted"] = 1 - (x2 - x1) * (y2 - y1) / 36
        mix = make(num_classes=CLASSES)
        mix.make_params = lambda _, drawn=drawn: drawn
        seen, target = mix(x, y)
        share = drawn.get("lam", drawn.get("lam_adjusted"))
        # torchvision's one-hot labels are float32.
        exact = share * F.one_hot(y, CLASSES).double() + (1 - share) * F.one_hot(y.roll(1), CLASSES).double()
        assert torch.allclose(target.double(), exact, atol=1e-6)
        optimizer.zero_grad()
        out = logits(p, s, seen.permute(0, 2, 3, 1), True, -1, 0)
        loss = F.cross_entropy(out, exact)
        loss.backward()
        optimizer.step()
        first = out.argmax(1)
        accuracy = (share * first.eq(y) + (1 - share) * first.eq(y.roll(1))).mean()
        steps.append({"lambda": drawn.get("lam"), "box": drawn.get("box"), "loss": loss.item(), "accuracy": accuracy.item()})
    flat = lambda tree: {path: [float(f"{x:.9g}") for x in value.detach().numpy().ravel()] for path, value in tree.items()}
    return {"steps": steps, "learned": flat(p), "statistics": flat(s)}


def distilled(teacher, temperature, weight, known):
    """A fine-tuned network, as its numbers are written down, teaches the network that it came from."""
    tensors = lambda tree, like: {path: torch.tensor(values, dtype=torch.float64).reshape(like[path]) for path, values in tree.items()}
    shapes = {path: value.shape for path, value in {**params, **state}.items()}
    shapes |= {"supervisedHead/kernel": (5, CLASSES), "supervisedHead/bias": (CLASSES,)}
    fixed = {path: torch.tensor(value) for path, value in params.items()} | tensors(teacher["learned"], shapes)
    statistics = {path: torch.tensor(value) for path, value in state.items()} | tensors(teacher["statistics"], shapes)
    p, s, optimizer = whole_network()
    with torch.no_grad():
        word = F.softmax(logits(fixed, statistics, torch.tensor(train), False, -1, 0) / temperature, dim=1)
    losses = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        optimizer.zero_grad()
        out = logits(p, s, torch.tensor(train), True, -1, 0)
        loss = weight * temperature**2 * F.cross_entropy(out / temperature, word)
        if known:
            labels = torch.tensor(train_labels[known])
            loss = loss + (1 - weight) * F.cross_entropy(out[known], labels, reduction="sum") / len(train)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    flat = lambda tree: {path: [float(f"{x:.9g}") for x in value.detach().numpy().ravel()] for path, value in tree.items()}
    told = {"temperature": temperature, "distillationWeight": weight, "known": known}
    return {**told, "losses": losses, "learned": flat(p), "statistics": flat(s)}


settings = [(-1, 0, 0.0), (0, 0, 0.0), (1, 0, 0.0), (4, 0, 0.0), (-1, 1, 0.0), (0, 2, 0.0), (4, 1, 0.0), (-1, 0, 0.02)]
cases = [run(*setting) for setting in settings]
tree = lambda values: {path: {"shape": list(value.shape), "values": value.ravel().tolist()} for path, value in values.items()}
fixture = {
    "script": "scripts/fine_tuning.py",
    "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__, "numpy": np.__version__},
    "seed": SEED,
    "steps": STEPS,
    "learningRate": RATE,
    "classCount": CLASSES,
    "params": tree(params),
    "state": tree(state),
    "train": train.ravel().tolist(),
    "trainLabels": train_labels.tolist(),
    "test": test.ravel().tolist(),
    "testLabels": test_labels.tolist(),
    "cases": cases,
    "mixed": mixed(),
    "distilled": [distilled(cases[0], 0.5, 1.0, []), distilled(cases[0], 2.0, 0.6, [1, 2, 6])],
}
out = Path(__file__).parent.parent / "src" / "fixtures" / "fine-tuning.json"
out.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
for case in cases:
    print(case["afterBlock"], case["fromHeadLayer"], case["losses"][0], case["losses"][-1], case["loss"])
for step in fixture["mixed"]["steps"]:
    print(step)
for case in fixture["distilled"]:
    print(case["temperature"], case["losses"][0], case["losses"][-1])
