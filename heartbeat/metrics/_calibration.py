"""Calibration of predicted probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heartbeat._shown import shown
from heartbeat.metrics._ec57 import ratio
from heartbeat.metrics._probabilities import check_probabilities

__all__ = ["ReliabilityCurve", "expected_calibration_error", "reliability_curve"]


@dataclass(frozen=True, eq=False)
class ReliabilityCurve:
    """Predicted probability against observed frequency, in bins.

    `reliability_curve` returns it. Bins without beats are left out.

    Attributes
    ----------
    predicted, observed : ndarray of shape (n_bins,)
        Mean predicted probability in each bin, and the share of its beats for which the
        prediction was right.
    weight : ndarray of shape (n_bins,)
        Share of all beats that each bin holds; sums to 1.
    low, high : ndarray of shape (n_bins,)
        Edges of the bins.
    label : str or None
        Class whose probability was looked at; None for the predicted class of each beat.

    See Also
    --------
    ReliabilityDisplay : Draws the curve.

    Examples
    --------
    >>> from heartbeat.metrics import reliability_curve
    >>> y_prob = [[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]]
    >>> curve = reliability_curve(list("NNNV"), y_prob, classes=["N", "V"])
    >>> round(curve.expected_calibration_error, 3)
    0.1
    """

    predicted: np.ndarray
    observed: np.ndarray
    weight: np.ndarray
    low: np.ndarray
    high: np.ndarray
    label: str | None

    @property
    def expected_calibration_error(self) -> float:
        """Mean difference between predicted and observed, weighted by the beats of each bin."""
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
    """Compare predicted probabilities with how often the predictions are right.

    Of beats with a predicted probability of 0.8, a calibrated classifier gets 80 % right. Use this
    before acting on probabilities, for instance to abstain below a threshold.

    Parameters
    ----------
    y_true : array-like of str, shape (n_beats,)
        Reference labels.
    y_prob : array-like of shape (n_beats, n_classes)
        Predicted probabilities.
    classes : array-like of str, shape (n_classes,)
        The columns of `y_prob`: ``estimator.classes_``. scikit-learn sorts them F N Q S V.
    label : str, default=None
        Class whose probability is looked at. Choose a rare class to see how far its probability
        can be trusted. None takes the predicted class of each beat (top-label calibration).
    n_bins : int, default=15
        Number of bins.
    strategy : {"uniform", "quantile"}, default="uniform"
        ``"uniform"`` makes bins of equal width; ``"quantile"`` makes bins with about the same
        number of beats, which suits probabilities that are mostly near 0 or 1.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat. None gives every beat the weight 1.

    Returns
    -------
    ReliabilityCurve
        One value for each bin that holds beats.

    Raises
    ------
    ValueError
        If shapes do not fit, the probabilities of a beat do not sum to 1, or an option is unknown.

    See Also
    --------
    ReliabilityDisplay : Draws the curve.
    expected_calibration_error : Sums the curve up in one number.
    sklearn.calibration.calibration_curve : The curve of a classifier of two classes.

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
            raise ValueError(
                f"label must be None or one of the classes {' '.join(classes)}, got {shown(label)}."
            )
        predicted, came_true = y_prob[:, column[0]], code == column[0]

    if n_bins < 1:
        raise ValueError(f"n_bins must be an integer >= 1, got {shown(n_bins)}.")
    if strategy == "uniform":
        edges = np.linspace(0, 1, n_bins + 1)
    elif strategy == "quantile":
        inner = np.unique(np.quantile(predicted, np.linspace(0, 1, n_bins + 1)))[1:-1]
        edges = np.concatenate([[0.0], inner, [1.0]])
    else:
        raise ValueError(f"strategy must be 'uniform' or 'quantile', got {shown(strategy)}.")
    # As in calibration_curve, a probability on an inner edge belongs to the bin below.
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
    """Compute the expected calibration error (ECE) of predicted probabilities.

    This is the mean over beats of ``|mean predicted probability - observed share|`` in the beat's
    bin.
    A perfectly calibrated classifier has an error of 0. The value depends on the bins, so compare
    only values with the same `n_bins` and `strategy`; the default is that of Guo et al.

    Parameters
    ----------
    y_true, y_prob, classes, label, n_bins, strategy, sample_weight
        See `reliability_curve`.

    Returns
    -------
    float
        Error between 0 and 1.

    See Also
    --------
    reliability_curve : The curve behind the number.

    References
    ----------
    M. P. Naeini, G. F. Cooper, M. Hauskrecht, "Obtaining Well Calibrated Probabilities Using
    Bayesian Binning", AAAI, 2015.

    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML,
    2017.

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
