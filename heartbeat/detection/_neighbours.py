"""Measure candidates relative to the neighbouring beats."""

from collections.abc import Mapping

import numpy as np

from heartbeat.detection._candidates import Candidates

__all__ = ["NEIGHBOUR_MEASURES", "NEIGHBOUR_S", "compare_with_neighbours"]

NEIGHBOUR_S = 8.0
"""Neighbours are searched within this many seconds on either side."""

# Number of beats on either side that a candidate is compared with, and number of intervals on
# either side whose median is the RR interval.
_NEIGHBOURS, _INTERVALS = 4, 5
_USUAL_RR_S, _LONGEST_S = 0.8, 4.0
_LIMIT = 4.0

# A T wave follows within the first time (s), and no second beat within the second one.
_T_WAVE_S, _REFRACTORY_S = 0.45, 0.28

NEIGHBOUR_MEASURES = (
    "score", "score of the beat before", "score of the beat after",
    "best likeness", "third likeness", "best slow likeness", "third slow likeness",
    "time before", "time after", "time between", "nearer time", "rhythm", "RR interval",
    "soon after", "soon before", "very soon after", "very soon before",
    "height before", "height after", "height around", "lower than around",
    "soon after a higher", "soon before a higher", "soon after an unlike", "soon before an unlike",
    "far and lower",
)  # fmt: skip


def compare_with_neighbours(
    candidates: Candidates,
    shape: Mapping[str, np.ndarray],
    score: np.ndarray,
    beats: np.ndarray,
    fs: float,
) -> np.ndarray:
    """Measure candidates relative to the nearest beats before and after.

    Parameters
    ----------
    candidates : Candidates
        All candidates.
    shape : mapping of str to ndarray of shape (n_candidates, n_times), dtype float32
        Waves around the candidates, from `shapes`.
    score : ndarray of shape (n_candidates,)
        Log odds that each candidate is a beat.
    beats : ndarray of shape (n_beats,), dtype int64
        Indices of the candidates that count as beats, in order. A candidate is not compared with
        itself.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray of shape (n_candidates, n_measures), dtype float32
        See `NEIGHBOUR_MEASURES`.
    """
    time = candidates.position / fs
    neighbour, there = _neighbours(time, beats)
    before, after = 0, _NEIGHBOURS
    nearest = neighbour[:, [before, after]]
    gap = np.where(there[:, [before, after]], np.abs(time[nearest] - time[:, np.newaxis]), np.inf)
    gap = np.minimum(gap, _LONGEST_S)
    rr = _typical_rr(time, time[beats])
    relative = np.log(gap / rr[:, np.newaxis]).clip(-2, 1.5)
    nearer = relative.min(axis=1)

    height = candidates.height[:, np.newaxis]
    higher = np.where(there, candidates.height[neighbour] - height, 0)
    middle = np.sort(higher, axis=1)[:, _NEIGHBOURS - 1 : _NEIGHBOURS + 1].mean(axis=1)
    higher = np.column_stack([higher[:, [before, after]], middle])
    higher = higher.clip(-_LIMIT, _LIMIT)
    alike, slow_alike = (
        np.sort(_likeness(shape[band], neighbour, there), axis=1) for band in ("qrs", "slow")
    )
    known = np.where(there[:, [before, after]], score.clip(-8, 8)[nearest], 0)
    soon = np.maximum(_T_WAVE_S - gap, 0)
    very_soon = np.maximum(_REFRACTORY_S - gap, 0)
    unlike = 1 - alike[:, -1:]
    return np.column_stack(
        [
            score.clip(-12, 12), known,
            alike[:, -1], alike[:, -3], slow_alike[:, -1], slow_alike[:, -3],
            relative, np.log(gap.sum(axis=1) / rr).clip(-2, 2), np.maximum(nearer, 0),
            np.abs(nearer).clip(max=1.5), rr,
            soon, very_soon,
            higher, np.maximum(higher[:, 2], 0),
            soon * np.maximum(higher[:, :2], 0), soon * unlike,
            np.maximum(nearer, 0) * np.maximum(higher[:, 2], 0),
        ]
    ).astype(np.float32)  # fmt: skip


def _neighbours(time: np.ndarray, beats: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the beats before (nearest first), those after, and which of them exist."""
    steps = np.arange(_NEIGHBOURS)
    own = np.arange(len(time))
    before = np.searchsorted(beats, own, "left")[:, np.newaxis] - 1 - steps
    after = np.searchsorted(beats, own, "right")[:, np.newaxis] + steps
    place = np.concatenate([before, after], axis=1)
    there = (place >= 0) & (place < len(beats))
    if not len(beats):
        return np.zeros_like(place), there
    neighbour = beats[place.clip(0, len(beats) - 1)]
    return neighbour, there & (np.abs(time[neighbour] - time[:, np.newaxis]) < NEIGHBOUR_S)


def _typical_rr(time: np.ndarray, beat_times: np.ndarray) -> np.ndarray:
    """Return the median of the intervals between beats around each time."""
    if len(beat_times) < 2:
        return np.full(len(time), _USUAL_RR_S)
    last = np.searchsorted(beat_times, time)[:, np.newaxis] + np.arange(-_INTERVALS, _INTERVALS)
    there = (last >= 1) & (last < len(beat_times))
    last = last.clip(1, len(beat_times) - 1)
    for edge in (last, last - 1):
        there &= np.abs(beat_times[edge] - time[:, np.newaxis]) < NEIGHBOUR_S
    rr = np.sort(np.where(there, beat_times[last] - beat_times[last - 1], np.inf), axis=1)
    n = there.sum(axis=1)
    rows = np.arange(len(time))
    low, high = rr[rows, np.maximum(n - 1, 0) // 2], rr[rows, np.minimum(n // 2, rr.shape[1] - 1)]
    with np.errstate(invalid="ignore"):
        return np.where(n > 0, (low + high) / 2, _USUAL_RR_S)


def _likeness(shape: np.ndarray, neighbour: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return the correlation of each candidate's wave with those of its neighbours, or 0."""
    alike = np.zeros(neighbour.shape, dtype=np.float32)
    for column in range(neighbour.shape[1]):
        with_it = np.einsum("ij,ij->i", shape, shape[neighbour[:, column]])
        alike[:, column] = np.where(there[:, column], with_it, 0)
    return alike
