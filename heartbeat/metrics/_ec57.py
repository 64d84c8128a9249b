"""Counts and rates of the standard, for arrays of beat-by-beat matrices.

Functions take matrices of shape ``(..., n_rows, n_columns)`` and process all of them at once, for
example one matrix per recording or per bootstrap replicate. Rows are the reference's classes and
columns the algorithm's, both in the order N S V F Q, followed by ``o`` (missed or extra) and ``x``
(in a shut-down segment) for comparisons of annotations.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from heartbeat._shown import shown
from heartbeat.labels import AAMI_CLASSES, SYMBOL_CLASSES

N_CLASSES = len(AAMI_CLASSES)
RULES = ("ec57", "one-vs-rest")

# Errors that EC57 does not count: a fusion or unclassifiable beat labelled ventricular, and an
# unclassifiable beat labelled supraventricular. (class, reference class) pairs.
_NOT_FALSE_POSITIVE = {"V": ("F", "Q"), "S": ("Q",)}


def encode(labels: ArrayLike, name: str) -> np.ndarray:
    """Return the position in `AAMI_CLASSES` of each label, or raise an error for other labels."""
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {labels.shape}.")
    if len(labels) == 0:
        raise ValueError(f"{name} must hold at least one beat to score, but is empty.")
    if labels.dtype.kind not in "OUT":
        raise ValueError(
            f"{name} must hold AAMI letters ({' '.join(AAMI_CLASSES)}), got {labels.dtype} values"
            f"{_some(labels)}. Convert the numbers 0 to 4 to letters first: "
            "np.array(heartbeat.labels.AAMI_CLASSES)[labels]."
        )
    letters = labels.astype(str)
    codes = np.full(len(letters), -1, dtype=np.intp)
    for code, letter in enumerate(AAMI_CLASSES):
        codes[letters == letter] = code
    if (codes < 0).any():
        unknown = np.unique(letters[codes < 0])
        remedy = "Remove beats without a label."
        if set(unknown) == {"?"} and name == "y_pred":
            remedy = (
                "If '?' means that the classifier abstained, score only the other beats "
                "(labelled = y_pred != '?') and report their share, the coverage."
            )
        elif set(unknown) <= set(SYMBOL_CLASSES["literature"]):
            remedy = (
                "These are annotation symbols. Convert them to classes with "
                "heartbeat.labels.classes_of_symbols."
            )
        raise ValueError(
            f"{name} must hold AAMI letters ({' '.join(AAMI_CLASSES)}), got{_some(unknown)}. "
            + remedy
        )
    return codes


def confusion(
    true: np.ndarray,
    predicted: np.ndarray,
    weight: np.ndarray | None = None,
    group: np.ndarray | None = None,
    n_groups: int = 1,
) -> np.ndarray:
    """Return one matrix per group, shape (n_groups, 5, 5): rows reference, columns algorithm."""
    cell = true * N_CLASSES + predicted
    if group is not None:
        cell = cell + group * N_CLASSES**2
    counts = np.bincount(cell, weights=weight, minlength=n_groups * N_CLASSES**2)
    return counts.reshape(n_groups, N_CLASSES, N_CLASSES)


def class_counts(matrix: np.ndarray, rules: str = "ec57") -> dict[str, np.ndarray]:
    """Return true/false positives and negatives of each class, arrays of shape (..., 5).

    The matrix may have rows and columns beyond the five classes (extra, missed, shut down). A
    missed beat is a false negative of its class, an extra one a false positive of its label.
    """
    if rules not in RULES:
        raise ValueError(f"rules must be {' or '.join(map(repr, RULES))}, got {shown(rules)}.")
    n_rows, n_columns = matrix.shape[-2:]
    cells = matrix.reshape(*matrix.shape[:-2], n_rows * n_columns)
    masks = _count_masks(n_rows, n_columns, rules)
    # Sums of the cells that count, not differences of sums: weights add up with rounding errors,
    # and a count of no beats must be exactly zero.
    return {name: cells @ mask.reshape(N_CLASSES, -1).T for name, mask in masks.items()}


@cache
def _count_masks(n_rows: int, n_columns: int, rules: str) -> dict[str, np.ndarray]:
    """Return the cells that each count of each class sums, as (5, n_rows, n_columns) masks."""
    classes = np.arange(N_CLASSES)[:, None, None]
    of_class = np.arange(n_rows)[:, None] == classes
    called = np.arange(n_columns) == classes
    masks = {
        "tp": of_class & called,
        "fn": of_class & ~called,
        "fp": ~of_class & called,
        "tn": ~of_class & ~called,
    }
    if rules == "ec57":
        for letter, forgiven in _NOT_FALSE_POSITIVE.items():
            column = AAMI_CLASSES.index(letter)
            for reference in forgiven:
                masks["fp"][column, AAMI_CLASSES.index(reference), column] = False
    return {name: mask.astype(np.int64) for name, mask in masks.items()}


def rates(
    matrix: np.ndarray,
    *,
    rules: str = "ec57",
    macro_classes: Iterable[str] | None = None,
    zero_division: float = np.nan,
) -> dict[str, np.ndarray]:
    """Return every score of each matrix: per class (..., 5), overall (...)."""
    counts = class_counts(matrix, rules)
    tp, fn, fp, tn = (counts[name] for name in ("tp", "fn", "fp", "tn"))
    square = matrix[..., :N_CLASSES, :N_CLASSES]
    se = ratio(tp, tp + fn, zero_division)
    ppv = ratio(tp, tp + fp, zero_division)
    f1 = ratio(2 * tp, 2 * tp + fp + fn, zero_division)
    kappa = _kappa(square)

    averaged = [AAMI_CLASSES.index(letter) for letter in macro_classes or AAMI_CLASSES]
    if macro_classes is None:
        # As in scikit-learn, a class that neither side contains is not part of the mean.
        seen = square.sum(axis=-1) + square.sum(axis=-2) > 0
        macro_f1 = _mean_where(f1, seen & ~np.isnan(f1))
    else:
        macro_f1 = _mean_where(f1[..., averaged], ~np.isnan(f1[..., averaged]))

    ectopic = [AAMI_CLASSES.index("S"), AAMI_CLASSES.index("V")]
    # The +P of a class that occurs but is never predicted is undefined. The index ranks
    # classifiers, and takes it as the worst value.
    ectopic_ppv = np.where((tp + fn > 0) & (tp + fp == 0), 0.0, ppv)[..., ectopic]
    j_kappa = 0.5 * kappa + 0.125 * (se[..., ectopic] + ectopic_ppv).sum(axis=-1)
    return {
        "se": se,
        "ppv": ppv,
        "fpr": ratio(fp, fp + tn, zero_division),
        "f1": f1,
        "support": tp + fn,
        "accuracy": ratio(np.trace(square, axis1=-2, axis2=-1), square.sum(axis=(-2, -1))),
        "macro_f1": macro_f1,
        "kappa": kappa,
        "j_kappa": j_kappa,
    }


def ratio(part: np.ndarray, whole: np.ndarray, undefined: float = np.nan) -> np.ndarray:
    """Divide; the quotient is `undefined` where the denominator is 0."""
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    out = np.full(np.broadcast_shapes(part.shape, whole.shape), float(undefined))
    return np.divide(part, whole, out=out, where=whole != 0)


def _kappa(square: np.ndarray) -> np.ndarray:
    total = square.sum(axis=(-2, -1))
    observed = ratio(np.trace(square, axis1=-2, axis2=-1), total)
    by_chance = ratio((square.sum(axis=-1) * square.sum(axis=-2)).sum(axis=-1), total * total)
    return ratio(observed - by_chance, 1.0 - by_chance)


def _mean_where(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    return ratio(np.where(where, values, 0.0).sum(axis=-1), where.sum(axis=-1))


def _some(values: np.ndarray) -> str:
    shown = ", ".join(repr(value) for value in np.unique(values)[:5].tolist())
    return f" such as {shown}" if shown else ""
