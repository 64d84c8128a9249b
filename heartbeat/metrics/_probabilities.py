"""Probabilities at the border: shape, sum, and which column is which class."""

import numpy as np
from numpy.typing import ArrayLike


def check_probabilities(
    y_true: ArrayLike, y_prob: ArrayLike, classes: ArrayLike, sample_weight: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return class numbers (-1: not among `classes`), probabilities, classes and weights."""
    classes = np.asarray(classes)
    y_true, y_prob = np.asarray(y_true), np.asarray(y_prob, dtype=float)
    if y_prob.ndim != 2 or y_prob.shape[1] != len(classes):
        raise ValueError(
            f"y_prob must have shape (n_beats, {len(classes)}), a column for each of the classes "
            f"{' '.join(map(str, classes))}, got {y_prob.shape}."
        )
    if y_true.shape != (len(y_prob),):
        raise ValueError(
            f"y_true must have shape ({len(y_prob)},), one label a row of y_prob, "
            f"got {y_true.shape}."
        )
    if len(y_prob) == 0:
        raise ValueError("y_true is empty: there is no beat to score.")
    if not np.isfinite(y_prob).all() or (y_prob < 0).any():
        raise ValueError("y_prob must be finite and not negative.")
    if not np.allclose(y_prob.sum(axis=1), 1, atol=1e-3):
        worst = float(y_prob.sum(axis=1)[np.argmax(np.abs(y_prob.sum(axis=1) - 1))])
        raise ValueError(
            f"the rows of y_prob must sum to 1, one sums to {worst:.3g}. Turn decision values into "
            "probabilities first, for instance with CalibratedClassifierCV."
        )
    matches = y_true[:, None] == classes[None, :]
    code = np.where(matches.any(axis=1), matches.argmax(axis=1), -1)
    weight = np.ones(len(code)) if sample_weight is None else np.asarray(sample_weight, float)
    if weight.shape != code.shape or not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError(
            f"sample_weight must hold {len(code)} finite weights that are not negative."
        )
    if weight.sum() == 0:
        raise ValueError("sample_weight is zero everywhere: there is no beat to score.")
    return code, y_prob, classes, weight
