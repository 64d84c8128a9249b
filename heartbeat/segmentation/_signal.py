"""Prepare the signal for segmentation: bridge gaps and extract stretches."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

__all__ = ["bridge_gaps", "cut", "invalid_share", "resample_linear"]


def bridge_gaps(signal: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Replace invalid samples by a straight line between their valid neighbours.

    Parameters
    ----------
    signal : ndarray of shape (n_leads, n_samples)
        NaN marks invalid samples.

    Returns
    -------
    signal : ndarray of shape (n_leads, n_samples)
        Finite. At the ends the nearest valid sample is repeated; a lead without any is 0.
    invalid : ndarray of shape (n_leads, n_samples), dtype bool, or None
        Whether each sample was replaced; None if none was.
    """
    invalid = np.isnan(signal)
    if not invalid.any():
        return signal, None
    signal = signal.copy()
    position = np.arange(signal.shape[1])
    for lead, gaps in zip(signal, invalid, strict=True):
        if gaps.all():
            lead[:] = 0
        elif gaps.any():
            lead[gaps] = np.interp(position[gaps], position[~gaps], lead[~gaps])
    return signal, invalid


def resample_linear(signal: np.ndarray, fs: float, to: float) -> np.ndarray:
    """Resample (n_leads, n_samples) by linear interpolation."""
    n = int(np.floor((signal.shape[1] - 1) * to / fs)) + 1
    position = np.arange(n) * (fs / to)
    known = np.arange(signal.shape[1])
    return np.stack([np.interp(position, known, lead).astype(np.float32) for lead in signal])


def cut(signal: np.ndarray, start: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut stretches of equal length out of a signal.

    Parameters
    ----------
    signal : ndarray of shape (n_leads, n_samples)
        The signal.
    start : ndarray of shape (n_beats,), dtype int
        First sample of each stretch; may be negative.
    length : int
        Samples per stretch.

    Returns
    -------
    stretches : ndarray of shape (n_beats, n_leads, length)
        Outside the signal, its first or last sample is repeated.
    complete : ndarray of shape (n_beats,), dtype bool
        Whether the stretch lies inside the signal.
    """
    n_leads, n = signal.shape
    complete = (start >= 0) & (start + length <= n)
    stretches = np.empty((len(start), n_leads, length), dtype=signal.dtype)
    if complete.any():
        windows = sliding_window_view(signal, length, axis=1)
        for i in range(n_leads):
            stretches[complete, i] = windows[i, start[complete]]
    outer = np.clip(start[~complete, None] + np.arange(length), 0, n - 1)
    stretches[~complete] = signal[:, outer].swapaxes(0, 1)
    return stretches, complete


def invalid_share(invalid: np.ndarray | None, first: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Return the share of ``first <= sample < stop`` that is invalid, over all leads."""
    if invalid is None:
        return np.zeros(len(first), dtype=np.float32)
    total = np.concatenate([[0.0], np.cumsum(invalid.mean(axis=0))])
    first, stop = (np.clip(edge, 0, invalid.shape[1]) for edge in (first, stop))
    return ((total[stop] - total[first]) / np.maximum(stop - first, 1)).astype(np.float32)
