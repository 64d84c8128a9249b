"""Locate the R peak of a detected beat."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from heartbeat.detection._filter import band_matrix, band_taps

__all__ = ["PEAK_REACH_S", "move_to_peaks"]

# Band of QRS complexes (Hz), length of the filter (s), and largest distance (s) of a mark from its
# peak.
_BAND, _FILTER_S, _KAISER_BETA = (5.0, 30.0), 0.5, 6.0
_WITHIN_S = 0.1

PEAK_REACH_S = _WITHIN_S + _FILTER_S / 2
"""The peak of a mark depends on this many seconds on either side."""

# Number of beats that are processed at a time.
_BLOCK = 1024
# Values that differ by less than this share are equal, and the first one counts.
_TOLERANCE = 1e-9


def move_to_peaks(lead: np.ndarray, marks: np.ndarray, fs: float) -> np.ndarray:
    """Move marks to the highest or deepest point within 0.1 s of the lead filtered to 5-30 Hz.

    Parameters
    ----------
    lead : ndarray of shape (n_samples,)
        Finite.
    marks : ndarray of shape (n_beats,), dtype int64
        In samples and in order.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray of shape (n_beats,), dtype int64
        In order: no mark is moved beyond the midpoint to the next one.
    """
    if not len(marks):
        return marks
    taps = band_taps(*_BAND, _FILTER_S, _KAISER_BETA, fs)
    within, half = round(_WITHIN_S * fs), len(taps) // 2
    bands = band_matrix(taps, 2 * within + 1)
    padded = np.pad(lead, within + half, mode="edge")
    windows = sliding_window_view(padded, 2 * (within + half) + 1)
    steps = np.arange(-within, within + 1)
    middles = (marks[:-1] + marks[1:]) // 2
    first = np.maximum(np.append(-within, middles + 1 - marks[1:]), -marks)
    last = np.minimum(np.append(middles - marks[:-1], within), len(lead) - 1 - marks)
    moved = np.empty_like(marks)
    for start in range(0, len(marks), _BLOCK):
        some = slice(start, start + _BLOCK)
        around = windows[marks[some]].astype(np.float64)
        around -= around[:, within + half, np.newaxis]
        size = np.abs(around @ bands)
        allowed = (steps >= first[some, np.newaxis]) & (steps <= last[some, np.newaxis])
        size[~allowed] = -1
        top = size.max(axis=1, keepdims=True)
        moved[some] = marks[some] + steps[(size >= top * (1 - _TOLERANCE)).argmax(axis=1)]
    return moved
