"""The 84 kernels of MiniRocket, convolved in integers by adding shifted copies of the signal.

A kernel has nine weights, six of -1 and three of 2, spread out by a dilation. With S the sum of all
nine shifted copies of a signal, its output is three of them times 3, minus S: three additions,
two of which kernels share. Signals are 16-bit integers and beats lie side by side, (n_times,
n_beats), so that every addition and comparison runs over whole rows at the processor's full width.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

__all__ = ["KERNELS", "LIMIT", "choose_dilations", "convolve", "count_above", "n_padding"]

LENGTH = 9
KERNELS = tuple(combinations(range(LENGTH), 3))
"""Positions of the three weights of 2 in each kernel, in the order of `convolve`."""

LIMIT = (2**15 - 1) // (6 * 1 + 3 * 2)
"""Greatest absolute value of a signal at which no kernel's output leaves 16 bits."""

# Thresholds that are compared in one call: few enough for the result to stay in the cache.
_AT_ONCE = 4
_BYTE = 255


def choose_dilations(
    n_times: int, n_per_kernel: int, max_dilations: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return dilations, evenly spaced in their logarithm, and each one's number of features.

    Parameters
    ----------
    n_times : int
        Length of the signal; the longest kernel is no longer than that.
    n_per_kernel : int
        Number of features of a kernel, over all dilations.
    max_dilations : int
        Greatest number of dilations.

    Examples
    --------
    >>> dilations, n_each = choose_dilations(n_times=187, n_per_kernel=12, max_dilations=8)
    >>> dilations.tolist(), n_each.tolist()
    ([1, 2, 3, 6, 9, 14, 23], [3, 1, 2, 1, 2, 1, 2])
    """
    longest = max((n_times - 1) / (LENGTH - 1), 1)
    exponents = np.linspace(0, np.log2(longest), min(n_per_kernel, max_dilations))
    dilations, weights = np.unique(np.floor(2**exponents + 1e-9).astype(int), return_counts=True)
    shares = np.cumsum(weights) / weights.sum()
    n_each = np.diff(np.floor(shares * n_per_kernel + 1e-9).astype(int), prepend=0)
    return dilations[n_each > 0], n_each[n_each > 0]


def n_padding(dilation: int) -> int:
    """Return how many samples a kernel reaches beyond its middle on either side."""
    return dilation * (LENGTH // 2)


def convolve(
    signals: Sequence[np.ndarray], dilation: int, n_times: int, first_parity: int
) -> Iterator[np.ndarray]:
    """Yield the output of every kernel, in the order of `KERNELS`.

    Every second kernel also reaches into the padding, the others stay inside the beat.

    Parameters
    ----------
    signals : sequence of 7 ndarrays of shape (n_padded + n_times + n_padded, n_beats), int16
        The signal for the kernels whose first weight of 2 is at position 0, 1, ..., 6, with
        absolute values up to `LIMIT`. They may be the same array.
    dilation : int
        Distance between neighbouring weights, in samples.
    n_times : int
        Length of the beats without their padding.
    first_parity : int
        0 if the first kernel reaches into the padding, 1 if the second does.

    Yields
    ------
    ndarray of shape (n_valid, n_beats), int16
        Valid until the next output is requested.
    """
    inside = slice(n_padding(dilation), n_times - n_padding(dilation))
    whole = slice(0, n_times)
    out = np.empty((n_times, signals[0].shape[1]), dtype=np.int16)
    prepared: dict[int, tuple[np.ndarray, list[np.ndarray]]] = {}
    number = first_parity
    for i, signal in enumerate(signals):
        if id(signal) not in prepared:
            shifted = _shifted(signal, dilation, n_times)
            minus_sum = -sum(shifted[1:], start=shifted[0])
            prepared[id(signal)] = minus_sum, _shifted(3 * signal, dilation, n_times)
        # Intermediate sums may wrap around; as the final one fits, it comes out right.
        minus_sum, tripled = prepared[id(signal)]
        with_first = minus_sum + tripled[i]
        for j in range(i + 1, LENGTH - 1):
            with_second = with_first + tripled[j]
            for k in range(j + 1, LENGTH):
                rows = inside if number % 2 and inside.start < inside.stop else whole
                result = out[: rows.stop - rows.start]
                np.add(with_second[rows], tripled[k][rows], out=result)
                yield result
                number += 1


def count_above(
    convolved: np.ndarray, thresholds: np.ndarray, scratch: np.ndarray, counts: np.ndarray
) -> None:
    """Count for every beat how many samples are above each threshold.

    Parameters
    ----------
    convolved : ndarray of shape (n_times, n_beats), int16
        Output of a kernel; `n_beats` is a multiple of 8.
    thresholds : ndarray of shape (n_thresholds,), int16
        Thresholds.
    scratch : ndarray of bool
        Working memory, from `scratch_for`.
    counts : ndarray of shape (n_thresholds, n_beats), uint8 or uint16
        The result.
    """
    n_beats = convolved.shape[1]
    counts[:] = 0
    for top in range(0, len(convolved), _BYTE):
        rows = convolved[top : top + _BYTE]
        for start in range(0, len(thresholds), _AT_ONCE):
            some = thresholds[start : start + _AT_ONCE, np.newaxis, np.newaxis]
            above = scratch[: len(some) * rows.size].reshape(len(some), *rows.shape)
            np.greater(rows, some, out=above)
            # Eight beats' flags are added as one 64-bit number: 255 flags never overflow a byte.
            total = np.add.reduce(above.view(np.uint64), axis=1).view(np.uint8)
            counts[start : start + _AT_ONCE] += total.reshape(len(some), n_beats)


def scratch_for(n_times: int, n_beats: int) -> np.ndarray:
    """Return the working memory that `count_above` needs."""
    return np.empty(_AT_ONCE * min(n_times, _BYTE) * n_beats, dtype=bool)


def _shifted(signal: np.ndarray, dilation: int, n_times: int) -> list[np.ndarray]:
    """Return nine views of a padded signal, shifted so that row 0 is under weight 0, 1, ..."""
    first = (len(signal) - n_times) // 2 - n_padding(dilation)
    return [signal[first + k * dilation :][:n_times] for k in range(LENGTH)]
