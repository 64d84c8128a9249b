"""Draw a reliability diagram: `ReliabilityDisplay`."""

from typing import TYPE_CHECKING, Any, Self

from numpy.typing import ArrayLike

from heartbeat.metrics._calibration import ReliabilityCurve, reliability_curve
from heartbeat.metrics._plotting import CLASS_COLORS, FromProbabilities, axes_or_new, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ReliabilityDisplay"]


class ReliabilityDisplay(FromProbabilities):
    """Reliability diagram: predicted probability against observed frequency.

    The curve of a calibrated classifier lies on the diagonal. A curve below it shows probabilities
    that are too high. Bars show the share of beats in each bin: where there are few, the curve is
    uncertain. The legend gives the expected calibration error (ECE).

    Parameters
    ----------
    curve : ReliabilityCurve
        Curve from `reliability_curve`.
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
    reliability_curve : Computes the curve.
    sklearn.calibration.CalibratedClassifierCV : Calibrates a classifier.

    Examples
    --------
    >>> display = ReliabilityDisplay.from_predictions(
    ...     list("NNNV"), [[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]], classes=["N", "V"]
    ... )
    >>> display.ax_.get_legend_handles_labels()[1]
    ['perfect', 'ECE 0.100', 'share of beats']
    """

    def __init__(self, curve: ReliabilityCurve, *, name: str = ""):
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
        """Draw the diagram of predicted probabilities.

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
            Axes to draw in. None makes a figure. Several diagrams may share the same axes.
        **curve_keywords
            Parameters `label`, `n_bins`, `strategy` and `sample_weight` of `reliability_curve`.

        Returns
        -------
        ReliabilityDisplay
        """
        curve = reliability_curve(y_true, y_prob, classes=classes, **curve_keywords)
        return cls(curve, name=name).plot(ax=ax)

    def plot(self, ax: "Axes | None" = None, **line_keywords: Any) -> Self:
        """Draw the curve, the diagonal, and the share of beats in each bin.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw in. None makes a figure.
        **line_keywords
            Parameters of matplotlib's ``plot`` for the curve.

        Returns
        -------
        ReliabilityDisplay
        """
        new = ax is None or not ax.lines
        ax, figure = axes_or_new(ax, width=3.5, height=3.5)
        curve = self.curve
        if new:
            ax.plot(
                [0, 1], [0, 1], color="0.6", linestyle=(0, (4, 3)), linewidth=1, label="perfect"
            )
        ece = f"ECE {curve.expected_calibration_error:.3f}"
        color = CLASS_COLORS[curve.label or "N"] if new else None
        style = {"color": color, "marker": "o", "markersize": 4, "linewidth": 1.5}
        (line,) = ax.plot(
            curve.predicted,
            curve.observed,
            label=f"{self.name}, {ece}" if self.name else ece,
            **{key: value for key, value in style.items() if value is not None} | line_keywords,
        )
        # A quarter of the height, so that the bars do not hide the curve.
        ax.bar(
            curve.low,
            0.25 * curve.weight / curve.weight.max(),
            width=curve.high - curve.low,
            align="edge",
            color=line.get_color(),
            alpha=0.25,
            edgecolor="white",
            linewidth=0.5,
            label="share of beats" if new else None,
        )
        what = " of the predicted class" if curve.label is None else f" of {curve.label}"
        xlabel = f"predicted probability{what}"
        if not new and ax.get_xlabel() != xlabel:
            xlabel = "predicted probability"
        ax.set(
            xlim=(0, 1),
            ylim=(0, 1.01),
            xlabel=xlabel,
            ylabel="share that came true",
            aspect="equal",
        )
        ax.legend(loc="upper left", fontsize=8, frameon=False)
        tidy(ax)
        self.ax_, self.figure_ = ax, figure
        return self
