"""A strip of ECG paper with labelled beats."""

import numpy as np

from heartbeat.labels import classes_of_symbols
from heartbeat.metrics._plotting import CLASS_COLORS, PAPER_WIDTH, axes_or_new, split_axes

__all__ = ["RecordingDisplay"]

_NO_BEAT = "–"
_FRAME = {"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0.8}
_PAPER, _FINE, _COARSE = "#FFFBF7", "#F6DCD3", "#E8B5A5"


class RecordingDisplay:
    """A recording as strips of ECG paper, with the label of every beat above it.

    The grid is the clinic's: 0.04 s and 0.1 mV, every fifth line heavier. Where predictions are
    given, both labels stand above the beat and those that differ are framed.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        One lead, mV; NaN where invalid.
    fs : float
        Sampling rate, in Hz.
    start : float, default=0.0
        Time of the first sample, in s.
    sample, label : ndarray of shape (n_beats,)
        Positions (samples of `signal`) and classes of the beats.
    predicted : ndarray of str, shape (n_beats,), default=None
        Predicted classes of the same beats.
    lead, name : str, default=""
        For the title.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes, shape (n_strips,)
    ax_ : matplotlib Axes
        The frame that holds them.
    figure_ : matplotlib Figure

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
        self, signal, fs, *, start=0.0, sample=(), label=(), predicted=None, lead="", name=""
    ):
        self.signal = signal
        self.fs = fs
        self.start = start
        self.sample = sample
        self.label = label
        self.predicted = predicted
        self.lead = lead
        self.name = name

    @classmethod
    def from_recording(
        cls, recording, *, lead=0, start=0.0, stop=None, convention="literature", ax=None
    ):
        """Draw part of a recording with its reference labels.

        Parameters
        ----------
        recording : Recording
            With `signal` (n_samples, n_leads), `fs`, `leads`, `name` and `annotations`.
        lead : int or str, default=0
            Which lead.
        start, stop : float, default=0.0 and None
            Begin and end, in s. None draws ten seconds.
        convention : {"literature", "ec57"}, default="literature"
            Classes of escape beats, see `heartbeat.labels.classes_of_symbols`.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure of a page's width.
        """
        annotations = recording.annotations
        sample, classes = np.array([], dtype=int), np.array([], dtype="<U1")
        if annotations is not None:
            classes = classes_of_symbols(annotations.symbol, convention)
            sample, classes = np.asarray(annotations.sample)[classes != ""], classes[classes != ""]
        return cls._from_part(recording, lead, start, stop, sample, classes, None).plot(ax=ax)

    @classmethod
    def from_predictions(
        cls, recording, sample, y_true, y_pred, *, lead=0, start=0.0, stop=None, ax=None
    ):
        """Draw part of a recording with reference and predicted labels.

        Parameters
        ----------
        recording : Recording
            With `signal` (n_samples, n_leads), `fs`, `leads` and `name`.
        sample : array-like of int, shape (n_beats,)
            Positions of the beats, in samples of the recording.
        y_true, y_pred : array-like of str, shape (n_beats,)
            Reference and predicted classes. An empty label, drawn as a dash, says that this side
            has no beat there: missed, or extra. `y_true` None draws the predictions alone.
        lead, start, stop, ax
            See `from_recording`.
        """
        if y_true is None:
            y_true, y_pred = y_pred, None
        display = cls._from_part(recording, lead, start, stop, sample, y_true, y_pred)
        return display.plot(ax=ax)

    @classmethod
    def _from_part(cls, recording, lead, start, stop, sample, label, predicted):
        leads = tuple(recording.leads)
        column = leads.index(lead) if lead in leads else lead
        if not isinstance(column, int | np.integer) or not -len(leads) <= column < len(leads):
            raise ValueError(f"There is no lead {lead!r}: the leads are {', '.join(leads)}.")
        fs = recording.fs
        stop = start + 10 if stop is None else stop
        first, last = round(start * fs), min(round(stop * fs), len(recording.signal))
        if not 0 <= first < last:
            raise ValueError(
                f"start={start!r} s and stop={stop!r} s do not enclose a part of the recording, "
                f"which lasts {len(recording.signal) / fs:.1f} s."
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
        )

    def plot(self, ax=None, *, seconds: float = 10.0):
        """Draw strips one below the other.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure of a page's width.
        seconds : float, default=10.0
            Length of a strip.

        Returns
        -------
        RecordingDisplay
        """
        duration = len(self.signal) / self.fs
        n_strips = max(1, int(np.ceil(duration / seconds - 1e-9)))
        low, high = self._range()
        # At a page's width 10 s are as wide as 25 mm/s allow; heights keep 10 mm/mV to scale.
        scale = PAPER_WIDTH / (min(duration, seconds) / 0.4)
        height = n_strips * ((high - low) * scale + 0.25) + 0.4
        ax, figure = axes_or_new(ax, width=PAPER_WIDTH, height=float(np.clip(height, 1.6, 9)))
        self.axes_ = split_axes(ax, n_strips, 1, hspace=0.03).ravel()
        time = self.start + np.arange(len(self.signal)) / self.fs
        for k, strip in enumerate(self.axes_):
            begin = self.start + k * seconds
            _paper(strip, begin, begin + min(seconds, duration), low, high)
            strip.plot(time, self.signal, color="black", linewidth=0.8)
            self._draw_labels(strip, begin, begin + seconds, high)
        self.axes_[-1].set_xlabel("s", labelpad=1)
        for strip in self.axes_:
            strip.set_ylabel("mV", labelpad=1)
        what = " ".join(part for part in (f"record {self.name}" if self.name else "", self.lead))
        if self.predicted is not None:
            what += "; above: reference, below: predicted, framed where they differ"
        self.axes_[0].set_title(what.strip(), fontsize=8.5, loc="left")
        self.ax_, self.figure_ = ax, figure
        return self

    def _range(self) -> tuple[float, float]:
        """Return whole half millivolts around the signal, with room for labels."""
        signal = self.signal[np.isfinite(self.signal)]
        low, high = (signal.min(), signal.max()) if len(signal) else (-0.5, 0.5)
        rows = 1 if self.predicted is None else 2
        room = 0.15 + 0.28 * rows * max(high - low, 1.0) / 2
        return np.floor(2 * low - 0.2) / 2, np.ceil(2 * (high + room)) / 2

    def _draw_labels(self, ax, begin, end, high) -> None:
        label_step = 0.15 * (ax.get_ylim()[1] - ax.get_ylim()[0])
        times = self.start + np.asarray(self.sample) / self.fs
        for k in np.flatnonzero((times >= begin) & (times < end)):
            pair = [self.label[k]] + ([] if self.predicted is None else [self.predicted[k]])
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


def _paper(ax, begin, end, low, high) -> None:
    from matplotlib.ticker import MultipleLocator

    ax.set(xlim=(begin, end), ylim=(low, high), facecolor=_PAPER)
    ax.xaxis.set_major_locator(MultipleLocator(1))
    ax.yaxis.set_major_locator(MultipleLocator(1))
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
