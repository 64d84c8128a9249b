"""Draw a recording with its labelled beats: strips of ECG paper, or a page of many minutes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from heartbeat._shown import shown
from heartbeat.labels import classes_of_symbols
from heartbeat.metrics._disclosure import MOST_ROWS, draw_page
from heartbeat.metrics._plotting import (
    CLASS_COLORS,
    PAPER_WIDTH,
    axes_or_new,
    clock_formatter,
    split_axes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["RecordingDisplay"]

_NO_BEAT = "–"
_MOST_STRIPS, _LONGEST_STRIP = 12, 30.0
"""Limits of the number and length of strips on a page of ECG paper that can still be read."""
_FRAME = {"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0.8}
_PAPER, _FINE, _COARSE = "#FFFBF7", "#F6DCD3", "#E8B5A5"


class RecordingDisplay:
    """One lead of a recording with the class of each beat, as strips or as a full page.

    Up to two minutes are drawn as strips of ten seconds on ECG paper, with lines every 0.04 s and
    0.1 mV and a heavier one every 0.2 s and 0.5 mV. The class of each beat stands above it. With
    predictions, reference and prediction both stand above the beat, framed where they differ.

    From two minutes to an hour the display is a page of full disclosure with one row per minute.
    Beats of classes other than N are marked, and predictions that differ from the reference stand
    below their row. Each row is centred on its median; amplitudes far outside the range of the
    signal are clipped.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead in mV; NaN marks invalid samples.
    fs : float
        Sampling rate in Hz.
    start : float, default=0.0
        Time of the first sample in s, from the start of the recording.
    sample, label : ndarray of shape (n_beats,)
        Positions (in samples of `signal`) and classes of the beats.
    predicted : ndarray of str, shape (n_beats,), default=None
        Predicted classes of the same beats.
    lead, name : str, default=""
        Names for the title.
    begin : datetime.datetime, default=None
        Time of day at which the recording began, for axes that show the time of day. None shows
        the time from the start of the recording.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes, shape (n_strips,)
        One for each strip; a page has a single one.
    ax_ : matplotlib Axes
        Axes whose place they take.
    figure_ : matplotlib Figure
        Figure of `ax_`.

    See Also
    --------
    heartbeat.browser.write_report : A page about a recording that opens in a browser.
    BeatOutcomeDisplay : Draws the errors of one class over each other.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> recording = SimpleNamespace(
    ...     signal=np.zeros((3600, 1)), fs=360.0, leads=("MLII",), name="x",
    ...     annotations=SimpleNamespace(sample=np.array([100, 400]), symbol=np.array(["N", "V"])),
    ... )
    >>> display = RecordingDisplay.from_recording(recording, stop=2)
    >>> [text.get_text() for text in display.axes_[0].texts]
    ['N', 'V']
    """

    def __init__(
        self,
        signal: np.ndarray,
        fs: float,
        *,
        start: float = 0.0,
        sample: Sequence[int] | np.ndarray = (),
        label: Sequence[str] | np.ndarray = (),
        predicted: Sequence[str] | np.ndarray | None = None,
        lead: str = "",
        name: str = "",
        begin: datetime | None = None,
    ):
        self.signal = signal
        self.fs = fs
        self.start = start
        self.sample = sample
        self.label = label
        self.predicted = predicted
        self.lead = lead
        self.name = name
        self.begin = begin

    @classmethod
    def from_recording(
        cls,
        recording: Any,
        *,
        lead: int | str = 0,
        start: float = 0.0,
        stop: float | None = None,
        seconds: float | None = None,
        begin: datetime | None = None,
        convention: str = "literature",
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw part of a recording with its reference labels.

        Parameters
        ----------
        recording : Recording
            Recording with annotations.
        lead : int or str, default=0
            Position or name of the lead to draw.
        start, stop : float, default=0.0 and None
            Start and end of the part in s. If `stop` is None, the part lasts ten seconds.
        seconds : float, default=None
            Length of a strip or row in s; see `plot`.
        begin : datetime.datetime, default=None
            Time of day at which the recording began, for axes that show the time of day. By default
            that of the recording, if its file contains it.
        convention : {"literature", "ec57"}, default="literature"
            Classes of escape beats, see `heartbeat.labels.classes_of_symbols`.
        ax : matplotlib Axes, default=None
            Axes to draw in place of. None makes a figure as wide as a page.

        Returns
        -------
        RecordingDisplay

        Raises
        ------
        ValueError
            If there is no such lead, the part from `start` to `stop` is empty, or it is longer than
            a page can show.
        """
        annotations = recording.annotations
        sample, classes = np.array([], dtype=int), np.array([], dtype="<U1")
        if annotations is not None:
            classes = classes_of_symbols(annotations.symbol, convention)
            sample, classes = np.asarray(annotations.sample)[classes != ""], classes[classes != ""]
        display = cls._from_part(recording, lead, start, stop, sample, classes, None, begin)
        return display.plot(ax=ax, seconds=seconds)

    @classmethod
    def from_predictions(
        cls,
        recording: Any,
        sample: ArrayLike,
        y_true: ArrayLike | None,
        y_pred: ArrayLike | None,
        *,
        lead: int | str = 0,
        start: float = 0.0,
        stop: float | None = None,
        seconds: float | None = None,
        begin: datetime | None = None,
        ax: "Axes | None" = None,
    ) -> Self:
        """Draw part of a recording with reference and predicted labels.

        Parameters
        ----------
        recording : Recording
            Recording; annotations are not used.
        sample : array-like of int, shape (n_beats,)
            Positions of the beats, in samples of the recording.
        y_true, y_pred : array-like of str, shape (n_beats,)
            Reference and predicted classes. An empty class, drawn as a dash, means that this side
            has no beat there, as for a missed or an extra beat. Set `y_true` to None to draw the
            predictions alone.
        lead, start, stop, seconds, begin, ax
            See `from_recording`.

        Returns
        -------
        RecordingDisplay
        """
        if y_true is None:
            y_true, y_pred = y_pred, None
        display = cls._from_part(recording, lead, start, stop, sample, y_true, y_pred, begin)
        return display.plot(ax=ax, seconds=seconds)

    @classmethod
    def _from_part(
        cls,
        recording: Any,
        lead: int | str,
        start: float,
        stop: float | None,
        sample: ArrayLike,
        label: ArrayLike | None,
        predicted: ArrayLike | None,
        begin: datetime | None,
    ) -> Self:
        begin = getattr(recording, "begin", None) if begin is None else begin
        if isinstance(lead, str) and hasattr(recording, "select_leads"):
            recording, lead = recording.select_leads([lead]), 0
        leads = tuple(recording.leads)
        column = leads.index(lead) if lead in leads else lead
        if not isinstance(column, int | np.integer) or not -len(leads) <= column < len(leads):
            raise ValueError(f"there is no lead {shown(lead)}. Choose one of {', '.join(leads)}.")
        fs = recording.fs
        stop = start + 10 if stop is None else stop
        first, last = round(start * fs), min(round(stop * fs), len(recording.signal))
        if not 0 <= first < last:
            raise ValueError(
                f"start={shown(start)} s and stop={shown(stop)} s must enclose a part of the "
                f"recording, which lasts {len(recording.signal) / fs:.1f} s."
            )
        sample, label = np.asarray(sample), np.asarray(label)
        part = (sample >= first) & (sample < last)
        return cls(
            np.asarray(recording.signal)[first:last, column],
            fs,
            start=first / fs,
            sample=sample[part] - first,
            label=label[part],
            predicted=None if predicted is None else np.asarray(predicted)[part],
            lead=leads[column],
            name=recording.name,
            begin=begin,
        )

    def plot(self, ax: "Axes | None" = None, *, seconds: float | None = None) -> Self:
        """Draw strips of ECG paper below each other, or a page of rows.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw in place of. None makes a figure as wide as a page.
        seconds : float, default=None
            Length of a strip or row in s. None takes 10 s for parts of up to two minutes and 60 s
            for longer ones. Up to 12 strips of up to 30 s are drawn on ECG paper; more or longer
            ones are drawn as a page of up to 60 rows.

        Returns
        -------
        RecordingDisplay

        Raises
        ------
        ValueError
            If `seconds` is not positive, or a page cannot show that many rows.
        """
        duration = len(self.signal) / self.fs
        if seconds is None:
            seconds = 10.0 if duration <= 10.0 * _MOST_STRIPS + 1e-9 else 60.0
        if not 0 < seconds < np.inf:
            raise ValueError(
                f"seconds, the length of a row, must be a positive number, got {shown(seconds)}."
            )
        n_strips = max(1, int(np.ceil(duration / seconds - 1e-9)))
        if n_strips > _MOST_STRIPS or seconds > _LONGEST_STRIP:
            return self._plot_page(ax, seconds, n_strips)
        low, high = self._range()
        # 10 s across a page correspond to 25 mm/s, and the height keeps 10 mm/mV to scale.
        scale = PAPER_WIDTH / (min(duration, seconds) / 0.4)
        height = n_strips * ((high - low) * scale + 0.25) + 0.4
        ax, figure = axes_or_new(ax, width=PAPER_WIDTH, height=float(np.clip(height, 1.6, 9)))
        # Grid lines at whole millivolts, as many as can be distinguished.
        tall = ax.get_window_extent().height / figure.dpi / n_strips
        every = max(1, int(np.ceil(0.14 * (high - low) / tall)))
        self.axes_ = split_axes(ax, n_strips, 1, hspace=0.03).ravel()
        time = self.start + np.arange(len(self.signal)) / self.fs
        text, unit = clock_formatter(self.start + duration, self.begin)
        for k, strip in enumerate(self.axes_):
            begin = self.start + k * seconds
            _paper(strip, begin, begin + min(seconds, duration), low, high, text, every)
            # Include one sample before and after this strip, so that the line reaches its ends.
            first, last = (round((k + i) * seconds * self.fs) for i in (0, 1))
            part = slice(max(first - 1, 0), last + 1)
            strip.plot(time[part], self.signal[part], color="black", linewidth=0.8)
            self._draw_labels(strip, begin, begin + seconds, high)
        self.axes_[-1].set_xlabel(unit, labelpad=1)
        for strip in self.axes_:
            strip.set_ylabel("mV", labelpad=1)
        what = self._title()
        if self.predicted is not None:
            what += "; above: reference, below: predicted, framed where they differ"
        self.axes_[0].set_title(what, fontsize=8.5, loc="left")
        self.ax_, self.figure_ = ax, figure
        return self

    def _plot_page(self, ax: "Axes | None", seconds: float, n_rows: int) -> Self:
        if n_rows > MOST_ROWS:
            raise ValueError(
                f"{len(self.signal) / self.fs / 60:.0f} minutes need {n_rows:,} rows of "
                f"{seconds:g} s, but a page shows at most {MOST_ROWS}. Draw at most "
                f"{MOST_ROWS * seconds / 60:g} minutes at a time with start= and stop=, or longer "
                "rows with seconds=."
            )
        self.ax_, self.figure_ = draw_page(
            ax,
            signal=np.asarray(self.signal),
            fs=self.fs,
            start=self.start,
            seconds=seconds,
            sample=np.asarray(self.sample, dtype=float),
            label=np.asarray(self.label),
            predicted=None if self.predicted is None else np.asarray(self.predicted),
            begin=self.begin,
            title=self._title(),
        )
        self.axes_ = np.array([self.ax_])
        return self

    def _title(self) -> str:
        return f"record {self.name} {self.lead}".strip() if self.name else self.lead

    def _range(self) -> tuple[float, float]:
        """Return the range of the signal in half millivolts, with room for labels."""
        signal = self.signal[np.isfinite(self.signal)]
        low, high = (signal.min(), signal.max()) if len(signal) else (-0.5, 0.5)
        rows = 1 if self.predicted is None else 2
        room = 0.15 + 0.28 * rows * max(high - low, 1.0) / 2
        return np.floor(2 * low - 0.2) / 2, np.ceil(2 * (high + room)) / 2

    def _draw_labels(self, ax: "Axes", begin: float, end: float, high: float) -> None:
        label_step = 0.15 * (ax.get_ylim()[1] - ax.get_ylim()[0])
        times = self.start + np.asarray(self.sample) / self.fs
        for k in np.flatnonzero((times >= begin) & (times < end)).tolist():
            pair = [side[k] for side in (self.label, self.predicted) if side is not None]
            wrong = len(pair) == 2 and pair[0] != pair[1]
            for row, letter in enumerate(pair):
                ax.text(
                    times[k],
                    high - (row + 0.55) * label_step,
                    str(letter) or _NO_BEAT,
                    ha="center",
                    va="center",
                    fontsize=8,
                    color=CLASS_COLORS.get(letter, "black"),
                    fontweight="bold" if wrong or letter != "N" else "normal",
                    bbox=_FRAME if wrong and row else None,
                )


def _paper(
    ax: "Axes",
    begin: float,
    end: float,
    low: float,
    high: float,
    text: Callable[[float], str],
    every: float,
) -> None:
    from matplotlib.ticker import MultipleLocator

    ax.set(xlim=(begin, end), ylim=(low, high), facecolor=_PAPER)
    ax.xaxis.set_major_locator(MultipleLocator(max(1, round((end - begin) / 10))))
    ax.xaxis.set_major_formatter(lambda t, place: text(t))
    ax.yaxis.set_major_locator(MultipleLocator(every))
    for values, draw in (
        (np.arange(np.ceil(begin / 0.04), end / 0.04), ax.vlines),
        (np.arange(np.ceil(low / 0.1), high / 0.1), ax.hlines),
    ):
        step = 0.04 if draw == ax.vlines else 0.1
        span = (low, high) if draw == ax.vlines else (begin, end)
        coarse = np.round(values) % 5 == 0
        draw(values[~coarse] * step, *span, color=_FINE, linewidth=0.3, zorder=0)
        draw(values[coarse] * step, *span, color=_COARSE, linewidth=0.6, zorder=0)
    ax.spines[:].set_visible(False)
    ax.tick_params(labelsize=7, length=2, pad=1)
