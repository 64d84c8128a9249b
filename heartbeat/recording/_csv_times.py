"""Compute the sampling rate from a time column."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["rate_of", "seconds_of"]

_DAY_S = 86_400.0
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d\d(?:[.,]\d+)?)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
# Unix times have ten digits in seconds; more digits mean a smaller unit.
_EPOCHS = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3))


def seconds_of(cells: pd.Series, scale: float, path: Path) -> np.ndarray:
    """Return times in seconds from times of day, ISO time stamps, numbers or Unix times.

    `scale` is the unit of numbers in seconds.
    """
    if cells.dtype.kind == "f":
        numbers = cells.to_numpy(dtype=np.float64)
        largest = np.nanmax(np.abs(numbers), initial=0.0)
        found = next((unit for least, unit in _EPOCHS if largest > least), None)
        # Subtract the first time: a Unix time leaves few digits for the distance of two samples.
        first = numbers[0] if len(numbers) and found else 0.0
        return (numbers - first) * (scale if found is None else found)
    cells = cells.str.strip(" []'\"")
    try:
        if _ISO.match(cells.iloc[0]):
            stamps = cells.str.replace(",", ".", regex=False)
            times = pd.to_datetime(stamps, format="ISO8601", utc=True)
            return (times - times.iloc[0]).dt.total_seconds().to_numpy()
        return _of_the_day(cells)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(
            f"the time column of {path} cannot be read as times: {error}. Write seconds, times of "
            f"day (12:30:00.004) or ISO time stamps (2024-05-01T12:30:00.004), or remove the "
            f"column and give fs."
        ) from error


def rate_of(seconds: np.ndarray, path: Path) -> float:
    """Return the sampling rate of evenly spaced times, which may have been rounded for printing."""
    n = len(seconds)
    span = seconds[-1] - seconds[0]
    if n < 2 or not 0 < span < np.inf:
        raise ValueError(
            f"the time column of {path} does not increase: it goes from {seconds[0]} s to "
            f"{seconds[-1]} s over {n} row(s). Remove it and give fs instead."
        )
    fs = (n - 1) / span
    off = np.abs((seconds - seconds[0]) * fs - np.arange(n))
    if not off.max() < 0.75:  # also true for NaN
        row = int(np.argmax(np.isnan(off) | (off >= 0.75)))
        raise ValueError(
            f"the time column of {path} is not evenly spaced: sample {row} is at {seconds[row]} s, "
            f"but at {fs:g} Hz it would be at {seconds[0] + row / fs:.6g} s. Fill gaps with rows "
            f"of empty cells, or remove the column and give fs."
        )
    # A single missing row hardly moves the other times off the line, so gaps are checked here.
    wide = np.flatnonzero(np.diff(seconds) * fs > 1.75)
    if wide.size:
        raise ValueError(
            f"the time column of {path} has a gap from {seconds[wide[0]]} s (sample {wide[0]}) to "
            f"{seconds[wide[0] + 1]} s, at a sampling rate of about {fs:g} Hz. Fill it with rows "
            f"of empty cells, or remove the column and give fs."
        )
    # Rounding in print changes the rate slightly: 360.0004 Hz is 360 Hz.
    return float(round(fs)) if abs(fs - round(fs)) * n < fs * 0.75 + 1e-9 else fs


def _of_the_day(cells: pd.Series) -> np.ndarray:
    """Return times of day in seconds, continuing after midnight; a date is not needed."""
    parts = cells.str.extract(_CLOCK)
    if parts[2].isna().any():
        row = int(np.argmax(parts[2].isna()))
        raise ValueError(f"row {row} of the samples has {cells.iloc[row]!r}")
    hours = parts[0].fillna("0").astype(np.float64)
    seconds = parts[2].str.replace(",", ".", regex=False).astype(np.float64)
    times = (hours * 3600 + parts[1].astype(np.float64) * 60 + seconds).to_numpy()
    midnights = np.cumsum(np.diff(times, prepend=times[0]) < -_DAY_S / 2)
    return times + midnights * _DAY_S
