"""Polyphase resampling, a lead and a block at a time."""

from fractions import Fraction

import numpy as np
from scipy.signal import firwin, resample_poly

__all__ = ["bridge_gaps", "resample_leads"]

# About this many samples of a lead are resampled at once.
_BLOCK = 1 << 20

# Zero crossings of the anti-aliasing filter's sinc on either side, and its Kaiser window's shape
# (stop band 50 dB down).
_HALF_WIDTH = 10
_KAISER_BETA = 5.0


def resample_leads(signal: np.ndarray, fs: float, new_fs: float, block: int = _BLOCK) -> np.ndarray:
    """Resample signals (n_samples, n_leads), float32, from `fs` to `new_fs` Hz; NaN stays NaN.

    The result does not depend on `block`.
    """
    if not 1e-4 <= new_fs / fs <= 1e4:
        raise ValueError(f"cannot resample from {fs:g} Hz to {new_fs:g} Hz: the ratio is extreme.")
    # Exact for rates with up to two decimals; for any other it drifts less than 0.1 s a day.
    ratio = Fraction(new_fs / fs).limit_denominator(1_000_000)
    up, down = ratio.numerator, ratio.denominator
    n_new = -(-len(signal) * up // down)
    longer = max(up, down)
    taps = firwin(2 * _HALF_WIDTH * longer + 1, 1 / longer, window=("kaiser", _KAISER_BETA))
    taps = taps.astype(np.float32)
    resampled = np.empty((signal.shape[1], n_new), dtype=np.float32)
    for lead, out in zip(signal.T, resampled, strict=True):
        _resample_lead(lead, out, up, down, taps, max(1, block // down))
    return resampled.T


def _resample_lead(
    lead: np.ndarray, out: np.ndarray, up: int, down: int, taps: np.ndarray, n_units: int
) -> None:
    """Fill `out`, `n_units` units of `down` old and `up` new samples at a time."""
    missing = np.isnan(lead)
    if missing.all():
        out[:] = np.nan
        return
    if missing.any():
        lead = bridge_gaps(lead, missing)
    else:
        missing = None
    # As far as the filter reaches, in old samples, rounded up to whole units.
    reach = _HALF_WIDTH * max(up, down) // up + 1
    margin = -(-reach // down) * down
    for start in range(0, len(lead), n_units * down):
        stop = start + n_units * down
        first, last = start - margin, min(stop, len(lead)) + margin
        # Beyond the ends the first and the last sample go on.
        piece = lead[max(first, 0) : last]
        if first < 0 or last > len(lead):
            piece = np.pad(piece, (max(-first, 0), max(last - len(lead), 0)), mode="edge")
        fresh = resample_poly(piece, up, down, window=taps)
        new_start = start // down * up
        new_stop = min(new_start + n_units * up, len(out))
        skip = margin // down * up
        out[new_start:new_stop] = fresh[skip : skip + new_stop - new_start]
        if missing is not None:
            below = np.arange(new_start, new_stop) * down // up
            above = -(-np.arange(new_start, new_stop) * down // up)
            gone = missing[below] | missing[np.minimum(above, len(lead) - 1)]
            out[new_start:new_stop][gone] = np.nan


def bridge_gaps(lead: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Return a copy of a lead with its NaNs replaced by straight lines, level at the ends."""
    bridged = lead.copy()
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
    for start, stop in edges.reshape(-1, 2).tolist():
        left = lead[start - 1] if start else lead[stop]
        right = lead[stop] if stop < len(lead) else left
        bridged[start:stop] = np.linspace(left, right, stop - start + 2, dtype=lead.dtype)[1:-1]
    return bridged
