"""Draw risk against coverage: `RiskCoverageDisplay`."""

from typing import TYPE_CHECKING, Any, Self

from numpy.typing import ArrayLike

from heartbeat.metrics._abstention import RiskCoverageCurve, risk_coverage_curve
from heartbeat.metrics._plotting import FromProbabilities, axes_or_new, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["RiskCoverageDisplay"]


class RiskCoverageDisplay(FromProbabilities):
    """Error rate among the labelled beats against the share of beats that are labelled.

    Use it to choose how many beats to leave to a human, and to compare classifiers: the lower
    curve is better. The point at the right is the error rate when every beat is labelled.

    Parameters
    ----------
    curve : RiskCoverageCurve
        Curve from `risk_coverage_curve`.
    name : str, default=""
        Name in the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes that were drawn in.
    figure_ : matplotlib Figure
        Figure of `ax_`.

    See Also
    --------
    risk_coverage_curve : Computes the curve.
    heartbeat.calibration.AbstainingClassifier : Labels only the beats above a threshold.

    Examples
    --------
    >>> display = RiskCoverageDisplay.from_predictions(
    ...     list("NNVN"), [[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]], classes=["N", "V"]
    ... )
    >>> display.ax_.get_xlabel()
    'beats that get a label (%)'
    """

    def __init__(self, curve: RiskCoverageCurve, *, name: str = ""):
        self.curve = curve
        self.name = name

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_prob: ArrayLike,
        *,
        classes: ArrayLike,
        name: str = "",
        ax: "Axes | None" = None,
        **curve_keywords: Any,
    ) -> Self:
        """Draw the curve of predicted probabilities.

        Parameters
        ----------
        y_true : array-like of str, shape (n_beats,)
            Reference classes.
        y_prob : array-like of shape (n_beats, n_classes)
            Predicted probabilities.
        classes : array-like of str, shape (n_classes,)
            The columns of `y_prob`: ``estimator.classes_``.
        name : str, default=""
            Name in the legend.
        ax : matplotlib Axes, default=None
            Axes to draw in. None makes a figure. Several curves may share the same axes.
        **curve_keywords
            Parameters `confidence` and `sample_weight` of `risk_coverage_curve`.

        Returns
        -------
        RiskCoverageDisplay
        """
        curve = risk_coverage_curve(y_true, y_prob, classes=classes, **curve_keywords)
        return cls(curve, name=name).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None, **line_keywords: Any) -> Self:
        """Draw the curve as a step function and mark the risk at full coverage.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw in. None makes a figure.
        **line_keywords
            Parameters of matplotlib's ``step`` for the curve.

        Returns
        -------
        RiskCoverageDisplay
        """
        ax, figure = axes_or_new(ax, width=3.5, height=2.8)
        # The colours of the palette that can be distinguished best, one for each curve.
        place = sum(line.get_gid() == "risk-coverage" for line in ax.lines)
        color = ("#0072B2", "#D55E00", "#009E73", "#000000", "#CC79A7")[place % 5]
        coverage, risk = 100 * self.curve.coverage, 100 * self.curve.risk
        area = f"area {100 * self.curve.area:.2f} %"
        style: dict[str, Any] = {
            "color": color,
            "linewidth": 1.6,
            "linestyle": ("-", "--", "-.", ":")[place % 4],
        }
        (line,) = ax.step(
            coverage,
            risk,
            where="pre",
            label=f"{self.name}, {area}" if self.name else area,
            gid="risk-coverage",
            **style | line_keywords,
        )
        ax.plot(coverage[-1], risk[-1], "o", color=line.get_color(), markersize=4, clip_on=False)
        ax.annotate(
            f"{risk[-1]:.1f}",
            (coverage[-1], risk[-1]),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            annotation_clip=False,
        )
        ax.set(xlabel="beats that get a label (%)", ylabel="wrong among them (%)", xlim=(0, 100))
        ax.set_ylim(0, max(ax.get_ylim()[1], 1.08 * risk.max(), 0.1))
        ax.grid(True, color="0.92")
        ax.set_axisbelow(True)
        ax.legend(loc="upper left", fontsize=8, frameon=False)
        tidy(ax)
        self.ax_, self.figure_ = ax, figure
        return self
