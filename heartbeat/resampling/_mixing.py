"""Mixtures of two beats."""

import numpy as np
from sklearn.utils import gen_batches

from heartbeat._layout import BeatLayout, join, n_samples, window
from heartbeat.resampling._alignment import best_lags, shift_beats

__all__ = ["mix_beats"]

# Seconds relative to R: beats are mixed fully within the inner pair and not at all outside the
# outer pair, where P belongs to the rhythm and the next beat of a fast rhythm begins.
_OUTER, _INNER = (-0.20, 0.40), (-0.12, 0.30)
# Isoelectric segment just before the QRS complex, in seconds relative to R.
_LEVEL = (-0.14, -0.10)

# Beats mixed at a time, which bounds temporary memory.
_BLOCK = 2048


def mix_beats(
    layout: BeatLayout,
    X: np.ndarray,
    parents: np.ndarray,
    shares: np.ndarray,
    *,
    surroundings: str,
    max_lag: float | None,
    fs: float,
    before: float,
) -> np.ndarray:
    """Return mixtures of pairs of beats.

    Parameters
    ----------
    layout : BeatLayout
        Layout of the table.
    X : ndarray of shape (n_beats, n_features)
        Beats table.
    parents : ndarray of int, shape (n_mixed, 2)
        Rows of the two beats of each pair.
    shares : ndarray of shape (n_mixed,)
        Share of the first beat of each pair; the second has the rest.
    surroundings : {"kept", "mixed"}
        ``"kept"`` mixes QRS, ST and T only; the samples before and after them and the context are
        those of the first beat. ``"mixed"`` mixes all columns.
    max_lag : float or None
        Largest shift in s by which the second beat is aligned to the QRS complex of the first. None
        does not align.
    fs, before : float
        Sampling rate in Hz, and time from the first sample to R in s.

    Returns
    -------
    ndarray of shape (n_mixed, n_features)
    """
    mixed = np.empty((len(parents), X.shape[1]), dtype=X.dtype)
    for rows in gen_batches(len(parents), _BLOCK):
        waveforms, context = layout.split(X[parents[rows, 0]])
        others, other_context = layout.split(X[parents[rows, 1]])
        if max_lag is not None:
            lags = best_lags(others, waveforms, max_lag=max_lag, fs=fs, before=before)
            others = shift_beats(others, lags)
        given = (1 - shares[rows]).astype(X.dtype)[:, None]
        difference = others - waveforms
        if surroundings == "mixed":
            context = context + given * (other_context - context)
        else:
            difference = _within_beat(difference, n_samples(before, fs), fs)
        mixed[rows] = join(waveforms + given[..., None] * difference, context)
    return mixed


def _within_beat(difference: np.ndarray, r_index: int, fs: float) -> np.ndarray:
    """Return the difference of two beats about the isoelectric line, without surroundings."""
    n_times = difference.shape[-1]
    level = window(*_LEVEL, r_index, fs, n_times)
    if level.start < level.stop:
        difference = difference - difference[..., level].mean(axis=-1, keepdims=True)
    return _weight(n_times, r_index, fs).astype(difference.dtype) * difference


def _weight(n_times: int, r_index: int, fs: float) -> np.ndarray:
    """Return weights: 1 within the beat, 0 outside it and a smooth transition between."""
    time = (np.arange(n_times) - r_index) / fs
    rise = np.clip((time - _OUTER[0]) / (_INNER[0] - _OUTER[0]), 0, 1)
    fall = np.clip((_OUTER[1] - time) / (_OUTER[1] - _INNER[1]), 0, 1)
    return 0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall))
