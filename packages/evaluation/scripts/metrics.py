"""Writes src/fixtures/metrics.json: scikit-learn's, SciPy's and written-out figures for random scores with ties.

    python scripts/metrics.py
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from sklearn.metrics import average_precision_score, balanced_accuracy_score, confusion_matrix, top_k_accuracy_score

SEED = 23
rng = np.random.default_rng(SEED)

# Single labels: 80 rows, 7 classes of very different sizes, scores in hundredths.
CLASSES, ROWS = 7, 80
labels = rng.choice(CLASSES, size=ROWS, p=[0.4, 0.2, 0.15, 0.1, 0.05, 0.05, 0.05])
labels[:CLASSES] = np.arange(CLASSES)
scores = np.round(rng.normal(size=(ROWS, CLASSES)) + 1.2 * np.eye(CLASSES)[labels] + 1e-3 * np.arange(CLASSES), 4)
predictions = scores.argmax(1)

# Several labels: 60 images, 4 classes, some difficult (-1).
truth = rng.choice([1, 0, -1], size=(60, 4), p=[0.25, 0.65, 0.1])
multi_scores = np.round(rng.normal(size=(60, 4)) + 1.0 * (truth == 1), 4)


def voc2007(score, gt):
    """VOCevalcls.m of the VOC2007 development kit, line by line."""
    score, gt = score[gt != -1], gt[gt != -1]
    order = np.argsort(-score, kind="stable")
    tp, fp = np.cumsum(gt[order] > 0), np.cumsum(gt[order] == 0)
    recall, precision = tp / (gt > 0).sum(), tp / (fp + tp)
    ap = 0.0
    for t in range(11):
        p = precision[recall >= t / 10 - 1e-12]
        ap += (p.max() if len(p) else 0.0) / 11
    return float(ap)


# Retrieval: rows of a bank, the last ten once more at twice the length, so that their similarities are equal.
bank, queries = np.round(rng.normal(size=(50, 3)), 3), np.round(rng.normal(size=(20, 3)), 3)
bank[40:] = 2 * bank[30:40]
bank_labels, query_labels = rng.integers(0, 4, size=50), rng.integers(0, 4, size=20)
unit = lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True)
similarities = np.round(unit(queries) @ unit(bank).T, 12)
relevant = query_labels[:, None] == bank_labels[None]
precisions = [float(average_precision_score(relevant[i], similarities[i])) for i in range(20)]
ranked = np.argsort(-similarities, axis=1, kind="stable")
recall = {str(k): float(np.mean([relevant[i, ranked[i, :k]].any() for i in range(20)])) for k in (1, 2, 5)}

# The percentile bootstrap of a mean, by 20,000 resamples.
right = (predictions == labels).astype(float)
interval = scipy.stats.bootstrap((right,), np.mean, n_resamples=20_000, method="percentile", rng=rng).confidence_interval

fixture = {
    "script": "scripts/metrics.py",
    "versions": {"sklearn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
    "seed": SEED,
    "classCount": CLASSES,
    "scores": scores.ravel().tolist(),
    "labels": labels.tolist(),
    "topK": {str(k): float(top_k_accuracy_score(labels, scores, k=k, labels=range(CLASSES))) for k in (1, 2, 3, 5, 6)},
    "confusion": confusion_matrix(labels, predictions, labels=range(CLASSES)).tolist(),
    "meanPerClass": float(balanced_accuracy_score(labels, predictions)),
    "multi": {
        "scores": multi_scores.ravel().tolist(),
        "truth": truth.ravel().tolist(),
        "perClass": [voc2007(multi_scores[:, c], truth[:, c]) for c in range(4)],
    },
    "retrieval": {
        "bank": bank.ravel().tolist(),
        "bankLabels": bank_labels.tolist(),
        "queries": queries.ravel().tolist(),
        "queryLabels": query_labels.tolist(),
        "averagePrecisions": precisions,
        "recall": recall,
    },
    "bootstrap": [float(interval.low), float(interval.high)],
}
out = Path(__file__).parent.parent / "src" / "fixtures" / "metrics.json"
out.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print({k: fixture[k] for k in ("topK", "meanPerClass", "bootstrap")}, fixture["multi"]["perClass"], recall, np.mean(precisions))
