"""Scores of the standard for matched beats: one true label and one prediction per beat."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils import check_consistent_length

from heartbeat._shown import shown
from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import _ec57

__all__ = ["AAMIScores", "aami_scores", "j_kappa_score"]

PER_CLASS = {"se": "Se", "ppv": "+P", "fpr": "FPR", "f1": "F1"}
"""Names of the scores in tables, by their names in code."""

OVERALL = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "kappa": "kappa",
    "j_kappa": "j-kappa",
}


@dataclass(frozen=True, eq=False, repr=False)
class AAMIScores:
    """Scores of a beat classifier by class, and over all classes.

    `aami_scores` returns it. Use `to_frame` for a table and `to_dict` for a row of results in a
    search over many models.

    Attributes
    ----------
    se, ppv, fpr, f1 : dict of str to float
        Sensitivity, positive predictivity, false positive rate and F1 of each class, as fractions.
        A score whose denominator is zero is NaN (or ``zero_division``).
    support : dict of str to float
        Number of reference beats of each class, or the sum of their weights.
    accuracy, macro_f1, kappa, j_kappa : float
        Scores over all classes. `macro_f1` is the mean F1 of `macro_classes`.
    macro_classes : tuple of str
        Classes whose F1 is averaged.
    matrix : ndarray of shape (5, 5)
        Beats by reference class (rows) and predicted class (columns), in the order N S V F Q.
    rules : {"ec57", "one-vs-rest"}
        Which beats count as false positives, see `aami_scores`.

    See Also
    --------
    AAMIReport : Also holds scores by recording and confidence intervals.

    Examples
    --------
    >>> from heartbeat.metrics import aami_scores
    >>> scores = aami_scores(list("NNNNSSVV"), list("NNNSSNVV"))
    >>> scores
    AAMIScores(accuracy=0.750, macro_f1=0.750, kappa=0.600, j_kappa=0.675)
    >>> scores.to_dict()["S_se"]
    0.5
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
        """Return a table with one row per class.

        Returns
        -------
        DataFrame of shape (5, 5)
            Columns ``"Se"``, ``"+P"``, ``"FPR"``, ``"F1"`` (fractions) and ``"support"``.
        """
        columns = {title: getattr(self, name) for name, title in PER_CLASS.items()}
        frame = pd.DataFrame({**columns, "support": self.support}, index=list(AAMI_CLASSES))
        return frame.rename_axis("class")

    def to_dict(self) -> dict[str, float]:
        """Return all scores in one flat dictionary.

        Returns
        -------
        dict of str to float
            Keys are ``"S_f1"``, ``"V_se"`` and so on, and ``"accuracy"``, ``"macro_f1"``,
            ``"kappa"`` and ``"j_kappa"``.
        """
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
    """Compute sensitivity, positive predictivity and F1 of each beat class, following EC57.

    For each class these are the sensitivity Se = TP/(TP+FN), the positive predictivity
    +P = TP/(TP+FP), the false positive rate FPR = FP/(FP+TN), and F1, the harmonic mean of Se and
    +P. scikit-learn calls Se recall and +P precision.

    ANSI/AAMI EC57 differs from one-versus-rest counting in one point. A fusion (F) or
    unclassifiable (Q) beat that is called V does not count as a false positive of V, and a Q beat
    that is called S does not count as a false positive of S. The +P and F1 of V and S can
    therefore be higher than in :func:`sklearn.metrics.classification_report`. Set
    ``rules="one-vs-rest"`` to get scikit-learn's numbers.

    Parameters
    ----------
    y_true, y_pred : array-like of str, shape (n_beats,)
        Reference and predicted AAMI letters, see `heartbeat.labels.AAMI_CLASSES`.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat. None gives every beat the weight 1.
    macro_classes : iterable of str, default=None
        Classes whose F1 is averaged to macro-F1. None takes every class that occurs in the
        reference or in the predictions, as scikit-learn does. Use ``"NSVF"`` to leave Q out, as
        most inter-patient papers do.
    rules : {"ec57", "one-vs-rest"}, default="ec57"
        Which beats count as false positives. Choose ``"ec57"`` to compare with results that
        follow the standard, ``"one-vs-rest"`` to compare with papers that use scikit-learn.
    zero_division : float, default=nan
        Value of a score whose denominator is zero. With the default, a class that does not occur
        has no sensitivity, and tables show "-". Set 0 where every score has to be a number.

    Returns
    -------
    AAMIScores
        Scores by class and over all classes.

    Raises
    ------
    ValueError
        If a label is not an AAMI letter, lengths differ, or a weight is negative or not finite.

    See Also
    --------
    aami_report : Adds scores by recording and confidence intervals.
    compare_beats : Matches the beats of two annotation files, then counts.
    j_kappa_score : A single number for model selection.

    Notes
    -----
    j-kappa (Llamedo & Martínez, 2011) is 0.5 κ + 0.125 (S_Se + S_+P + V_Se + V_+P), with +P = 0
    for a class that occurs but is never predicted, and κ over all five classes. EC57 defines the
    counts of S and V only; N, F and Q are counted one-versus-rest.

    References
    ----------
    ANSI/AAMI EC57:2012, Testing and reporting performance results of cardiac rhythm and ST segment
    measurement algorithms.

    M. Llamedo, J. P. Martínez, "Heartbeat Classification Using Feature Selection Driven by Database
    Generalization Criteria", IEEE Transactions on Biomedical Engineering 58(3), 2011.

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
    """Compute j-kappa, a single score that rewards finding S and V beats.

    Use it to rank models in a search: unlike accuracy, it is about 0 for a classifier that calls
    every beat N. It is 0.5 κ + 0.125 (S_Se + S_+P + V_Se + V_+P) (Llamedo & Martínez, 2011), with
    the counts of EC57 (see `aami_scores`). A perfect classifier scores 1.

    Parameters
    ----------
    y_true, y_pred : array-like of str, shape (n_beats,)
        Reference and predicted AAMI letters.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat. None gives every beat the weight 1.
    zero_division : float, default=0.0
        Value of Se and +P whose denominator is zero. The default is 0, unlike in `aami_scores`, so
        that a search can rank its candidates on a fold without S or V beats.

    Returns
    -------
    float
        The score; at most 1.

    See Also
    --------
    get_scorer : ``"j_kappa"`` as the ``scoring`` of a search.
    aami_scores : Scores of each class.

    References
    ----------
    M. Llamedo, J. P. Martínez, "Heartbeat Classification Using Feature Selection Driven by Database
    Generalization Criteria", IEEE Transactions on Biomedical Engineering 58(3), 2011.

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
            f"sample_weight must have shape {true.shape}, one weight for each beat, got "
            f"{weight.shape}."
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
            f"macro_classes must be classes out of {' '.join(AAMI_CLASSES)}, got "
            f"{shown(macro_classes)}."
        )
    return tuple(letter for letter in AAMI_CLASSES if letter in asked)
