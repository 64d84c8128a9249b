"""RR intervals between beats with no unreadable stretch between them."""

import numpy as np

__all__ = ["known_intervals"]


def known_intervals(
    beats: np.ndarray, readable: np.ndarray, unreadable: np.ndarray, fs: float
) -> np.ndarray:
    """Return RR intervals in seconds; NaN if a beat or the signal between them is unreadable.

    If an unreadable beat lies between two readable ones, their interval is not known, either.

    Parameters
    ----------
    beats : ndarray of shape (n_beats,)
        R peaks in samples.
    readable : ndarray of shape (n_beats,), dtype bool
        Whether each beat is readable.
    unreadable : ndarray of shape (n_stretches,)
        Starts of the unreadable stretches, in order.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray of shape (n_beats,), dtype float64

    Examples
    --------
    >>> beats, readable = np.array([100, 200, 300, 400]), np.array([True, True, True, True])
    >>> known_intervals(beats, readable, np.array([250]), fs=100.0)
    array([nan,  1., nan,  1.])
    """
    rr = np.full(len(beats), np.nan)
    rr[1:] = np.diff(beats) / fs
    known = readable.copy()
    known[1:] &= readable[:-1]
    after = np.searchsorted(unreadable, beats)
    known[1:] &= after[1:] == after[:-1]
    rr[~known] = np.nan
    return rr
