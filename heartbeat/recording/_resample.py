"""Polyphase resampling, one lead and one block at a time."""

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import firwin, resample_poly

__all__ = ["bridge_gaps", "resample_leads"]

# About this many samples of a lead are resampled at a time.
_BLOCK = 1 << 20

# A matrix product spends most multiplications on zeros, but performs them much faster. It is used
# up to this ratio of multiplications, for units of at most this many new samples, so many at once.
_WORTH_A_PRODUCT, _LEAST_UNIT, _ROWS = 10, 16, 256

# Zero crossings of the anti-aliasing filter's sinc on either side, and the shape of its Kaiser
# window (stop band 50 dB down).
_HALF_WIDTH = 10
_KAISER_BETA = 5.0


def resample_leads(signal: np.ndarray, fs: float, new_fs: float, block: int = _BLOCK) -> np.ndarray:
    """Resample signals (n_samples, n_leads), float32, from `fs` to `new_fs` Hz; NaN stays NaN.

    Except for rounding, the result does not depend on `block`.
    """
    if not 1e-4 <= new_fs / fs <= 1e4:
        raise ValueError(
            f"cannot resample from {fs:g} Hz to {new_fs:g} Hz, because the ratio of the rates is "
            "too large or too small. Check both rates."
        )
    # Exact for rates with up to two decimals; other rates drift by less than 0.1 s per day.
    ratio = Fraction(new_fs / fs).limit_denominator(1_000_000)
    up, down = ratio.numerator, ratio.denominator
    n_new = -(-len(signal) * up // down)
    resampled = np.empty((signal.shape[1], n_new), dtype=np.float32)
    for lead, out in zip(signal.T, resampled, strict=True):
        _resample_lead(lead, out, up, down, max(1, block // down))
    return resampled.T


def _resample_lead(lead: np.ndarray, out: np.ndarray, up: int, down: int, n_units: int) -> None:
    """Fill `out` in units of `down` old and `up` new samples, `n_units` at a time."""
    missing = np.isnan(lead)
    if missing.all():
        out[:] = np.nan
        return
    if missing.any():
        lead = bridge_gaps(lead, missing)
    else:
        missing = None
    # Reach of the filter in old samples, rounded up to whole units.
    reach = _HALF_WIDTH * max(up, down) // up + 1
    margin = -(-reach // down) * down
    for start in range(0, len(lead), n_units * down):
        stop = start + n_units * down
        first, last = start - margin, min(stop, len(lead)) + margin
        # The first and the last sample are repeated beyond the ends.
        piece = lead[max(first, 0) : last]
        if first < 0 or last > len(lead):
            piece = np.pad(piece, (max(-first, 0), max(last - len(lead), 0)), mode="edge")
        fresh = _polyphase(piece, up, down)
        new_start = start // down * up
        new_stop = min(new_start + n_units * up, len(out))
        skip = margin // down * up
        out[new_start:new_stop] = fresh[skip : skip + new_stop - new_start]
        if missing is not None:
            below = np.arange(new_start, new_stop) * down // up
            above = -(-np.arange(new_start, new_stop) * down // up)
            gone = missing[below] | missing[np.minimum(above, len(lead) - 1)]
            out[new_start:new_stop][gone] = np.nan


def _polyphase(piece: np.ndarray, up: int, down: int) -> np.ndarray:
    """Resample a block of whole units, with zeros beyond its ends."""
    matrix, reach = _product(up, down)
    if matrix is None:
        return resample_poly(piece, up, down, window=_taps(up, down))
    n = -(-len(piece) // down)
    # Always full groups of rows: a product of fewer rows may round differently.
    n_rows = -(-n // _ROWS) * _ROWS
    padded = np.pad(piece, (reach, n_rows * down - len(piece) + reach))
    rows = sliding_window_view(padded, len(matrix))[::down]
    out = np.empty((n_rows, up), dtype=np.float32)
    for start in range(0, n_rows, _ROWS):
        some = slice(start, start + _ROWS)
        np.matmul(np.ascontiguousarray(rows[some]), matrix, out=out[some])
    return out[:n].reshape(-1)


def _taps(up: int, down: int) -> np.ndarray:
    longer = max(up, down)
    taps = firwin(2 * _HALF_WIDTH * longer + 1, 1 / longer, window=("kaiser", _KAISER_BETA))
    return taps.astype(np.float32)


@lru_cache(maxsize=16)
def _product(up: int, down: int) -> tuple[np.ndarray | None, int]:
    """Return the matrix that resamples a unit with margins, and the samples in each margin.

    None if the matrix product would be slower.
    """
    half = _HALF_WIDTH * max(up, down)
    reach = half // up + 1
    length = down + 2 * reach
    if up < _LEAST_UNIT or length > _WORTH_A_PRODUCT * 2 * half / up:
        return None, reach
    tap = half + np.arange(up) * down - (np.arange(length)[:, np.newaxis] - reach) * up
    inside = (tap >= 0) & (tap <= 2 * half)
    taps = _taps(up, down) * np.float32(up)
    return np.where(inside, taps[np.clip(tap, 0, 2 * half)], np.float32(0)), reach


def bridge_gaps(lead: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Return a copy of a lead with NaN replaced by straight lines, constant at the ends."""
    bridged = lead.copy()
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
    for start, stop in edges.reshape(-1, 2).tolist():
        left = lead[start - 1] if start else lead[stop]
        right = lead[stop] if stop < len(lead) else left
        bridged[start:stop] = np.linspace(left, right, stop - start + 2, dtype=lead.dtype)[1:-1]
    return bridged
