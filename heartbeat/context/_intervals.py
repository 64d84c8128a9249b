"""RR intervals, with substitutes where there is no interval yet."""

from collections.abc import Callable

import numpy as np

__all__ = ["RR_UNKNOWN", "causal_rows", "intervals"]

RR_UNKNOWN = 0.8
"""Substitute for an unknown RR interval in s, which corresponds to 75 beats per minute."""

_SHORTEST = 0.02
"""Shortest RR interval in s: two annotations on one sample would give infinite logarithms."""


def intervals(times: np.ndarray) -> np.ndarray:
    """Return the RR interval before each beat, in seconds.

    The first beat, which has none, gets the interval after it; a single beat gets `RR_UNKNOWN`.

    >>> intervals(np.array([1.0, 1.8, 2.7])).round(3)
    array([0.8, 0.8, 0.9])
    """
    if len(times) < 2:
        return np.full(len(times), RR_UNKNOWN)
    before = np.maximum(np.diff(times), _SHORTEST)
    return np.concatenate([before[:1], before])


def causal_rows(times: np.ndarray, rows: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return one row of `rows(intervals)` for each beat, computed from past intervals only.

    Before the first beat there is no interval: its row is that of a single interval of
    `RR_UNKNOWN`. The rows of the other beats use the real intervals only.
    """
    first = rows(np.full(1, RR_UNKNOWN))
    if len(times) < 2:
        return first[: len(times)]
    return np.concatenate([first, rows(np.maximum(np.diff(times), _SHORTEST))])
