"""RR intervals with their edges settled: what stands where no interval has been seen yet."""

from collections.abc import Callable

import numpy as np

__all__ = ["RR_UNKNOWN", "causal_rows", "intervals"]

RR_UNKNOWN = 0.8
"""Seconds (75 beats a minute) that stand for an interval where a recording has shown none."""

_SHORTEST = 0.02
"""Two annotations on one sample are nearer than any two beats; this keeps logarithms finite."""


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
    """Return one row a beat of `rows(intervals)`, where no beat may look ahead.

    The first beat has seen no interval: its row is the one that a lone interval of `RR_UNKNOWN`
    would give, and what the other beats see begins with the first real interval.
    """
    first = rows(np.full(1, RR_UNKNOWN))
    if len(times) < 2:
        return first[: len(times)]
    return np.concatenate([first, rows(np.maximum(np.diff(times), _SHORTEST))])
