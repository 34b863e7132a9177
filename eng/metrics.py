"""Computes metrics with scikit-learn over vectors that the tests wrote: argv[1] holds one JSON object a line, argv[2] is written, one number a line.

A line: {"metric": name, "w": [...] or null, "actual": [...], "predicted": [...], "scores": [[...]], "probabilities": [[...]], "values": [[...]], "truth": [[...]], "k": int}.
"""
import json
import sys
import warnings

import numpy as np
from sklearn import metrics as sk

warnings.filterwarnings("ignore")


def iou_of_boxes(values, truth, w):
    def area(b):
        return np.clip(b[:, 2] - b[:, 0], 0, None) * np.clip(b[:, 3] - b[:, 1], 0, None)

    low, high = np.maximum(values[:, :2], truth[:, :2]), np.minimum(values[:, 2:], truth[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=1)
    return np.average(both / (area(values) + area(truth) - both), weights=w)


def calibration_error(p, actual, w):
    edges = np.linspace(0, 1, 11)
    if p.shape[1] == 2:
        confidence, hit = p[:, 1], actual == 1
    else:
        confidence, hit = p.max(axis=1), actual == p.argmax(axis=1)
    bins = np.searchsorted(edges[1:-1], confidence)
    total = 0.0
    for b in range(10):
        inside = bins == b
        if inside.any():
            mass = w[inside].sum()
            total += mass * abs(np.average(confidence[inside], weights=w[inside]) - np.average(hit[inside], weights=w[inside]))
    return total / w.sum()


def one(line):
    name, w = line["metric"], None if line["w"] is None else np.array(line["w"])
    get = lambda key: np.array(line[key], dtype=float) if line.get(key) is not None else None
    actual, predicted = (np.array(line[k], dtype=int) if line.get(k) is not None else None for k in ("actual", "predicted"))
    scores, p, values, truth = get("scores"), get("probabilities"), get("values"), get("truth")
    average = dict(macro="macro", micro="micro").get(name.split("_")[-1], "binary")
    base = name.split("_")[0]
    if name == "accuracy":
        return sk.accuracy_score(actual, predicted, sample_weight=w)
    if name == "balanced_accuracy":
        return sk.balanced_accuracy_score(actual, predicted, sample_weight=w)
    if base in ("precision", "recall", "f1"):
        function = dict(precision=sk.precision_score, recall=sk.recall_score, f1=sk.f1_score)[base]
        return function(actual, predicted, average=average, sample_weight=w, zero_division=0)
    if name == "iou":
        return sk.jaccard_score(actual, predicted, average="macro", sample_weight=w, zero_division=0)
    if name == "logloss":
        return sk.log_loss(actual, p, labels=list(range(p.shape[1])), sample_weight=w)
    if name == "perplexity":
        return np.exp(sk.log_loss(actual, p, labels=list(range(p.shape[1])), sample_weight=w))
    if name == "brier":
        if p.shape[1] == 2:
            return sk.brier_score_loss(actual, p[:, 1], sample_weight=w, pos_label=1) if len(set(actual)) == 2 else np.average((p[:, 1] - actual) ** 2, weights=w)
        return np.average(((p - np.eye(p.shape[1])[actual]) ** 2).sum(axis=1), weights=w)
    if name in ("auc", "average_precision"):
        function = sk.roc_auc_score if name == "auc" else sk.average_precision_score
        single = (lambda y: len(set(y)) < 2) if name == "auc" else (lambda y: not y.any())
        columns = [(scores[:, 1] - scores[:, 0], actual == 1)] if scores.shape[1] == 2 else [(scores[:, c], actual == c) for c in range(scores.shape[1])]
        return np.nan if any(single(y) for _, y in columns) else np.mean([function(y, s, sample_weight=w) for s, y in columns])
    if name == "calibration_error":
        return calibration_error(p, actual, np.ones(len(actual)) if w is None else w)
    if name.startswith("top"):
        return sk.top_k_accuracy_score(actual, scores, k=int(name[3:]), labels=list(range(scores.shape[1])), sample_weight=w)
    if name == "mae":
        return sk.mean_absolute_error(truth, values, sample_weight=w)
    if name == "mse":
        return sk.mean_squared_error(truth, values, sample_weight=w)
    if name == "rmse":
        return sk.mean_squared_error(truth, values, sample_weight=w, squared=False)
    if name == "mape":
        return sk.mean_absolute_percentage_error(truth, values, sample_weight=w)
    if name == "r2":
        return sk.r2_score(truth, values, sample_weight=w)
    if name.startswith("pinball"):
        return sk.mean_pinball_loss(truth, values, alpha=float(name[7:] or 0.5), sample_weight=w)
    if name.startswith("ndcg"):
        return sk.ndcg_score(truth, values, k=int(name[4:]) if name[4:] else None, sample_weight=w)
    if name == "mrr":
        return sk.label_ranking_average_precision_score(truth, values, sample_weight=w)
    if name == "box_iou":
        return iou_of_boxes(values, truth, w)
    raise ValueError(name)


with open(sys.argv[1]) as source, open(sys.argv[2], "w") as target:
    for text in source:
        target.write(repr(float(one(json.loads(text)))) + "\n")
