"""Writes src/fixtures/logistic-regression-path.json: scikit-learn's handwritten digits and its penalised fits of them.

    python scripts/logistic_regression_path.py

Every strength lambda is LogisticRegression(C=1/lambda), solved in double precision to a gradient of 1e-8.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

SEED = 5
warnings.filterwarnings("error", category=sklearn.exceptions.ConvergenceWarning)
pixels, labels = load_digits(return_X_y=True)
order = np.random.default_rng(SEED).permutation(len(labels))[:600]
# Every second row and column: 16 numbers an image, classes overlap, and files stay small.
pixels = (pixels.reshape(-1, 8, 8)[:, ::2, 1::2].reshape(-1, 16) / 16)[order].astype(np.float32)
labels = labels[order]
parts = {"train": slice(0, 300), "validation": slice(300, 450), "test": slice(450, 600)}


def fit(rows, strength):
    return LogisticRegression(C=1 / strength, max_iter=100_000, tol=1e-8).fit(pixels[rows].astype(np.float64), labels[rows])


def describe(model, rows, strength):
    probabilities = model.predict_proba(pixels[rows].astype(np.float64))
    train = model.predict_proba(pixels[parts["train"]].astype(np.float64))
    penalty = strength / 2 * (model.coef_**2).sum()
    return {
        "regularization": strength,
        "kernel": [float(f"{x:.8g}") for x in model.coef_.T.ravel()],
        "bias": [float(f"{x:.8g}") for x in model.intercept_],
        "objective": float((log_loss(labels[parts["train"]], train) * 300 + penalty) / 300),
        "loss": float(log_loss(labels[rows], probabilities)),
        "predictions": probabilities.argmax(1).tolist(),
    }


grid = np.logspace(-3, 3, 25)
accuracies = [float(fit(parts["train"], s).score(pixels[parts["validation"]], labels[parts["validation"]])) for s in grid]
chosen = max(i for i, a in enumerate(accuracies) if a == max(accuracies))
both = fit(slice(0, 450), grid[chosen])

fixture = {
    "script": "scripts/logistic_regression_path.py",
    "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
    "seed": SEED,
    "size": 16,
    "classCount": 10,
    "sixteenths": (pixels * 16).astype(int).ravel().tolist(),
    "labels": labels.tolist(),
    "fits": [describe(fit(parts["train"], s), parts["test"], s) for s in [0.01, 1.0, 100.0]],
    "search": {
        "grid": grid.tolist(),
        "accuracies": accuracies,
        "chosen": float(grid[chosen]),
        "loss": float(log_loss(labels[parts["test"]], both.predict_proba(pixels[parts["test"]].astype(np.float64)))),
        "predictions": both.predict(pixels[parts["test"]].astype(np.float64)).tolist(),
    },
}
out = Path(__file__).parent.parent / "src" / "fixtures" / "logistic-regression-path.json"
out.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(chosen, grid[chosen], np.round(accuracies, 4))
print([(f["regularization"], f["objective"], f["loss"]) for f in fixture["fits"]])
