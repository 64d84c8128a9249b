"""Events to inspect in a labelled recording: runs, pauses, extremes, uncertain beats."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from heartbeat.annotation._summary import PAUSE_S, SHORTEST_RUN, find_runs
from heartbeat.labels import AAMI_CLASSES

__all__ = ["Event", "certainty", "find_events", "heart_rates"]

_RATE_WINDOW = 8
"""Number of RR intervals over which the heart rate is averaged."""

# Beats are doubtful below this probability; at most this many are listed.
_CERTAIN, _MOST_DOUBTFUL = 0.95, 50


@dataclass(frozen=True)
class Event:
    """A part of a recording that is worth inspecting.

    Attributes
    ----------
    kind : {"class", "run", "pause", "fast", "slow", "doubtful", "unreadable", "hour"}
    start, stop : float
        Seconds from the start of the recording.
    text : str
        Description of the event.
    weight : float
        Importance among events of its kind: the highest are shown first.
    """

    kind: str
    start: float
    stop: float
    text: str
    weight: float


def heart_rates(beats: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return times (s) and heart rates (per minute), each the mean over eight intervals in a row.

    Both are empty if there are no eight intervals in a row.
    """
    rr, time = beats["rr_s"].to_numpy(float), beats["time_s"].to_numpy(float)
    if len(rr) < _RATE_WINDOW:
        return np.empty(0), np.empty(0)
    known = np.isfinite(rr)
    total = np.convolve(np.where(known, rr, 0), np.ones(_RATE_WINDOW), "valid")
    all_known = np.convolve(known, np.ones(_RATE_WINDOW), "valid") > _RATE_WINDOW - 0.5
    return time[_RATE_WINDOW - 1 :][all_known], 60 * _RATE_WINDOW / total[all_known]


def certainty(beats: pd.DataFrame) -> np.ndarray | None:
    """Return the highest class probability of each beat, NaN if unreadable; None if unknown."""
    columns = [f"p_{letter}" for letter in AAMI_CLASSES if f"p_{letter}" in beats]
    if not columns:
        return None
    return beats[columns].max(axis=1, skipna=True).to_numpy(float)


def find_events(beats: pd.DataFrame) -> list[Event]:
    """Return the events of a recording in order of time.

    Parameters
    ----------
    beats : DataFrame
        As in `AnnotatedRecording.beats`.
    """
    label, time = beats["label"].to_numpy(str), beats["time_s"].to_numpy(float)
    rr = beats["rr_s"].to_numpy(float)
    events = []
    for letter in AAMI_CLASSES[1:]:
        for at in np.flatnonzero(label == letter)[:1]:
            events.append(Event("class", time[at], time[at], f"first {letter} beat", 1.0))
    for letter in "VS":
        for first, n in zip(*find_runs(label, rr, letter), strict=True):
            if n < SHORTEST_RUN:
                continue
            last = first + n - 1
            length = time[last] - time[first]
            rate = 60 * (n - 1) / length
            text = f"run of {n} {letter} beats at {rate:.0f}/min"
            events.append(Event("run", time[first], time[last], text, float(n)))
    for at in np.flatnonzero(rr >= PAUSE_S):
        text = f"pause of {rr[at]:.2f} s"
        events.append(Event("pause", time[at] - rr[at], time[at], text, rr[at]))
    times, rates = heart_rates(beats)
    if len(rates):
        for kind, at, word in (
            ("fast", rates.argmax(), "fastest"),
            ("slow", rates.argmin(), "slowest"),
        ):
            length = 60 * _RATE_WINDOW / rates[at]
            text = f"{word} rate, {rates[at]:.0f}/min over {_RATE_WINDOW} intervals"
            events.append(Event(kind, times[at] - length, times[at], text, 1.0))
    sure = certainty(beats)
    if sure is not None:
        order = np.argsort(np.where(np.isnan(sure), np.inf, sure), kind="stable")
        for at in order[: min(_MOST_DOUBTFUL, int((sure < _CERTAIN).sum()))]:
            text = f"{label[at]} with a probability of only {sure[at]:.2f}"
            events.append(Event("doubtful", time[at], time[at], text, 1 - sure[at]))
    return sorted(events, key=lambda event: event.start)
