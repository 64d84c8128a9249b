"""Summary of a labelled recording: burden, runs, heart rate and pauses."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

import numpy as np

from heartbeat._shown import clock
from heartbeat.labels import AAMI_CLASS_NAMES, AAMI_CLASSES
from heartbeat.recording._lead_names import lead_title

__all__ = ["PAUSE_S", "AnnotationSummary", "find_runs", "summarize"]

PAUSE_S = 2.5
"""An RR interval of at least this many seconds is a pause."""

SHORTEST_RUN = 3
"""At least this many ectopic beats in a row are a run; two are a couplet."""

# Heart rate is averaged over windows of this many seconds, which must hold this many intervals.
_RATE_WINDOW_S, _RATE_LEAST_S = 60.0, 20.0


@dataclass(frozen=True)
class AnnotationSummary:
    """Beat counts, runs, heart rate and pauses of a labelled recording.

    `AnnotatedRecording.summary` returns it. Printing it shows a table.

    Attributes
    ----------
    name : str
        Name of the recording.
    duration : float
        Length in seconds.
    n_beats : int
        Number of labelled beats. Unreadable beats are counted neither here nor below.
    counts : mapping of str to int
        Number of labelled beats of each AAMI class. Their sum is less than `n_beats` if the
        classifier abstained (``"?"``) or has other classes.
    burden : mapping of str to float
        Percentage of the labelled beats that belong to each class.
    couplets, runs : mapping of str to int
        For S and V, the number of couplets (exactly two consecutive beats of the class) and of runs
        (three or more). Both end at a beat of another class and at an unreadable stretch.
    longest_run : mapping of str to int
        For S and V, the number of beats in the longest couplet or run; 0 if there is none.
    mean_rate, lowest_rate, highest_rate : float
        Heart rate in beats per minute: the mean over all RR intervals, and the lowest and highest
        mean over one minute. NaN if there are no RR intervals.
    pauses : int
        Number of RR intervals of at least 2.5 s.
    longest_rr : float
        Longest RR interval in seconds; NaN if there are none.
    unreadable : float
        Total length of the unreadable stretches in seconds.
    notes : tuple of str
        Remarks to read before using the labels, such as a unit that was inferred.
    lead : str
        Lead that was labelled; several are joined by ``+``.
    reasons : mapping of str to float
        Seconds that are unreadable for each reason, see `heartbeat.quality.SignalQuality`.

    See Also
    --------
    AnnotatedRecording : Labelled beats of a recording.

    Examples
    --------
    >>> from heartbeat.annotation import BeatAnnotator
    >>> from heartbeat.datasets import load_sample_recording
    >>> summary = BeatAnnotator().annotate(load_sample_recording()).summary()
    >>> summary.duration, summary.n_beats > 450
    (300.0, True)
    """

    name: str
    duration: float
    n_beats: int
    counts: Mapping[str, int]
    burden: Mapping[str, float]
    couplets: Mapping[str, int]
    runs: Mapping[str, int]
    longest_run: Mapping[str, int]
    mean_rate: float
    lowest_rate: float
    highest_rate: float
    pauses: int
    longest_rr: float
    unreadable: float
    notes: tuple[str, ...] = ()
    lead: str = ""
    reasons: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as a dictionary that JSON can hold (NaN becomes None)."""
        return {
            key: None if isinstance(value, float) and np.isnan(value) else value
            for key, value in asdict(self).items()
        }

    def rows(self) -> list[tuple[str, str]]:
        """Return the rows of the printed table, as pairs of name and text."""
        facts = (self.name, clock(self.duration), lead_title(self.lead))
        rows = [("recording", ", ".join(filter(None, facts)))]
        share = 100 * self.unreadable / self.duration if self.duration else 0.0
        text = f"{clock(self.unreadable)} ({share:.1f} %)"
        if self.reasons:
            of_each = [f"{reason} {clock(seconds)}" for reason, seconds in self.reasons.items()]
            text += f": {', '.join(of_each)}"
        rows.append(("unreadable", text))
        rows.append(("beats", f"{self.n_beats:,}"))
        for letter in AAMI_CLASSES:
            if self.counts.get(letter):
                text = f"{self.counts[letter]:,} ({self.burden[letter]:.2f} %)"
                if letter in self.couplets:
                    text += f"; couplets {self.couplets[letter]:,}, runs {self.runs[letter]:,}"
                if self.longest_run.get(letter):
                    text += f", longest {self.longest_run[letter]:,} beats"
                rows.append((f"{letter}  {AAMI_CLASS_NAMES[letter]}", text))
        others = self.n_beats - sum(self.counts.values())
        if others:
            text = f"{others:,} ({100 * others / self.n_beats:.2f} %)"
            rows.append(("without an AAMI class", text))
        if not np.isnan(self.mean_rate):
            text = f"mean {self.mean_rate:.0f} per minute"
            if self.duration >= _RATE_WINDOW_S:
                lowest, highest = f"{self.lowest_rate:.0f}", f"{self.highest_rate:.0f}"
                text += f"; over one minute lowest {lowest}, highest {highest}"
            rows.append(("heart rate", text))
            rows.append(
                (
                    f"pauses of {PAUSE_S:g} s or more",
                    f"{self.pauses:,}; longest RR interval {self.longest_rr:.2f} s",
                )
            )
        return rows + [("note", note) for note in self.notes]

    def __str__(self) -> str:
        rows = self.rows()
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {text}" for name, text in rows)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th style="text-align:left">{escape(name)}</th>'
            f'<td style="text-align:left">{escape(text)}</td></tr>'
            for name, text in self.rows()
        )
        return f"<table>{rows}</table>"


