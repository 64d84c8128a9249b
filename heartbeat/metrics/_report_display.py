"""Draw the AAMI report: `AAMIReportDisplay`."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._aami_report import aami_report
from heartbeat.metrics._plotting import SCORE_STYLES, axes_or_new, tidy
from heartbeat.metrics._report import AAMIReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["AAMIReportDisplay"]


class AAMIReportDisplay:
    """Sensitivity, positive predictivity and F1 of each class, drawn with their intervals.

    Parameters
    ----------
    report : AAMIReport
        Report from `aami_report`. Intervals are drawn if it was made with ``confidence=``.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes that were drawn in.
    figure_ : matplotlib Figure
        Figure of `ax_`.

    See Also
    --------
    SubjectScoreDisplay : Draws the score of each subject.
    GroupConfusionDisplay : Draws the confusion matrix of each recording.

    Examples
    --------
    >>> display = AAMIReportDisplay.from_predictions(list("NNSSVV"), list("NNNSVV"))
    >>> display.ax_.get_xlabel()
    '%'
    """

    def __init__(self, report: AAMIReport):
        self.report = report

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        ax: "Axes | None" = None,
        **report_keywords: Any,
    ) -> Self:
        """Make the report of predicted classes and draw it.

        Parameters
        ----------
        y_true, y_pred : array-like of str, shape (n_beats,)
            Reference and predicted AAMI letters.
        ax : matplotlib Axes, default=None
            Axes to draw in. None makes a figure.
        **report_keywords
            Parameters of `aami_report`, such as `groups` and `confidence`.

        Returns
        -------
        AAMIReportDisplay
        """
        return cls(aami_report(y_true, y_pred, **report_keywords)).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: Any, *, ax: "Axes | None" = None, **report_keywords: Any
    ) -> Self:
        """Predict classes with a fitted classifier, make the report and draw it.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier that predicts AAMI letters.
        X : array-like of shape (n_beats, n_features)
            Beats.
        y : array-like of str, shape (n_beats,)
            Reference AAMI letters.
        ax : matplotlib Axes, default=None
            Axes to draw in. None makes a figure.
        **report_keywords
            Parameters of `aami_report`, such as `groups` and `confidence`.

        Returns
        -------
        AAMIReportDisplay
        """
        return cls.from_predictions(y, estimator.predict(X), ax=ax, **report_keywords)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a row for each class and a mark for each score; undefined scores are named.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw in. None makes a figure.

        Returns
        -------
        AAMIReportDisplay
        """
        ax, figure = axes_or_new(ax, width=4.6, height=3.0)
        with_intervals = self.report.intervals is not None
        frame = self.report.to_frame(intervals=with_intervals)
        rows = np.arange(len(AAMI_CLASSES))
        absent = frame[list(SCORE_STYLES)].isna().all(axis=1).to_numpy()
        for row in rows[absent]:
            ax.text(1.5, row, "undefined", va="center", fontsize=6.5, color="0.35")
        for offset, (score, (color, marker)) in zip(
            (-0.24, 0, 0.24), SCORE_STYLES.items(), strict=True
        ):
            values = 100 * frame[score].to_numpy()
            if with_intervals:
                ends = 100 * frame[[f"{score} low", f"{score} high"]].to_numpy()
                ax.hlines(rows + offset, *ends.T, color=color, linewidth=1.6, alpha=0.55)
            ax.plot(
                values, rows + offset, marker, color=color, markersize=5, label=score, clip_on=False
            )
            for row in rows[np.isnan(values) & ~absent]:
                ax.text(
                    1.5, row + offset, f"{score} undefined", va="center", fontsize=6.5, color="0.35"
                )
        for row, letter in enumerate(AAMI_CLASSES):
            ax.text(
                1.02,
                row,
                f"{frame.at[letter, 'support']:,.0f}",
                transform=ax.get_yaxis_transform(),
                va="center",
                fontsize=8,
            )
        ax.text(1.02, -0.62, "beats", transform=ax.get_yaxis_transform(), fontsize=8, va="bottom")
        ax.set(yticks=rows, yticklabels=AAMI_CLASSES, xlim=(0, 100), xlabel="%")
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.hlines(rows[:-1] + 0.5, 0, 100, color="0.85", linewidth=0.6)
        ax.xaxis.grid(True, color="0.92")
        ax.set_axisbelow(True)
        tidy(ax)
        ax.tick_params(axis="y", length=0, pad=8)
        scores = self.report.scores
        summary = (
            f"accuracy {100 * scores.accuracy:.1f} %, "
            f"macro-F1 ({' '.join(scores.macro_classes)}) {100 * scores.macro_f1:.1f} %, "
            f"κ {scores.kappa:.3f}, j-κ {scores.j_kappa:.3f}"
        ).replace("nan", "–")
        heading = f"{self.report.title}\n" if self.report.title else ""
        ax.set_title(heading + summary, fontsize=9, loc="left", pad=22)
        label = f"bars: {self.report.confidence:.0%} interval" if with_intervals else None
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1.0),
            ncols=3,
            frameon=False,
            fontsize=8,
            title=None,
            handletextpad=0.2,
            columnspacing=1.2,
            borderaxespad=0.1,
        )
        if label:
            ax.text(0.99, 1.03, label, transform=ax.transAxes, ha="right", fontsize=8, color="0.35")
        self.ax_, self.figure_ = ax, figure
        return self
