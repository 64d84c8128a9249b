"""Draw one confusion matrix per recording: `GroupConfusionDisplay`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._aami_report import aami_report
from heartbeat.metrics._plotting import PAPER_WIDTH, axes_or_new, split_axes
from heartbeat.metrics._report import AAMIReport

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["GroupConfusionDisplay"]


class GroupConfusionDisplay:
    """Confusion matrix of each recording (or subject), side by side.

    Use it to see whether errors come from a few recordings, which a pooled matrix hides. Numbers
    are beats; shades are shares of the reference class (a row).

    Parameters
    ----------
    matrices : ndarray of shape (n_groups, 5, 5)
        Beats by reference (rows) and predicted class (columns), in the order N S V F Q.
    groups : sequence of str, shape (n_groups,)
        Names of the recordings.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes, shape (n_drawn,)
        One for each recording; of very many recordings, those with the most errors.
    ax_ : matplotlib Axes
        Axes whose place they take.
    figure_ : matplotlib Figure
        Figure of `ax_`.

    See Also
    --------
    SubjectScoreDisplay : Draws one score of each subject.
    sklearn.metrics.ConfusionMatrixDisplay : Draws a single matrix.

    Examples
    --------
    >>> display = GroupConfusionDisplay.from_predictions(
    ...     list("NSNV"), list("NNNV"), groups=["100", "100", "101", "101"]
    ... )
    >>> [ax.get_title() for ax in display.axes_]
    ['100', '101']
    """

    def __init__(self, matrices: np.ndarray, groups: Sequence[str] | np.ndarray):
        self.matrices = matrices
        self.groups = groups

    @classmethod
    def from_report(cls, report: AAMIReport, *, ax: "Axes | None" = None) -> Self:
        """Draw the matrices of a report.

        Parameters
        ----------
        report : AAMIReport
            Report that was made with ``groups=``.
        ax : matplotlib Axes, default=None
            Axes to draw in place of. None makes a figure.

        Returns
        -------
        GroupConfusionDisplay
        """
        if report.groups is None:
            raise ValueError("the report has no groups. Pass groups= to aami_report.")
        return cls(report.matrices, report.groups).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        groups: ArrayLike,
        sample_weight: ArrayLike | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw the matrices of predicted classes.

        Parameters
        ----------
        y_true, y_pred : array-like of str, shape (n_beats,)
            Reference and predicted AAMI letters.
        groups : array-like, shape (n_beats,)
            Recording (or subject) of each beat.
        sample_weight : array-like of float, shape (n_beats,), default=None
            Weight of each beat. None gives every beat the weight 1.
        ax : matplotlib Axes, default=None
            Axes to draw in place of. None makes a figure.

        Returns
        -------
        GroupConfusionDisplay
        """
        report = aami_report(y_true, y_pred, groups=groups, sample_weight=sample_weight)
        return cls.from_report(report, ax=ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        groups: ArrayLike,
        sample_weight: ArrayLike | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Predict classes with a fitted classifier and draw the matrices.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier that predicts AAMI letters.
        X : array-like of shape (n_beats, n_features)
            Beats.
        y : array-like of str, shape (n_beats,)
            Reference AAMI letters.
        groups, sample_weight, ax
            See `from_predictions`.

        Returns
        -------
        GroupConfusionDisplay
        """
        return cls.from_predictions(
            y, estimator.predict(X), groups=groups, sample_weight=sample_weight, ax=ax
        )

    def plot(
        self, ax: "Axes | None" = None, *, n_columns: int = 6, n_most: int | None = 48
    ) -> Self:
        """Draw one matrix for each recording. Classes that occur nowhere are left out.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw in place of. None makes a figure as wide as a page.
        n_columns : int, default=6
            Number of matrices side by side.
        n_most : int, default=48
            Largest number of matrices; 48 fit on a page. Of more recordings, those with the most
            errors are drawn, in their order, and the title says so. None draws all recordings.

        Returns
        -------
        GroupConfusionDisplay
        """
        chosen, title = np.arange(len(self.groups)), ""
        if n_most is not None and len(chosen) > n_most:
            errors = [np.sum(matrix) - np.trace(matrix) for matrix in self.matrices]
            chosen = np.sort(np.argsort(np.negative(errors), kind="stable")[:n_most])
            share = np.sum(np.array(errors)[chosen]) / max(np.sum(errors), 1)
            title = (
                f"the {n_most} of {len(self.groups)} recordings with the most errors: "
                f"{share:.0%} of all errors"
            )
        n_columns = min(n_columns, len(chosen))
        n_rows = -(-len(chosen) // n_columns)
        size = PAPER_WIDTH / max(n_columns, 4)
        own_figure = ax is None
        ax, figure = axes_or_new(ax, width=PAPER_WIDTH, height=n_rows * (size + 0.12) + 0.35)
        pooled = np.sum(self.matrices, axis=0)
        shown = np.flatnonzero(pooled.sum(axis=0) + pooled.sum(axis=1) > 0)
        letters = [AAMI_CLASSES[k] for k in shown]
        axes = split_axes(ax, n_rows, n_columns)
        if title and own_figure:
            figure.suptitle(title, fontsize=8.5)
        elif title:
            ax.set_title(title, fontsize=8.5, loc="left", pad=20)
        for place, cell in enumerate(axes.flat):
            if place >= len(chosen):
                cell.set_axis_off()
                continue
            group = chosen[place]
            _draw_matrix(cell, self.matrices[group][np.ix_(shown, shown)], letters)
            cell.set_title(self.groups[group], fontsize=8, pad=2)
            cell.tick_params(labelsize=6, length=0, pad=1)
            if place % n_columns == 0:
                cell.set_ylabel("reference", fontsize=7, labelpad=1)
            if place + n_columns >= len(chosen):
                cell.set_xlabel("predicted", fontsize=7, labelpad=1)
        self.axes_ = axes.flat[: len(chosen)].copy()
        self.ax_, self.figure_ = ax, figure
        return self


def _draw_matrix(ax: "Axes", matrix: np.ndarray, letters: Sequence[str]) -> None:
    of_row = matrix.sum(axis=1, keepdims=True)
    share = np.divide(matrix, of_row, out=np.full(matrix.shape, np.nan), where=of_row > 0)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1.25)
    for row, column in np.argwhere(matrix > 0):
        ax.text(
            column,
            row,
            _short(matrix[row, column]),
            ha="center",
            va="center",
            fontsize=5.5,
            color="white" if share[row, column] > 0.6 else "black",
        )
    for row in np.flatnonzero(of_row[:, 0] == 0):
        # The row of a class without beats stays empty instead of showing zeros.
        ax.axhspan(row - 0.5, row + 0.5, facecolor="0.95", edgecolor="none", zorder=-1)
    ticks = range(len(letters))
    ax.set_xticks(ticks, letters)
    ax.set_yticks(ticks, letters)
    ax.spines[:].set_color("0.6")
    ax.spines[:].set_linewidth(0.5)


def _short(count: float) -> str:
    return f"{count / 1000:.1f}k" if count >= 1000 else f"{count:.0f}"
