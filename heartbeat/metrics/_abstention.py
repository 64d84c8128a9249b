"""Risk and coverage of a classifier that may abstain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heartbeat._shown import shown
from heartbeat.metrics._probabilities import check_probabilities

__all__ = ["RiskCoverageCurve", "risk_coverage_curve"]


@dataclass(frozen=True, eq=False)
class RiskCoverageCurve:
    """Error rate against the share of beats that are labelled, for all confidence thresholds.

    `risk_coverage_curve` returns it. Thresholds go from the strictest to the one that labels every
    beat.

    Attributes
    ----------
    coverage : ndarray of shape (n_thresholds,)
        Share of beats that get a label, rising to 1.
    risk : ndarray of shape (n_thresholds,)
        Share of wrong labels among the labelled beats.
    threshold : ndarray of shape (n_thresholds,)
        Lowest confidence at which a beat gets a label.

    See Also
    --------
    RiskCoverageDisplay : Draws the curve.
    heartbeat.calibration.AbstainingClassifier : Labels only the beats above a threshold.

    Examples
    --------
    >>> from heartbeat.metrics import risk_coverage_curve
    >>> y_prob = [[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]]
    >>> curve = risk_coverage_curve(list("NNVN"), y_prob, classes=["N", "V"])
    >>> curve.risk_at(coverage=0.5), round(curve.area, 3)
    (0.0, 0.146)
    """

    coverage: np.ndarray
    risk: np.ndarray
    threshold: np.ndarray

    @property
    def area(self) -> float:
        """Area under the curve (AURC): the risk averaged over coverage. Smaller is better."""
        widths = np.diff(self.coverage, prepend=0.0)
        return float((widths * self.risk).sum())

    def risk_at(self, coverage: float) -> float:
        """Return the error rate when at least this share of beats is labelled.

        Parameters
        ----------
        coverage : float in (0, 1]
            Share of beats that must get a label.

        Returns
        -------
        float
            Risk at the strictest threshold with that coverage.
        """
        if not 0 < coverage <= 1:
            raise ValueError(f"coverage must be a number > 0 and <= 1, got {shown(coverage)}.")
        # Coverage is a sum of weights, so allow for its rounding error.
        place = int(np.searchsorted(self.coverage, coverage - 1e-12))
        return float(self.risk[min(place, len(self.risk) - 1)])

    def coverage_at(self, risk: float) -> float:
        """Return the largest share of beats that can be labelled at this error rate or below.

        Parameters
        ----------
        risk : float
            Highest acceptable share of wrong labels.

        Returns
        -------
        float
            Coverage; 0 if no threshold reaches that risk.
        """
        allowed = self.coverage[self.risk <= risk]
        return float(allowed[-1]) if len(allowed) else 0.0


def risk_coverage_curve(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    *,
    classes: ArrayLike,
    confidence: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> RiskCoverageCurve:
    """Compute the error rate among the most confident beats, for every confidence threshold.

    Use it to choose how many beats a classifier should leave to a human, and to compare
    classifiers that may abstain.

    Parameters
    ----------
    y_true : array-like of str, shape (n_beats,)
        Reference labels.
    y_prob : array-like of shape (n_beats, n_classes)
        Predicted probabilities.
    classes : array-like of str, shape (n_classes,)
        The columns of `y_prob`: ``estimator.classes_``.
    confidence : array-like of float, shape (n_beats,), default=None
        Confidence of each beat; beats with higher values are labelled first. None takes the
        probability of the predicted class.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat. None gives every beat the weight 1.

    Returns
    -------
    RiskCoverageCurve
        Coverage, risk and threshold, strictest threshold first.

    Raises
    ------
    ValueError
        If shapes do not fit, or the probabilities of a beat do not sum to 1.

    See Also
    --------
    RiskCoverageDisplay : Draws the curve.
    reliability_curve : Whether the probabilities can be trusted.

    Notes
    -----
    Beats of equal confidence are labelled together. The risk is taken as a step function of
    coverage, also for the area below it.

    References
    ----------
    Y. Geifman, R. El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS, 2017.

    Examples
    --------
    >>> curve = risk_coverage_curve(
    ...     list("NNVN"), [[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]], classes=["N", "V"]
    ... )
    >>> curve.coverage, curve.risk.round(2)
    (array([0.25, 0.5 , 0.75, 1.  ]), array([0.  , 0.  , 0.33, 0.25]))
    >>> curve.coverage_at(risk=0.1)
    0.5
    """
    code, y_prob, _, weight = check_probabilities(y_true, y_prob, classes, sample_weight)
    wrong = y_prob.argmax(axis=1) != code
    if confidence is None:
        confidence = y_prob.max(axis=1)
    confidence = np.asarray(confidence, dtype=float)
    if confidence.shape != code.shape or np.isnan(confidence).any():
        raise ValueError(
            f"confidence must hold a number, not NaN, for each of the {len(code)} beats, got shape "
            f"{np.shape(confidence)}."
        )

    order = np.argsort(-confidence, kind="stable")
    confidence, weight, wrong = confidence[order], weight[order], wrong[order]
    labelled, errors = np.cumsum(weight), np.cumsum(weight * wrong)
    last_of_equals = np.flatnonzero(np.append(np.diff(confidence) != 0, True))
    last_of_equals = last_of_equals[labelled[last_of_equals] > 0]
    return RiskCoverageCurve(
        coverage=labelled[last_of_equals] / labelled[-1],
        risk=errors[last_of_equals] / labelled[last_of_equals],
        threshold=confidence[last_of_equals],
    )
