"""What a classifier that may say "don't know" risks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from heartbeat.metrics._probabilities import check_probabilities

__all__ = ["RiskCoverageCurve", "risk_coverage_curve"]


@dataclass(frozen=True, eq=False)
class RiskCoverageCurve:
    """What `risk_coverage_curve` returns: one value a threshold, the strictest first.

    Attributes
    ----------
    coverage : ndarray of shape (n_thresholds,)
        Share of beats that get a label, rising to 1.
    risk : ndarray of shape (n_thresholds,)
        Share of wrong labels among them.
    threshold : ndarray of shape (n_thresholds,)
        A beat gets a label if its confidence is at least this.
    """

    coverage: np.ndarray
    risk: np.ndarray
    threshold: np.ndarray

    @property
    def area(self) -> float:
        """Area under the curve (AURC), the mean risk over coverages; smaller is better."""
        widths = np.diff(self.coverage, prepend=0.0)
        return float((widths * self.risk).sum())

    def risk_at(self, coverage: float) -> float:
        """Return the risk at the strictest threshold that still labels this share of beats."""
        if not 0 < coverage <= 1:
            raise ValueError(f"coverage must lie above 0 and at most at 1, got {coverage!r}.")
        # Coverage is a sum of weights: leave room for its rounding.
        place = int(np.searchsorted(self.coverage, coverage - 1e-12))
        return float(self.risk[min(place, len(self.risk) - 1)])

    def coverage_at(self, risk: float) -> float:
        """Return the largest share of beats that can get a label at no more than this risk."""
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
    """Return the error among the beats that are confident enough, for every threshold.

    Parameters
    ----------
    y_true : array-like of str, shape (n_beats,)
        Reference labels.
    y_prob : array-like of shape (n_beats, n_classes)
        Predicted probabilities.
    classes : array-like of str, shape (n_classes,)
        The columns of `y_prob`: ``estimator.classes_``.
    confidence : array-like of float, shape (n_beats,), default=None
        What decides who gets a label, more is surer. None takes the probability of the predicted
        class.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat.

    Returns
    -------
    RiskCoverageCurve

    Notes
    -----
    Beats of equal confidence get a label together. The area averages risk over coverage as the
    step function that it is (Geifman & El-Yaniv, 2017).

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
        raise ValueError(f"confidence must hold {len(code)} numbers, one a beat.")

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
