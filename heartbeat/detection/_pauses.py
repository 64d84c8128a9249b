"""Measure candidates that may be noise or P waves in a pause between two beats."""

import numpy as np

from heartbeat.detection._envelopes import Envelopes
from heartbeat.detection._neighbours import NEIGHBOUR_S

__all__ = ["PAUSE_MEASURES", "measure_in_pauses"]

# A beat is taller if the natural logarithm of its envelope divided by the candidate's exceeds this.
_TALLER = 1.0

# A candidate may lie in a pause if the taller beats before and after it are so far apart (s).
_SHORTEST_S = 2.2

_TINY = np.float32(1e-20)

PAUSE_MEASURES = ("second score", "lower than taller beats", "time between taller beats")


def measure_in_pauses(
    found: Envelopes, position: np.ndarray, score: np.ndarray, beats: np.ndarray, fs: float
) -> tuple[np.ndarray, np.ndarray]:
    """Find the candidates that may lie in a pause, and measure them.

    Parameters
    ----------
    found : Envelopes
        Envelopes.
    position : ndarray of shape (n_candidates,), dtype int64
        Candidates, in samples.
    score : ndarray of shape (n_candidates,)
        Their second score.
    beats : ndarray of shape (n_beats,), dtype int64
        Positions of the beats by the first score, in order.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    suspects : ndarray of shape (n_suspects,), dtype int64
        Indices of the candidates that may lie in a pause: there are much taller beats within 8 s,
        and the nearest ones before and after are more than 2.2 s apart.
    measures : ndarray of shape (n_suspects, n_pause_measures), dtype float64
        See `PAUSE_MEASURES`.
    """
    if not len(beats) or not len(position):
        return np.empty(0, dtype=np.int64), np.empty((0, len(PAUSE_MEASURES)))
    first, own, stop = np.searchsorted(beats, position + np.outer((-1, 0, 1), NEIGHBOUR_S * fs))
    steps = np.arange(-(own - first).max(), (stop - own).max())
    place = own[:, np.newaxis] + steps
    there = (place >= 0) & (place < len(beats))
    place = place.clip(0, len(beats) - 1)
    time = (beats[place] - position[:, np.newaxis]) / fs
    ratio = _log_ratio(found, beats, position, place)
    taller = there & (np.abs(time) < NEIGHBOUR_S) & (ratio > _TALLER)
    n_taller = taller.sum(axis=1)
    lower = np.where(taller, ratio, 0).sum(axis=1) / np.maximum(n_taller, 1)
    n_samples = found.level["qrs"].shape[-1]
    between = _nearest(-time, taller, position / fs)
    between += _nearest(time, taller, (n_samples - position) / fs)
    suspects = np.flatnonzero((n_taller > 0) & (between > _SHORTEST_S))
    return suspects, np.column_stack([score, lower, between])[suspects]


def _nearest(time: np.ndarray, taller: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the least of the times to the next taller beat and to the end, at most 8 s."""
    nearest = np.where(taller & (time > 0), time, NEIGHBOUR_S).min(axis=1, initial=NEIGHBOUR_S)
    return np.minimum(nearest, end)


def _log_ratio(
    found: Envelopes, beats: np.ndarray, position: np.ndarray, place: np.ndarray
) -> np.ndarray:
    """Return the logarithm of the envelope of ``beats[place]`` divided by that of the candidates.

    For several leads it is the mean over those that are used at both places. The combined envelope
    would not do, because each lead in it is divided by its mean, which is small in a pause.
    """
    if found.by_lead is None or found.lead_level is None:
        return _log(found.level["qrs"][beats])[place] - _log(found.level["qrs"][position, None])
    total, n_used = np.zeros((2, *place.shape), dtype=np.float32)
    for level, shown in zip(found.lead_level, found.by_lead, strict=True):
        both = (shown[beats] > 0)[place] & (shown[position, None] > 0)
        total += both * (_log(level[beats])[place] - _log(level[position, None]))
        n_used += both
    return total / np.maximum(n_used, 1)


def _log(values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(values, _TINY))
