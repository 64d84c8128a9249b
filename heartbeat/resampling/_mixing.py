"""Making one beat of two."""

import numpy as np

from heartbeat._layout import BeatLayout, join, n_samples, window
from heartbeat.resampling._alignment import best_lags, shift_beats

__all__ = ["mix_beats"]

# Seconds relative to R between which a beat is itself: within the inner pair wholly, outside the
# outer pair not at all. The next beat of a fast rhythm begins there, and P belongs to the rhythm.
_OUTER, _INNER = (-0.20, 0.40), (-0.12, 0.30)
# Where the line is isoelectric, just before the QRS complex.
_LEVEL = (-0.14, -0.10)


def mix_beats(
    layout: BeatLayout,
    first: np.ndarray,
    second: np.ndarray,
    shares: np.ndarray,
    *,
    surroundings: str,
    max_lag: float | None,
    fs: float,
    before: float,
) -> np.ndarray:
    """Return rows that are `shares` parts of the first beats, the rest of the second.

    Parameters
    ----------
    layout : BeatLayout
        Of both tables.
    first, second : ndarray of shape (n_beats, n_features)
        Beats.
    shares : ndarray of shape (n_beats,)
        Shares of the first.
    surroundings : {"kept", "mixed"}
        ``"kept"``: QRS, ST and T are mixed, everything before and after, and the context, stay
        those of the first beat. Two rhythms mixed would leave half-sized ghosts of both their
        neighbouring beats. ``"mixed"``: all columns are mixed.
    max_lag : float or None
        The second beat is moved by at most so many seconds to match the QRS complex of the first;
        None leaves it where it is.
    fs, before : float
        Sampling rate in Hz; seconds from the first sample to R.
    """
    waveforms, context = layout.split(first)
    others, other_context = layout.split(second)
    if max_lag is not None:
        lags = best_lags(others, waveforms, max_lag=max_lag, fs=fs, before=before)
        others = shift_beats(others, lags)
    given = (1 - shares).astype(first.dtype)[:, None]
    difference = others - waveforms
    if surroundings == "mixed":
        return join(
            waveforms + given[..., None] * difference, context + given * (other_context - context)
        )
    r_index = n_samples(before, fs)
    level = window(*_LEVEL, r_index, fs, layout.n_times)
    if level.start < level.stop:
        difference = difference - difference[..., level].mean(axis=-1, keepdims=True)
    weight = _weight(layout.n_times, r_index, fs).astype(first.dtype)
    return join(waveforms + given[..., None] * weight * difference, context)


def _weight(n_times: int, r_index: int, fs: float) -> np.ndarray:
    """Return 1 within the beat, 0 outside it and a smooth slope between."""
    time = (np.arange(n_times) - r_index) / fs
    rise = np.clip((time - _OUTER[0]) / (_INNER[0] - _OUTER[0]), 0, 1)
    fall = np.clip((_OUTER[1] - time) / (_OUTER[1] - _INNER[1]), 0, 1)
    return 0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall))
