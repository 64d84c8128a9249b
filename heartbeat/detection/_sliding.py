"""Sums and extremes over sliding windows that do not depend on where the array begins.

A running sum would carry rounding errors from sample to sample, so that a part of a signal would
not give the same numbers as the whole. Here a window is composed of windows of half its length.
"""

import numpy as np

__all__ = ["sliding_extreme", "sliding_sum"]


def sliding_extreme(
    values: np.ndarray, width: int, extreme: np.ufunc = np.maximum, spacing: int = 1
) -> np.ndarray:
    """Return the extreme of `width` samples from each sample on, for windows inside the array.

    Parameters
    ----------
    values : ndarray of shape (..., n_samples)
        Samples, at least as many as a window spans.
    width : int
        Samples of a window.
    extreme : {numpy.maximum, numpy.minimum}
        Kind of the extreme.
    spacing : int, default=1
        Distance of the samples of a window.

    Returns
    -------
    ndarray of shape (..., n_samples - (width - 1) * spacing)
    """
    n_windows, size = values.shape[-1] - (width - 1) * spacing, 1
    while size * 2 <= width:
        values = extreme(values[..., : -size * spacing], values[..., size * spacing :])
        size *= 2
    last = (width - size) * spacing
    return extreme(values[..., :n_windows], values[..., last:]) if last else values


def sliding_sum(values: np.ndarray, width: int) -> np.ndarray:
    """Return the sum of ``values[..., i : i + width]`` for windows inside the array.

    Parameters
    ----------
    values : ndarray of shape (..., n_samples)
        At least `width` samples.
    width : int
        Samples of a window.

    Returns
    -------
    ndarray of shape (..., n_samples - width + 1)
    """
    n_windows = values.shape[-1] - width + 1
    total: np.ndarray | None = None
    offset, size = 0, 1
    while True:
        if width & size:
            part = values[..., offset : offset + n_windows]
            total = part.copy() if total is None else np.add(total, part, out=total)
            offset += size
        if total is not None and offset == width:
            return total
        values = values[..., :-size] + values[..., size:]
        size *= 2
