"""kNN as lightly's benchmarks run it: features made of length 1, then lightly.utils.benchmarking.knn_predict, queries in batches."""

import argparse

import lightly
import torch
import torch.nn.functional as F
from lightly.utils.benchmarking import knn_predict

from serve import serve

parser = argparse.ArgumentParser()
parser.add_argument("--bank", type=int, default=50000)
parser.add_argument("--queries", type=int, default=1000)
parser.add_argument("--size", type=int, default=2048)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(0)
classes = 100


def features(count):
    rows = torch.rand(count, options.size).mul_(2).sub_(1)
    labels = torch.arange(count) % classes
    rows[torch.arange(count), labels] = 5
    return rows, labels


def normalize(rows):
    # In pieces and in place: a second bank would not fit. Rows that are of length 1 already take as long.
    for piece in rows.split(10000):
        piece.copy_(F.normalize(piece, dim=1))


bank, bank_labels = features(options.bank)
queries, query_labels = features(options.queries)


def work(request):
    for _ in range(request["repeats"]):
        right = 0
        normalize(bank)
        normalize(queries)
        for rows, labels in zip(queries.split(256), query_labels.split(256)):
            predicted = knn_predict(rows, bank.t(), bank_labels, classes, knn_k=200, knn_t=0.1)
            right += (predicted[:, 0] == labels).sum().item()
    return {"value": right / len(queries)}


serve({"torch": torch.__version__, "lightly": lightly.__version__}, work)
