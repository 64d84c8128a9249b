"""Every subject's score, class by class."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from heartbeat._shown import shown
from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._aami_report import aami_report
from heartbeat.metrics._plotting import CLASS_COLORS, PAPER_WIDTH, axes_or_new, tidy
from heartbeat.metrics._report import AAMIReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["SubjectScoreDisplay"]

# A subject is named if it holds at least this share of the class's beats.
_NAMED_SHARE = 0.1
_CROWD = 50


class SubjectScoreDisplay:
    r"""Score of each subject (or recording), as a strip of dots for each class.

    Use it to see how much a score varies between people and how few of them decide the pooled
    score. The area of a dot grows with the subject's number of beats of the class. A bar marks the
    median over subjects and a dashed line the pooled score. Subjects with a tenth or more of all
    beats of the class are named, with their share.

    Parameters
    ----------
    per_group : DataFrame
        `AAMIReport.per_group`.
    pooled : Series
        Score over all beats, by class.
    score : {"Se", "+P", "F1"}
        Score to draw.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes that were drawn in.
    figure_ : matplotlib Figure
        Figure of `ax_`.

    See Also
    --------
    GroupConfusionDisplay : Draws the confusion matrix of each subject.
    AAMIReportDisplay : Draws the pooled scores with intervals.

    Examples
    --------
    >>> display = SubjectScoreDisplay.from_predictions(
    ...     list("NSNV"), list("NNNV"), groups=["100", "100", "101", "101"], score="Se"
    ... )
    >>> [tick.get_text() for tick in display.ax_.get_xticklabels()]
    ['N\n2 subjects', 'S\n1 subject', 'V\n1 subject']
    """

    def __init__(self, per_group: pd.DataFrame, pooled: pd.Series, *, score: str = "F1"):
        self.per_group = per_group
        self.pooled = pooled
        self.score = score

    @classmethod
    def from_report(
        cls, report: AAMIReport, *, score: str = "F1", ax: "Axes | None" = None
    ) -> Self:
        """Draw the scores of a report.

        Parameters
        ----------
        report : AAMIReport
            Report that was made with ``groups=``.
        score : {"Se", "+P", "F1"}, default="F1"
            Score to draw.
        ax : matplotlib Axes, default=None
            Axes to draw in. None makes a figure.

        Returns
        -------
        SubjectScoreDisplay
        """
        if score not in ("Se", "+P", "F1"):
            raise ValueError(f"score must be 'Se', '+P' or 'F1', got {shown(score)}.")
        return cls(report.per_group, report.to_frame()[score], score=score).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        groups: ArrayLike,
        score: str = "F1",
        sample_weight: ArrayLike | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw the scores of predicted classes.

        Parameters
        ----------
        y_true, y_pred : array-like of str, shape (n_beats,)
            Reference and predicted AAMI letters.
        groups : array-like, shape (n_beats,)
            Subject (or recording) of each beat.
        score : {"Se", "+P", "F1"}, default="F1"
            Score to draw.
        sample_weight : array-like of float, shape (n_beats,), default=None
            Weight of each beat. None gives every beat the weight 1.
        ax : matplotlib Axes, default=None
            Axes to draw in. None makes a figure.

        Returns
        -------
        SubjectScoreDisplay
        """
        report = aami_report(y_true, y_pred, groups=groups, sample_weight=sample_weight)
        return cls.from_report(report, score=score, ax=ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        groups: ArrayLike,
        score: str = "F1",
        sample_weight: ArrayLike | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Predict classes with a fitted classifier and draw the scores.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier that predicts AAMI letters.
        X : array-like of shape (n_beats, n_features)
            Beats.
        y : array-like of str, shape (n_beats,)
            Reference AAMI letters.
        groups, score, sample_weight, ax
            See `from_predictions`.

        Returns
        -------
        SubjectScoreDisplay
        """
        return cls.from_predictions(
            y,
            estimator.predict(X),
            groups=groups,
            score=score,
            sample_weight=sample_weight,
            ax=ax,
        )

    def plot(self, ax: "Axes | None" = None, *, n_named: int = 3) -> Self:
        """Draw a strip for each class, with a dot for each subject that has beats of it.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw in. None makes a figure.
        n_named : int, default=3
            Largest number of subjects of each class that are named.

        Returns
        -------
        SubjectScoreDisplay
        """
        ax, figure = axes_or_new(ax, width=PAPER_WIDTH * 0.75, height=3.4)
        held = {
            letter: self.per_group[self.per_group[f"{letter} support"] > 0]
            for letter in AAMI_CLASSES
        }
        letters = [letter for letter in AAMI_CLASSES if len(held[letter])]
        for place, letter in enumerate(letters):
            rows = held[letter].dropna(subset=f"{letter} {self.score}")
            self._strip(ax, place, letter, rows, n_named)
            ax.hlines(
                100 * self.pooled[letter],
                place - 0.42,
                place + 0.42,
                color="0.35",
                linestyle=(0, (3, 2)),
                linewidth=1,
                zorder=4,
                label="pooled" if place == 0 else "",
            )
        names = [
            f"{letter}\n{len(held[letter])} subject{'s' * (len(held[letter]) != 1)}"
            for letter in letters
        ]
        ax.set_xticks(range(len(letters)), names, fontsize=8.5)
        ax.set(
            ylabel=f"{self.score} (%)", ylim=(-3, 103), xlim=(-0.55, max(len(letters), 1) - 0.35)
        )
        ax.yaxis.grid(True, color="0.92")
        ax.set_axisbelow(True)
        tidy(ax)
        ax.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, fontsize=8,
            borderaxespad=0.1,
        )  # fmt: skip
        self.ax_, self.figure_ = ax, figure
        return self

    def _strip(
        self, ax: "Axes", place: float, letter: str, rows: pd.DataFrame, n_named: int
    ) -> None:
        values = 100 * rows[f"{letter} {self.score}"].to_numpy()
        support = rows[f"{letter} support"].to_numpy()
        if not len(values):
            return
        x = place + _spread(values)
        # A crowd of subjects gets smaller dots, as it has less room.
        area = (10 + 130 * support / support.max()) * min(1.0, _CROWD / len(values))
        ax.scatter(
            x, values, s=area, color=CLASS_COLORS[letter], alpha=0.65, edgecolor="white",
            linewidth=0.6, clip_on=False, zorder=3,
        )  # fmt: skip
        ax.hlines(
            np.median(values),
            place - 0.42,
            place + 0.42,
            color="black",
            linewidth=1.6,
            zorder=4,
            label="median over subjects" if place == 0 else "",
        )
        share = support / support.sum()
        named = np.argsort(-share, kind="stable")[:n_named]
        named = named[(share[named] >= _NAMED_SHARE) & (len(share) > 1)]
        # Off the median's bar, which would run through the name.
        on_bar = np.abs(values[named] - np.median(values)) < 3
        lift = 4.0 if np.median(values) < 90 else -4.0
        heights = _apart(values[named] + np.where(on_bar, lift, 0.0))
        for k, height in zip(named, heights, strict=True):
            ax.annotate(
                f"{rows.index[k]} ({share[k]:.0%})",
                (x[k], values[k]),
                xytext=(max(x.max(), place) + 0.14, height),
                va="center",
                fontsize=7,
                zorder=5,
                arrowprops={"arrowstyle": "-", "color": "0.6", "linewidth": 0.5},
            )


def _apart(heights: np.ndarray, gap: float = 5.0) -> np.ndarray:
    """Return the heights, pushed away from the nearer end of the scale until none touch."""
    up = np.median(heights) < 50 if len(heights) else True
    order = np.argsort(heights if up else -heights, kind="stable")
    placed = heights.astype(float).copy()
    for previous, current in zip(order[:-1], order[1:], strict=True):
        limit = placed[previous] + (gap if up else -gap)
        placed[current] = max(placed[current], limit) if up else min(placed[current], limit)
    return placed


def _spread(values: np.ndarray, height: float = 4.0, step: float = 0.075) -> np.ndarray:
    """Return sideways offsets that keep dots of about the same height apart."""
    offset = np.zeros(len(values))
    order = np.argsort(values, kind="stable")
    for rank, current in enumerate(order):
        near = order[:rank][values[current] - values[order[:rank]] < height]
        taken = set(np.round(offset[near] / step).astype(int).tolist())
        # 0, 1, -1, 2, -2, ...
        tries = (k // 2 * (1 if k % 2 == 0 else -1) for k in range(1, 2 * len(values) + 2))
        offset[current] = step * next(k for k in tries if k not in taken)
    return offset * min(1.0, 0.4 / max(np.abs(offset).max(initial=0.0), 0.4))
