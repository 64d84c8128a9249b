"""Alignment of QRS complexes."""

import numpy as np

from heartbeat._layout import n_samples, window

__all__ = ["align_to_mean", "best_lags", "shift_beats"]

# Seconds around R over which complexes are compared.
_QRS = (-0.1, 0.12)


def best_lags(
    beats: np.ndarray, references: np.ndarray, *, max_lag: float, fs: float, before: float
) -> np.ndarray:
    """Return by how many samples each beat lags behind its reference.

    The lag minimises the squared difference of the slopes around R, over all leads. Slopes are used
    so that the baseline has no effect. It is a whole number of samples, so that aligning a beat
    shifts it without resampling.

    Parameters
    ----------
    beats, references : ndarray of shape (n_beats, n_leads, n_times) or, of one reference for all, \
            (1, n_leads, n_times)
        Beats.
    max_lag : float
        Largest lag either way, in seconds.
    fs : float
        Sampling rate of the beats in Hz.
    before : float
        Time from the first sample of a beat to its R peak in s.

    Returns
    -------
    ndarray of shape (n_beats,), dtype intp
    """
    n_times = beats.shape[-1]
    largest = n_samples(max_lag, fs)
    slopes = np.diff(beats, axis=-1)
    qrs = window(*_QRS, n_samples(before, fs), fs, n_times - 1)
    # Lags that keep the compared window within the beat.
    lags = [
        lag
        for lag in sorted(range(-largest, largest + 1), key=abs)
        if qrs.start + lag >= 0 and qrs.stop + lag <= n_times - 1
    ]
    if qrs.start >= qrs.stop or len(lags) < 2:
        return np.zeros(len(beats), dtype=np.intp)
    wanted = np.diff(references, axis=-1)[..., qrs]
    misfit = np.empty((len(lags), len(beats)), dtype=beats.dtype)
    for i, lag in enumerate(lags):
        difference = slopes[..., qrs.start + lag : qrs.stop + lag] - wanted
        misfit[i] = np.einsum("blt,blt->b", difference, difference)
    # The first of equal minima is the smallest lag: flat beats stay where they are.
    return np.array(lags, dtype=np.intp)[misfit.argmin(axis=0)]


def shift_beats(beats: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Return the beats moved to the left by `lags` samples, outermost samples repeated."""
    n_times = beats.shape[-1]
    index = np.clip(np.arange(n_times) + lags.reshape(-1, 1), 0, n_times - 1)
    return np.take_along_axis(beats, index[:, None, :], axis=-1)


def align_to_mean(
    beats: np.ndarray, *, max_lag: float, fs: float, before: float, n_rounds: int = 2
) -> np.ndarray:
    """Return the beats moved so that their QRS complexes match their mean."""
    aligned = beats
    for _ in range(n_rounds):
        template = aligned.mean(axis=0, keepdims=True)
        lags = best_lags(beats, template, max_lag=max_lag, fs=fs, before=before)
        aligned = shift_beats(beats, lags)
    return aligned
