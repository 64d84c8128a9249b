"""Statistics over the neighbours of every beat, with shorter windows at the ends."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

__all__ = ["bounds", "window_mean", "window_median", "window_quantiles"]


_BLOCK = 512
"""Number of windows that are sorted at a time."""


def bounds(n: int, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last index of the window ``i + first ... i + last`` of every i.

    Windows are cut off at both ends. One that lies wholly outside becomes the position at that
    end, so that every window holds at least one value.

    >>> bounds(4, -2, -1)
    (array([0, 0, 0, 1]), array([0, 0, 1, 2]))
    """
    i = np.arange(n)
    return np.clip(i + first, 0, n - 1), np.clip(i + last, 0, n - 1)


def window_mean(values: np.ndarray, first: int, last: int) -> np.ndarray:
    """Return the mean of ``values[i + first : i + last + 1]`` for every i.

    >>> window_mean(np.array([1.0, 3.0, 5.0]), -1, 0)
    array([1., 2., 4.])
    """
    start, stop = bounds(len(values), first, last)
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return (total[stop + 1] - total[start]) / (stop + 1 - start)


def window_quantiles(
    values: np.ndarray, first: int, last: int, quantiles: tuple[float, ...]
) -> np.ndarray:
    """Return quantiles of ``values[i + first : i + last + 1]`` for every i, interpolated.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Finite numbers.
    first, last : int
        The window relative to i, both ends included.
    quantiles : tuple of float
        Between 0 and 1.

    Returns
    -------
    ndarray of shape (n, len(quantiles))

    Examples
    --------
    >>> window_quantiles(np.array([1.0, 9.0, 2.0]), -1, 1, (0.5,)).ravel()
    array([5. , 2. , 5.5])
    """
    n = len(values)
    start, stop = bounds(n, first, last)
    width = last - first + 1
    # Rows that stick out at an end are filled with infinity, which sorts behind the real values.
    before, after = np.full(max(-first, 0), np.inf), np.full(max(last, 0), np.inf)
    windows = sliding_window_view(np.concatenate([before, values, after]), width)
    windows = windows[max(first, 0) :][:n]
    outside = (np.arange(n) + first > n - 1) | (np.arange(n) + last < 0)
    found = np.empty((n, len(quantiles)))
    # Windows overlap: all at once would take `width` times the memory of the series.
    for begin in range(0, n, _BLOCK):
        block = slice(begin, begin + _BLOCK)
        rows = np.sort(windows[block], axis=1)
        rows[outside[block], 0] = values[start[block][outside[block]]]
        last_place = (stop - start)[block, None]
        position = last_place * np.asarray(quantiles, dtype=np.float64)
        low = np.floor(position).astype(np.intp)
        below = np.take_along_axis(rows, low, axis=1)
        above = np.take_along_axis(rows, np.minimum(low + 1, last_place), axis=1)
        found[block] = below + (position - low) * (above - below)
    return found


def window_median(values: np.ndarray, first: int, last: int) -> np.ndarray:
    """Return the median of ``values[i + first : i + last + 1]`` for every i.

    >>> window_median(np.array([1.0, 9.0, 2.0, 4.0]), -3, -1)
    array([1., 1., 5., 2.])
    """
    return window_quantiles(values, first, last, (0.5,))[:, 0]
