"""Check probabilities: their shape, their sum, and the class of each column."""

import numpy as np
from numpy.typing import ArrayLike


def check_probabilities(
    y_true: ArrayLike, y_prob: ArrayLike, classes: ArrayLike, sample_weight: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return class numbers (-1 if not in `classes`), probabilities, classes and weights."""
    classes = np.asarray(classes)
    y_true, y_prob = np.asarray(y_true), np.asarray(y_prob, dtype=float)
    if y_prob.ndim != 2 or y_prob.shape[1] != len(classes):
        raise ValueError(
            f"y_prob must have shape (n_beats, {len(classes)}), one column for each of the classes "
            f"{' '.join(map(str, classes))}, got {y_prob.shape}."
        )
    if y_true.shape != (len(y_prob),):
        raise ValueError(
            f"y_true must have shape ({len(y_prob)},), one label for each row of y_prob, "
            f"got {y_true.shape}."
        )
    if len(y_prob) == 0:
        raise ValueError("y_true must hold at least one beat to score, but is empty.")
    if not np.isfinite(y_prob).all() or (y_prob < 0).any():
        raise ValueError("y_prob must be finite and not negative.")
    if not np.allclose(y_prob.sum(axis=1), 1, atol=1e-3):
        worst = float(y_prob.sum(axis=1)[np.argmax(np.abs(y_prob.sum(axis=1) - 1))])
        raise ValueError(
            f"each row of y_prob must sum to 1, but one sums to {worst:.3g}. Convert decision "
            "values to probabilities first, for example with CalibratedClassifierCV."
        )
    matches = y_true[:, None] == classes[None, :]
    code = np.where(matches.any(axis=1), matches.argmax(axis=1), -1)
    weight = np.ones(len(code)) if sample_weight is None else np.asarray(sample_weight, float)
    if weight.shape != code.shape or not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError(
            f"sample_weight must hold {len(code)} finite weights >= 0, one for each beat."
        )
    if weight.sum() == 0:
        raise ValueError("sample_weight must be above 0 for at least one beat.")
    return code, y_prob, classes, weight