def summarize(
    name: str,
    duration: float,
    labels: np.ndarray,
    times: np.ndarray,
    rr: np.ndarray,
    unreadable: float,
    notes: tuple[str, ...] = (),
    *,
    lead: str = "",
    reasons: Mapping[str, float] | None = None,
) -> AnnotationSummary:
    """Summarise a labelled recording.

    Parameters
    ----------
    name : str
        Name of the recording.
    duration, unreadable : float
        Duration in seconds, and seconds of it that are unreadable.
    labels : ndarray of shape (n_beats,), dtype str
        AAMI class, ``""`` for unreadable beats.
    times : ndarray of shape (n_beats,), dtype float64
        R peaks in seconds.
    rr : ndarray of shape (n_beats,), dtype float64
        Seconds since the previous beat, NaN if unknown.
    notes : tuple of str
        Remarks for the reader.
    lead : str
        Lead that was labelled.
    reasons : mapping of str to float, optional
        Seconds that are unreadable for each reason.

    Returns
    -------
    AnnotationSummary
    """
    readable = labels != ""
    n_beats = int(readable.sum())
    counts = {letter: int((labels == letter).sum()) for letter in AAMI_CLASSES}
    lengths = {letter: find_runs(labels, rr, letter)[1] for letter in "SV"}
    known = np.isfinite(rr)
    intervals = rr[known]
    rates = _rates(times[known], intervals)
    return AnnotationSummary(
        name=name,
        duration=float(duration),
        n_beats=n_beats,
        counts=counts,
        burden={c: 100 * count / n_beats if n_beats else 0.0 for c, count in counts.items()},
        couplets={c: int((n == 2).sum()) for c, n in lengths.items()},
        runs={c: int((n >= SHORTEST_RUN).sum()) for c, n in lengths.items()},
        longest_run={c: int(n.max(initial=0)) for c, n in lengths.items()},
        mean_rate=60 / float(intervals.mean()) if len(intervals) else float("nan"),
        lowest_rate=float(rates.min()) if len(rates) else float("nan"),
        highest_rate=float(rates.max()) if len(rates) else float("nan"),
        pauses=int((intervals >= PAUSE_S).sum()),
        longest_rr=float(intervals.max()) if len(intervals) else float("nan"),
        unreadable=float(unreadable),
        notes=notes,
        lead=lead,
        reasons=dict(reasons or {}),
    )


def find_runs(labels: np.ndarray, rr: np.ndarray, letter: str) -> tuple[np.ndarray, np.ndarray]:
    """Find sequences of at least two consecutive beats of a class.

    Parameters
    ----------
    labels : ndarray of shape (n_beats,), dtype str
        AAMI class of each beat, in order of time.
    rr : ndarray of shape (n_beats,), dtype float64
        Seconds since the previous beat; NaN ends a sequence.
    letter : str
        The class.

    Returns
    -------
    first, length : ndarray of int
        Index of each sequence's first beat, and its number of beats.

    Examples
    --------
    >>> first, length = find_runs(np.array(list("NVVNVVVV")), np.ones(8), "V")
    >>> first, length
    (array([1, 4]), array([2, 4]))
    """
    of_class = labels == letter
    goes_on = of_class[1:] & of_class[:-1] & np.isfinite(rr[1:])
    edges = np.flatnonzero(np.diff(goes_on, prepend=False, append=False)).reshape(-1, 2)
    return edges[:, 0], edges[:, 1] - edges[:, 0] + 1


def _rates(times: np.ndarray, intervals: np.ndarray) -> np.ndarray:
    """Return the mean heart rate, per minute, of each minute that has enough intervals.

    If no minute has, return the mean over the whole recording.
    """
    if not len(intervals):
        return np.empty(0)
    minute = (times // _RATE_WINDOW_S).astype(np.int64)
    minute -= minute[0]
    total = np.bincount(minute, intervals)
    number = np.bincount(minute)
    enough = total >= _RATE_LEAST_S
    if not enough.any():
        return np.array([60 / intervals.mean()])
    return 60 * number[enough] / total[enough]
