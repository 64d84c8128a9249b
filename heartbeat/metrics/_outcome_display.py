"""Draw the found, missed and false beats of a class: `BeatOutcomeDisplay`."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_consistent_length, check_random_state

from heartbeat._shown import shown
from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._plotting import CLASS_COLORS, PAPER_WIDTH, axes_or_new, split_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["BeatOutcomeDisplay"]


class BeatOutcomeDisplay:
    r"""Waveforms of the beats of one class that were found, missed and falsely called.

    Use it to see what the errors of a classifier look like: beats of another shape, beats at the
    wrong position, or noise. The three panels show true positives, false negatives and false
    positives; beats are drawn over each other, with their median and quartiles.

    Parameters
    ----------
    waveforms : dict of str to ndarray of shape (n_beats, n_times)
        Beats by outcome, with the keys ``"TP"``, ``"FN"``, ``"FP"``.
    confused : dict of str to dict of str to int
        Number of false negatives by the class that they were called, under ``"FN"``, and of false
        positives by their reference class, under ``"FP"``.
    time : ndarray of shape (n_times,)
        Time from the R peak, in s.
    letter : str
        AAMI letter of the class.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes, shape (3,)
        True positives, false negatives, false positives.
    ax_ : matplotlib Axes
        Axes whose place they take.
    figure_ : matplotlib Figure
        Figure of `ax_`.

    See Also
    --------
    GroupConfusionDisplay : Shows in which recordings the errors are.
    RecordingDisplay : Draws the errors in their recording.

    Examples
    --------
    >>> import numpy as np
    >>> display = BeatOutcomeDisplay.from_predictions(
    ...     np.zeros((4, 187)), list("VVNN"), list("VNVN"), letter="V"
    ... )
    >>> [ax.get_title().split("\n")[0] for ax in display.axes_]
    ['V found: 1', 'V missed: 1', 'falsely V: 1']
    """

    def __init__(
        self,
        waveforms: dict[str, np.ndarray],
        confused: dict[str, dict[str, int]],
        time: np.ndarray,
        *,
        letter: str,
    ):
        self.waveforms = waveforms
        self.confused = confused
        self.time = time
        self.letter = letter

    @classmethod
    def from_predictions(
        cls,
        X: ArrayLike,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        letter: str,
        fs: float = 125.0,
        before: float = 0.5,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw found, missed and falsely called beats of one class.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_times)
            Waveforms of one lead, mV: ``beats.data[:, beats.waveform]`` for one lead.
        y_true, y_pred : array-like of str, shape (n_beats,)
            Reference and predicted classes.
        letter : str
            AAMI letter of the class to look at.
        fs : float, default=125.0
            Sampling rate in Hz.
        before : float, default=0.5
            Time from the first sample to the R peak in s; 0 for the Kaggle layout.
        ax : matplotlib Axes, default=None
            Axes to draw in place of. None makes a figure as wide as a page.

        Returns
        -------
        BeatOutcomeDisplay

        Raises
        ------
        ValueError
            If `X` is not two-dimensional, lengths differ, or `letter` is not an AAMI letter.
        """
        X, y_true, y_pred = np.asarray(X), np.asarray(y_true), np.asarray(y_pred)
        if X.ndim != 2:
            raise ValueError(f"X must have shape (n_beats, n_times), got {X.shape}.")
        check_consistent_length(X, y_true, y_pred)
        if letter not in AAMI_CLASSES:
            raise ValueError(
                f"letter must be one of {' '.join(AAMI_CLASSES)}, got {shown(letter)}."
            )
        is_it, called_it = y_true == letter, y_pred == letter
        outcomes = {"TP": is_it & called_it, "FN": is_it & ~called_it, "FP": ~is_it & called_it}
        confused = {
            "FN": _counts(y_pred[outcomes["FN"]]),
            "FP": _counts(y_true[outcomes["FP"]]),
        }
        waveforms = {name: X[mask] for name, mask in outcomes.items()}
        time = np.arange(X.shape[1]) / fs - before
        return cls(waveforms, confused, time, letter=letter).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        letter: str,
        waveform: slice | None = None,
        ax: "Axes | None" = None,
        **keywords: Any,
    ) -> Self:
        """Predict classes with a fitted classifier and draw the beats of one class.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier.
        X : array-like of shape (n_beats, n_features)
            Beats, as the estimator takes them.
        y : array-like of str, shape (n_beats,)
            Reference classes.
        letter : str
            AAMI letter of the class to look at.
        waveform : slice, default=None
            Columns of `X` to draw: those of one lead, without context. None draws all columns.
        ax, **keywords
            See `from_predictions`.

        Returns
        -------
        BeatOutcomeDisplay
        """
        drawn = np.asarray(X)[:, slice(None) if waveform is None else waveform]
        return cls.from_predictions(
            drawn, y, estimator.predict(X), letter=letter, ax=ax, **keywords
        )

    def plot(self, ax: "Axes | None" = None, *, n_shown: int = 100, random_state: Any = 0) -> Self:
        """Draw the three panels: single beats, and over them their median and quartiles.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw in place of. None makes a figure.
        n_shown : int, default=100
            Largest number of beats drawn in each panel, chosen at random. Median and quartiles are
            those of all beats.
        random_state : int, RandomState or None, default=0
            Controls the choice of the beats drawn.

        Returns
        -------
        BeatOutcomeDisplay
        """
        rng = check_random_state(random_state)
        ax, figure = axes_or_new(ax, width=PAPER_WIDTH, height=2.5)
        axes = split_axes(ax, 1, 3)[0]
        color = CLASS_COLORS[self.letter]
        titles = {
            "TP": f"{self.letter} found",
            "FN": f"{self.letter} missed",
            "FP": f"falsely {self.letter}",
        }
        for panel, (name, title) in zip(axes, titles.items(), strict=True):
            beats = self.waveforms[name]
            chosen = np.sort(rng.permutation(len(beats))[:n_shown])
            panel.plot(self.time, beats[chosen].T, color=color, linewidth=0.4, alpha=0.25)
            if len(beats):
                low, median, high = np.nanquantile(beats, [0.25, 0.5, 0.75], axis=0)
                panel.plot(self.time, median, color="black", linewidth=1.6)
                panel.plot(self.time, low, self.time, high, color="black", linewidth=0.6, ls="--")
            panel.axvline(0, color="0.7", linewidth=0.6, zorder=0)
            detail = ", ".join(f"{n:,} {c}" for c, n in self.confused.get(name, {}).items())
            verb = {"FN": "called", "FP": "truly"}.get(name)
            panel.set_title(
                f"{title}: {len(beats):,}\n" + (f"{verb} {detail}" if detail else ""), fontsize=8.5
            )
            if not len(beats):
                panel.text(
                    0.5, 0.5, "no beats", transform=panel.transAxes, ha="center", color="0.35",
                    fontsize=8,
                )  # fmt: skip
            panel.set_xlabel("s from R")
            tidy(panel)
        self._share_amplitudes(axes)
        axes[0].set_ylabel("mV")
        self.axes_, self.ax_, self.figure_ = axes, ax, figure
        return self

    def _share_amplitudes(self, axes: np.ndarray) -> None:
        """Give all panels the same range, which a single artefact does not determine."""
        everything = np.concatenate([beats.ravel() for beats in self.waveforms.values()])
        everything = everything[np.isfinite(everything)]
        low, high = np.quantile(everything, [0.001, 0.999]) if len(everything) else (0.0, 0.0)
        margin = 0.1 * (high - low) or 1.0
        for panel in axes:
            panel.set(ylim=(low - margin, high + margin), xlim=self.time[[0, -1]])
        for panel in axes[1:]:
            panel.tick_params(labelleft=False)


def _counts(labels: np.ndarray) -> dict[str, int]:
    """Return the number of beats of each class, the most frequent first."""
    names, counts = np.unique(labels, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {str(names[k]): int(counts[k]) for k in order}
