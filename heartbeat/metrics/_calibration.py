"""Whether probabilities mean what they say."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heartbeat.metrics._ec57 import ratio
from heartbeat.metrics._probabilities import check_probabilities

__all__ = ["ReliabilityCurve", "expected_calibration_error", "reliability_curve"]


@dataclass(frozen=True, eq=False)
class ReliabilityCurve:
    """What `reliability_curve` returns: one value a bin that holds beats.

    Attributes
    ----------
    predicted, observed : ndarray of shape (n_bins,)
        Mean predicted probability, and share of beats for which it came true.
    weight : ndarray of shape (n_bins,)
        Share of the beats in the bin; sums to 1.
    low, high : ndarray of shape (n_bins,)
        Edges of the bins.
    label : str or None
        The class, or None for the predicted class of each beat.
    """

    predicted: np.ndarray
    observed: np.ndarray
    weight: np.ndarray
    low: np.ndarray
    high: np.ndarray
    label: str | None

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance between predicted and observed over the beats."""
        return float((self.weight * np.abs(self.predicted - self.observed)).sum())


def reliability_curve(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    *,
    classes: ArrayLike,
    label: str | None = None,
    n_bins: int = 15,
    strategy: str = "uniform",
    sample_weight: ArrayLike | None = None,
) -> ReliabilityCurve:
    """Compare predicted probabilities with how often they come true.

    Parameters
    ----------
    y_true : array-like of str, shape (n_beats,)
        Reference labels.
    y_prob : array-like of shape (n_beats, n_classes)
        Predicted probabilities.
    classes : array-like of str, shape (n_classes,)
        The columns of `y_prob`: ``estimator.classes_``. scikit-learn sorts them F N Q S V.
    label : str, default=None
        Look at the probability of this class. None looks at the probability of each beat's
        predicted class (top-label calibration).
    n_bins : int, default=15
        Number of bins.
    strategy : {"uniform", "quantile"}, default="uniform"
        Bins of equal width, or of about equally many beats.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat.

    Returns
    -------
    ReliabilityCurve
        Empty bins are left out.

    See Also
    --------
    sklearn.calibration.calibration_curve : The same for two classes.

    Examples
    --------
    >>> curve = reliability_curve(
    ...     list("NNNV"), [[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]], classes=["N", "V"],
    ...     n_bins=5,
    ... )
    >>> curve.predicted, curve.observed
    (array([0.6, 0.9]), array([0.5, 1. ]))
    """
    code, y_prob, classes, weight = check_probabilities(y_true, y_prob, classes, sample_weight)
    if label is None:
        predicted, came_true = y_prob.max(axis=1), y_prob.argmax(axis=1) == code
    else:
        column = np.flatnonzero(classes == label)
        if not len(column):
            raise ValueError(f"label {label!r} is none of the classes {' '.join(classes)}.")
        predicted, came_true = y_prob[:, column[0]], code == column[0]

    if n_bins < 1:
        raise ValueError(f"n_bins must be at least 1, got {n_bins!r}.")
    if strategy == "uniform":
        edges = np.linspace(0, 1, n_bins + 1)
    elif strategy == "quantile":
        inner = np.unique(np.quantile(predicted, np.linspace(0, 1, n_bins + 1)))[1:-1]
        edges = np.concatenate([[0.0], inner, [1.0]])
    else:
        raise ValueError(f"strategy must be 'uniform' or 'quantile', got {strategy!r}.")
    # As calibration_curve: a probability on an inner edge belongs to the bin below.
    bins = np.searchsorted(edges[1:-1], predicted)
    n_edges = len(edges) - 1
    total, sum_predicted, sum_true = (
        np.bincount(bins, weights=values, minlength=n_edges)
        for values in (weight, weight * predicted, weight * came_true)
    )
    filled = total > 0
    return ReliabilityCurve(
        predicted=ratio(sum_predicted, total)[filled],
        observed=ratio(sum_true, total)[filled],
        weight=total[filled] / total.sum(),
        low=edges[:-1][filled],
        high=edges[1:][filled],
        label=label,
    )


def expected_calibration_error(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    *,
    classes: ArrayLike,
    label: str | None = None,
    n_bins: int = 15,
    strategy: str = "uniform",
    sample_weight: ArrayLike | None = None,
) -> float:
    """Return how far, on average, predicted probabilities are from what comes true.

    The mean over beats of |mean predicted probability - observed share| of their bin (Naeini et
    al., 2015; Guo et al., 2017, with 15 bins of equal width). 0 is perfect; it depends on the bins.

    Parameters
    ----------
    y_true, y_prob, classes, label, n_bins, strategy, sample_weight
        See `reliability_curve`.

    Returns
    -------
    float
        Between 0 and 1.

    Examples
    --------
    >>> y_prob = [[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]]
    >>> error = expected_calibration_error(list("NNNV"), y_prob, classes=["N", "V"])
    >>> round(error, 3)
    0.1
    """
    return reliability_curve(
        y_true,
        y_prob,
        classes=classes,
        label=label,
        n_bins=n_bins,
        strategy=strategy,
        sample_weight=sample_weight,
    ).expected_calibration_error
