"""Writes src/fixtures/logistic-regression.json: three overlapping clouds and scikit-learn's unpenalised fit.

    python scripts/logistic_regression.py
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

SEED = 11
rng = np.random.default_rng(SEED)
centres = rng.normal(scale=1.2, size=(3, 5))
scales = np.array([0.2, 1.0, 30.0, 5.0, 1.0])


def draw(count):
    labels = rng.integers(0, 3, size=count)
    return np.round((centres[labels] + rng.normal(size=(count, 5))) * scales + 4.0, 3).astype(np.float32), labels


train, train_labels = draw(400)
test, test_labels = draw(300)
mean, deviation = train.mean(0), train.std(0)
model = LogisticRegression(C=1e8, max_iter=10000, tol=1e-10).fit((train - mean) / deviation, train_labels)
probabilities = model.predict_proba((test - mean) / deviation)

fixture = {
    "script": "scripts/logistic_regression.py",
    "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
    "seed": SEED,
    "train": [float(f"{x:.6g}") for x in train.ravel()],
    "trainLabels": train_labels.tolist(),
    "test": [float(f"{x:.6g}") for x in test.ravel()],
    "testLabels": test_labels.tolist(),
    "top1": float((probabilities.argmax(1) == test_labels).mean()),
    "loss": float(log_loss(test_labels, probabilities)),
    "predictions": probabilities.argmax(1).tolist(),
}
out = Path(__file__).parent.parent / "src" / "fixtures" / "logistic-regression.json"
out.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(fixture["top1"], fixture["loss"])
