"""Scores of the standard for beats that are already matched: one true label, one prediction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils import check_consistent_length

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import _ec57

__all__ = ["AAMIScores", "aami_scores", "j_kappa_score"]

PER_CLASS = {"se": "Se", "ppv": "+P", "fpr": "FPR", "f1": "F1"}
"""Score name in code → name in tables."""

OVERALL = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "kappa": "kappa",
    "j_kappa": "j-kappa",
}


@dataclass(frozen=True, eq=False, repr=False)
class AAMIScores:
    """What `aami_scores` returns: one number a class, and four for all classes.

    Attributes
    ----------
    se, ppv, fpr, f1 : dict of str to float
        Sensitivity, positive predictivity, false positive rate and F1 of each class; NaN (or
        ``zero_division``) where there is nothing to divide by.
    support : dict of str to float
        Weighted number of reference beats of each class.
    accuracy, macro_f1, kappa, j_kappa : float
        Over all classes. `macro_f1` is the mean F1 of `macro_classes`.
    macro_classes : tuple of str
        The classes whose F1 is averaged.
    matrix : ndarray of shape (5, 5)
        Beats by reference class (rows) and predicted class (columns), in the order N S V F Q.
    rules : {"ec57", "one-vs-rest"}
        What counts as a false positive.
    """

    se: dict[str, float]
    ppv: dict[str, float]
    fpr: dict[str, float]
    f1: dict[str, float]
    support: dict[str, float]
    accuracy: float
    macro_f1: float
    kappa: float
    j_kappa: float
    macro_classes: tuple[str, ...]
    matrix: np.ndarray
    rules: str

    def to_frame(self) -> pd.DataFrame:
        """Return a row a class with columns Se, +P, FPR, F1 (fractions) and support."""
        columns = {title: getattr(self, name) for name, title in PER_CLASS.items()}
        frame = pd.DataFrame({**columns, "support": self.support}, index=list(AAMI_CLASSES))
        return frame.rename_axis("class")

    def to_dict(self) -> dict[str, float]:
        """Return every score under a flat name: ``"S_f1"``, ``"V_se"``, ``"j_kappa"``, ..."""
        flat = {
            f"{letter}_{name}": getattr(self, name)[letter]
            for letter in AAMI_CLASSES
            for name in (*PER_CLASS, "support")
        }
        return {**flat, **{name: getattr(self, name) for name in OVERALL}}

    def __repr__(self) -> str:
        overall = ", ".join(f"{name}={getattr(self, name):.3f}" for name in OVERALL)
        return f"AAMIScores({overall})"


def aami_scores(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    macro_classes: Iterable[str] | None = None,
    rules: str = "ec57",
    zero_division: float = np.nan,
) -> AAMIScores:
    """Score predicted beat classes as ANSI/AAMI EC57 does.

    For every class: sensitivity Se = TP/(TP+FN), positive predictivity +P = TP/(TP+FP), false
    positive rate FPR = FP/(FP+TN) and F1, the harmonic mean of Se and +P. Se and F1 are what
    scikit-learn calls recall and F1; the standard differs from one-versus-rest counting in one
    point: a fusion (F) or unclassifiable (Q) beat called V is not a false positive of V, and a Q
    beat called S is none of S. So +P and F1 of V and S can be higher here than in
    :func:`sklearn.metrics.classification_report`; ``rules="one-vs-rest"`` gives its numbers.

    Parameters
    ----------
    y_true, y_pred : array-like of str, shape (n_beats,)
        Reference and predicted AAMI letters, see `heartbeat.labels.AAMI_CLASSES`.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat; None counts every beat once.
    macro_classes : iterable of str, default=None
        Classes whose F1 is averaged to macro-F1, for instance ``"NSVF"`` to leave Q out, as the
        inter-patient literature does. None takes every class that occurs in the reference or the
        predictions, as scikit-learn does.
    rules : {"ec57", "one-vs-rest"}, default="ec57"
        What counts as a false positive.
    zero_division : float, default=nan
        Value of a score whose denominator is zero. With the default, a class that does not occur
        has no sensitivity and tables show "-", as the standard's program prints.

    Returns
    -------
    AAMIScores

    Raises
    ------
    ValueError
        If a label is not an AAMI letter, lengths differ, or a weight is negative or not finite.

    See Also
    --------
    aami_report : The same by recording, with intervals, as a table.
    compare_beats : For annotations whose beats are not matched yet.

    Notes
    -----
    j-kappa (Llamedo & Martínez, 2011) is 0.5 κ + 0.125 (S_Se + S_+P + V_Se + V_+P), with +P = 0
    for a class that occurs but is never predicted, and κ over all five classes. EC57 defines the
    counts of S and V only; N, F and Q are counted one-versus-rest.

    Examples
    --------
    >>> scores = aami_scores(list("NNNNSSVVFQ"), list("NNNSSNVVVS"))
    >>> scores.se["S"], scores.ppv["V"]
    (0.5, 1.0)
    >>> scores.to_frame().round(2)
             Se    +P   FPR    F1  support
    class
    N      0.75  0.75  0.17  0.75        4
    S      0.50  0.50  0.14  0.50        2
    V      1.00  1.00  0.00  1.00        2
    F      0.00   NaN  0.00  0.00        1
    Q      0.00   NaN  0.00  0.00        1
    >>> aami_scores(["N", "V"], ["N", "V"]).se["S"]
    nan
    """
    true, predicted, weight = check_labels(y_true, y_pred, sample_weight)
    matrix = _ec57.confusion(true, predicted, weight)[0]
    return scores_of_matrix(matrix, check_macro_classes(macro_classes), rules, zero_division)


def j_kappa_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    zero_division: float = 0.0,
) -> float:
    """Return j-kappa, one number for a classifier of N, S and V.

    0.5 κ + 0.125 (S_Se + S_+P + V_Se + V_+P) (Llamedo & Martínez, 2011), with the counts of EC57
    (see `aami_scores`). 1 is perfect; a classifier that calls every beat N gets about 0.

    Parameters
    ----------
    y_true, y_pred : array-like of str, shape (n_beats,)
        Reference and predicted AAMI letters.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat.
    zero_division : float, default=0.0
        Value of Se and +P where there is nothing to divide by. Zero, other than in `aami_scores`,
        so that a search can rank its candidates on a fold that lacks S or V.

    Returns
    -------
    float

    Examples
    --------
    >>> round(j_kappa_score(list("NNNNSSVV"), list("NNNSSNVV")), 3)
    0.675
    >>> j_kappa_score(list("NNSV"), list("NNNN"))
    0.0
    """
    scores = aami_scores(y_true, y_pred, sample_weight=sample_weight, zero_division=zero_division)
    # One class on both sides leaves kappa 0/0 as well.
    return zero_division if np.isnan(scores.j_kappa) else scores.j_kappa


def scores_of_matrix(
    matrix: np.ndarray,
    macro_classes: tuple[str, ...] | None = None,
    rules: str = "ec57",
    zero_division: float = np.nan,
) -> AAMIScores:
    """Return the scores of one 5 x 5 matrix."""
    values = _ec57.rates(
        matrix, rules=rules, macro_classes=macro_classes, zero_division=zero_division
    )
    per_class: dict[str, Any] = {
        name: dict(zip(AAMI_CLASSES, values[name].tolist(), strict=True))
        for name in (*PER_CLASS, "support")
    }
    if macro_classes is None:
        seen = matrix.sum(axis=0) + matrix.sum(axis=1) > 0
        macro_classes = tuple(np.array(AAMI_CLASSES)[seen].tolist())
    overall: dict[str, Any] = {name: float(values[name]) for name in OVERALL}
    return AAMIScores(
        **per_class, **overall, macro_classes=macro_classes, matrix=matrix, rules=rules
    )


def check_labels(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return both label arrays as class numbers, and the weights, all of one length."""
    true, predicted = _ec57.encode(y_true, "y_true"), _ec57.encode(y_pred, "y_pred")
    check_consistent_length(true, predicted)
    if sample_weight is None:
        return true, predicted, None
    weight = np.asarray(sample_weight, dtype=float)
    if weight.shape != true.shape:
        raise ValueError(
            f"sample_weight must have shape {true.shape}, one weight a beat, got {weight.shape}."
        )
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("sample_weight must be finite and not negative.")
    return true, predicted, weight


def check_macro_classes(macro_classes: Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the classes to average in AAMI order, or None for those that occur."""
    if macro_classes is None:
        return None
    asked = set(macro_classes)
    if not asked or not asked <= set(AAMI_CLASSES):
        raise ValueError(
            f"macro_classes must name some of {' '.join(AAMI_CLASSES)}, got {macro_classes!r}."
        )
    return tuple(letter for letter in AAMI_CLASSES if letter in asked)
