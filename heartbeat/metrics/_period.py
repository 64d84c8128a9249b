"""The part of a recording that is scored."""

import math
import warnings
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from heartbeat._shown import shown

__all__ = ["in_test_period"]


def in_test_period(
    sample: ArrayLike, *, fs: float, start: float = 300.0, stop: float | None = None
) -> np.ndarray:
    """Tell for each beat whether it lies in the part of its recording that is scored.

    ANSI/AAMI EC57 leaves the first five minutes out, for the algorithm to learn; most papers on
    DS1/DS2 score the whole 30 minutes. Both are legitimate, and differ: say which.

    Parameters
    ----------
    sample : array-like of int, shape (n_beats,)
        Position of each beat in its recording, in samples, as ``beats.sample`` of the loaders.
    fs : float
        Sampling rate of these positions, in Hz; that of the recordings (360 for mitdb), not of the
        beats cut from them.
    start, stop : float, default=300.0 and None
        Begin and end of the period, in s from the recording's start; both belong to it. None: to
        the end. The same rule as for the reference beats of `compare_beats`.

    Returns
    -------
    ndarray of bool, shape (n_beats,)

    Examples
    --------
    >>> in_test_period([100, 107_999, 108_000], fs=360)
    array([False, False,  True])
    """
    first, last = period_in_samples(fs, start, stop)
    at = np.asarray(sample)
    return (at >= first) & (at <= last)


def period_in_samples(fs: float, start: float, stop: float | None) -> tuple[int, int]:
    """Return the first and last sample of the period, or raise an error if it is not valid."""
    if not (is_number(fs) and fs > 0):
        raise ValueError(f"fs must be a positive number of Hz, got {shown(fs)}.")
    if not (is_number(start) and start >= 0):
        raise ValueError(f"start must be a number of seconds >= 0, got {shown(start)}.")
    if stop is not None and not is_number(stop):
        raise ValueError(f"stop must be None or a number of seconds, got {shown(stop)}.")
    if stop is not None and not stop > start:
        raise ValueError(f"stop={shown(stop)} s must be greater than start={shown(start)} s.")
    last = np.iinfo(np.int64).max - 1 if stop is None else to_samples(stop, fs)
    return to_samples(start, fs), last


def check_limits(
    fs: float, window: float, start: float, stop: float | None
) -> tuple[int, int, int]:
    """Return window, first and end of the comparison in samples."""
    if not (is_number(window) and window >= 0):
        raise ValueError(f"window must be a number of seconds >= 0, got {shown(window)}.")
    first, last = period_in_samples(fs, start, stop)
    return to_samples(window, fs), first, last + 1


def warn_if_nothing_lies_in(
    sides: Sequence[np.ndarray], first: int, end: int, start: float
) -> None:
    """Warn if there is no beat of either side from `first` to before `end`."""
    too_early = start > 0 and any(len(beats) for beats in sides)
    if too_early and not any(((beats >= first) & (beats < end)).any() for beats in sides):
        warnings.warn(
            f"there is no beat of either side in the compared period, from {start:g} s on. EC57 "
            "ignores the first five minutes. Set start=0 to compare the whole recording.",
            stacklevel=3,
        )


def to_samples(seconds: float, fs: float) -> int:
    """Round a time to whole samples, halves up."""
    return int(np.floor(seconds * fs + 0.5))


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number."""
    return isinstance(value, Real) and math.isfinite(value)
