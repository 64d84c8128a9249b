"""Runs of ectopic beats on one side of a comparison, and the longest one in a window."""

from dataclasses import dataclass

import numpy as np

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._marks import Side, inside

LONGEST = 6
"""Length of runs of six and more beats, and of flutter and fibrillation."""

_N, _S, _V, _F, _Q = range(len(AAMI_CLASSES))
_BREAK, _ECTOPIC, _BEGIN, _END = range(4)


@dataclass(frozen=True, eq=False)
class RunMarks:
    """Beats and episodes that form the runs of one kind, on one side.

    Attributes
    ----------
    beat : ndarray of int64, shape (n_beats,)
        Positions of the beats, in samples.
    ectopic : ndarray of bool, shape (n_beats,)
        Which of them belong to a run.
    episodes : ndarray of int64, shape (n_episodes, 2)
        Begin and end of the flutter or fibrillation that counts as a long run.
    found : ndarray of int64, shape (n_episodes, 2)
        Begin and end of the parts of these episodes that a run of the other side can find.
    corrected : bool
        Whether to avoid the defects of the standard's program, see `compare_runs`.
    """

    beat: np.ndarray
    ectopic: np.ndarray
    episodes: np.ndarray
    found: np.ndarray
    corrected: bool


def run_marks(side: Side, kind: str, corrected: bool) -> RunMarks:
    """Return the classes and episodes that runs of a kind, "V" or "S", consist of."""
    beat, code = side.beat, side.code
    if kind == "V":
        ectopic, episodes = (code == _V) | (code == _F), side.flutter
        if corrected:
            outside = ~inside(beat, episodes)
            beat, ectopic = beat[outside], ectopic[outside]
    else:
        ectopic, episodes = code == _S, side.atrial
        if corrected:
            episodes = episodes[:0]
        else:
            ectopic = ectopic | (inside(beat, episodes) & (code == _N))
    found = episodes
    if not corrected and len(episodes):
        unreadable = np.append(side.noise[side.is_unreadable], np.iinfo(np.int64).max)
        first = unreadable[np.searchsorted(unreadable, episodes[:, 0])]
        found = np.stack([episodes[:, 0], np.minimum(episodes[:, 1], first)], axis=1)
    episodes = np.minimum(episodes, side.last)
    return RunMarks(beat, ectopic, episodes, found, corrected)


def find_runs(marks: RunMarks, first: int, last: int) -> np.ndarray:
    """Return begin, end and length of the runs between two positions, shape (n_runs, 3).

    A run begins and ends with a beat or an episode, but not before `first`. The end is -1 if it is
    unknown: if a beat of another kind interrupts an episode before any beat of its own kind.
    """
    time, event = _events(marks, first, last)
    if not len(time):
        return np.empty((0, 3), dtype=np.int64)
    broken = np.concatenate([[True], event[:-1] == _BREAK])
    # The end of an episode that was interrupted before has no meaning.
    told = ~((event == _END) & broken)
    time, event = time[told], event[told]
    broken = np.concatenate([[True], event[:-1] == _BREAK])
    of_run = event != _BREAK
    starts = np.flatnonzero(broken[of_run])
    time, event = time[of_run], event[of_run]
    if not len(starts):
        return np.empty((0, 3), dtype=np.int64)
    # The part of an episode at `first` that is known.
    end = np.where((event == _BEGIN) & (time > first), -1, time)
    end = np.maximum.reduceat(end, starts)
    long = event[starts] == _BEGIN
    if marks.corrected:
        long = np.logical_or.reduceat(event == _BEGIN, starts)
    length = np.add.reduceat(event == _ECTOPIC, starts, dtype=np.int64)
    length = np.where(long, LONGEST, np.minimum(length, LONGEST))
    return np.stack([time[starts], end, length], axis=1)


def longest_runs(marks: RunMarks, runs: np.ndarray, window: int) -> np.ndarray:
    """Return the length of the longest run in the window around each run of the other side."""
    begin, end = runs[:, 0] - window, runs[:, 1] + window
    low, high = np.searchsorted(marks.beat, begin), np.searchsorted(marks.beat, end, "right")
    edges = np.diff(np.concatenate([[0], marks.ectopic.astype(np.int8), [0]]))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    # The runs of this side that extend into each window, one after another. Only their beats inside
    # the window count.
    nearest = np.searchsorted(stops, low, "right")
    n_near = np.maximum(np.searchsorted(starts, high) - nearest, 0)
    n_near[runs[:, 1] < 0] = 0
    window_of = np.repeat(np.arange(len(runs)), n_near)
    near = np.arange(len(window_of)) - np.repeat(np.cumsum(n_near) - n_near - nearest, n_near)
    beats = np.minimum(stops[near], high[window_of]) - np.maximum(starts[near], low[window_of])
    longest = np.zeros(len(runs), dtype=np.int64)
    np.maximum.at(longest, window_of, np.minimum(beats, LONGEST))
    # Which episodes begin before the window ends, and whether the last of them extends into it.
    episode = np.searchsorted(marks.found[:, 0], end, "right") - 1
    reaches = np.append(marks.found[:, 1], -1)[episode] > begin
    longest[(runs[:, 1] >= 0) & (episode >= 0) & reaches] = LONGEST
    if not marks.corrected:
        longest[begin < 0] = LONGEST
    return longest


def _events(marks: RunMarks, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and kinds of beats, begins and ends between two positions, in order."""
    begins, ends = marks.episodes[
        (marks.episodes[:, 0] <= last) & (marks.episodes[:, 1] >= first)
    ].T.clip(first, last)
    time = np.concatenate([begins, marks.beat, ends])
    event = np.concatenate(
        [
            np.full(len(begins), _BEGIN),
            np.where(marks.ectopic, _ECTOPIC, _BREAK),
            np.full(len(ends), _END),
        ]
    )
    # At the same sample an episode begins before the beat and ends after it.
    order = np.argsort(time, kind="stable")
    order = order[(time[order] >= first) & (time[order] <= last)]
    return time[order], event[order]
