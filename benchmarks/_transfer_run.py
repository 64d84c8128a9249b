"""One draw of labelled subjects: train each method on them, and score it on all other subjects."""

import time
import warnings

import numpy as np
import torch
from _transfer_methods import CHOICES, METHODS
from _transfer_targets import ANY_LEAD, Target
from sklearn.metrics import f1_score, roc_auc_score

SCORES = ("auroc", "macro_f1")


def score(target: Target, rows: np.ndarray, proba: np.ndarray) -> dict[str, float]:
    """Return the macro-averaged AUROC (one class against the rest) and F1."""
    y = target.y[rows]
    if target.by_subject:  # mean probability over the beats of a subject, who has one label
        subjects, first, index = np.unique(
            target.subject[rows], return_index=True, return_inverse=True
        )
        proba = np.array([np.bincount(index, weights=column) for column in proba.T]).T
        proba /= np.bincount(index)[:, np.newaxis]
        y = y[first]
    present = [i for i, letter in enumerate(target.classes) if (y == letter).any()]
    areas = [roc_auc_score(y == target.classes[i], proba[:, i]) for i in present]
    predicted = np.asarray(target.classes)[proba.argmax(axis=1)]
    labels = [target.classes[i] for i in present]
    return {
        "auroc": float(np.mean(areas)),
        "macro_f1": f1_score(y, predicted, labels=labels, average="macro", zero_division=0),
    }


def train_and_score(target: Target, key: dict, methods: list[str]) -> list[dict]:
    """Train and score methods on one draw of subjects."""
    torch.set_num_threads(1)
    train, test = target.draw(key["n_subjects"], key["repeat"])
    rows = []
    for name in methods:
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a class with one beat, a solver short of steps
            source = target.for_any_lead() if name.endswith(ANY_LEAD) else target
            model = (METHODS | CHOICES)[name](source, train, key["repeat"])
        fit_s = time.perf_counter() - start
        columns = np.searchsorted(target.classes, model.classes_)
        known = np.isin(model.classes_, target.classes)
        proba = np.zeros((len(test), len(target.classes)))
        proba[:, columns[known]] = model.predict_proba(source.X.iloc[test])[:, known]
        rows.append(
            {
                **key,
                "method": name,
                **score(target, test, proba),
                "n_beats": len(train),
                "fit_s": fit_s,
            }
        )
    return rows
