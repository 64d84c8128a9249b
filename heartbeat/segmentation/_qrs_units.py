"""Beats in units of the recording's own QRS complexes, independent of gain and polarity.

The voltage of a lead depends on the position of the electrodes, on the amplifier, and on the
polarity of its wires. Dividing by the size of the neighbouring QRS complexes, and inverting the
lead so that they point up, removes these differences. Each value depends on a bounded number of
neighbouring beats only, so that a recording that is read block by block gives the same beats.
"""

import numpy as np
from scipy.signal import firwin, oaconvolve

from heartbeat._layout import window
from heartbeat.context._windows import window_median

__all__ = ["BAND", "FILTER_REACH", "QRS_UNITS", "SCALINGS", "in_band", "qrs_peaks", "qrs_units"]

QRS_UNITS = {"qrs": (-50, 50), "qrs_causal": (-50, 0)}
"""For each scaling, the beats, relative to a beat, whose QRS complexes are its unit."""

SCALINGS = (None, *QRS_UNITS)

BAND = (0.5, 40.0)
"""Pass band in Hz: baseline wander lies below it, mains interference above."""

FILTER_REACH = 1.0
"""A filtered sample depends on this many seconds on either side."""

# Band of QRS complexes in Hz, and largest distance (s) of a mark from its peak.
_QRS_BAND = (5.0, 30.0)
_QRS_REACH = 0.25
_MARK_WITHIN = 0.1

_QRS_PART = (-0.1, 0.12)


def in_band(signal: np.ndarray, fs: float) -> np.ndarray:
    """Filter leads to `BAND` with zero phase.

    Parameters
    ----------
    signal : ndarray of shape (n_leads, n_samples), dtype float32
        Finite.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray of shape (n_leads, n_samples), dtype float32
    """
    return _filtered(signal, fs, BAND, FILTER_REACH)


def qrs_peaks(signal: np.ndarray, r: np.ndarray, fs: float) -> np.ndarray:
    """Move marks to the largest deflection of the QRS complex, up or down, within 0.1 s.

    Databases mark R peaks by different rules, some of them 17 ms before the peak. Without this
    correction, beats of one database would be shifted relative to those of another.

    Parameters
    ----------
    signal : ndarray of shape (n_leads, n_samples), dtype float32
        Finite. With several leads, their root mean square is searched.
    r : ndarray of shape (n_beats,), dtype int64
        Marks, in samples.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray of shape (n_beats,), dtype int64
        In the order of `r`; not decreasing if `r` is not.
    """
    if not len(r):
        return r
    size = np.square(_filtered(signal, fs, _QRS_BAND, _QRS_REACH)).sum(axis=0)
    reach = round(_MARK_WITHIN * fs)
    around = np.clip(r[:, np.newaxis] + np.arange(-reach, reach + 1), 0, len(size) - 1)
    peaks = around[np.arange(len(r)), size[around].argmax(axis=1)]
    # The marks of one complex, or of two adjacent ones, stay in order.
    return np.maximum.accumulate(peaks)


def qrs_units(waveforms: np.ndarray, fs: float, r_index: int, scaling: str) -> np.ndarray:
    """Return the unit of each beat and lead: the signed height of nearby QRS complexes.

    Parameters
    ----------
    waveforms : ndarray of shape (n_beats, n_leads, n_times)
        Beats in order of time, from 0.3 s before R to 0.5 s after it.
    fs : float
        Their sampling rate in Hz.
    r_index : int
        Index of R.
    scaling : {"qrs", "qrs_causal"}
        Whether later beats are used; see `QRS_UNITS`.

    Returns
    -------
    ndarray of shape (n_beats, n_leads), dtype float32
        Median peak-to-peak height of the QRS complexes around, negative if most of them point down;
        never 0. A beat divided by it does not depend on gain and sign of the lead.
    """
    n_beats, n_leads, n_times = waveforms.shape
    units = np.ones((n_beats, n_leads), dtype=np.float32)
    if not n_beats:
        return units
    qrs = waveforms[:, :, window(*_QRS_PART, r_index, fs, n_times)]
    # Sorting short rows is many times faster than `np.median`.
    ordered = np.sort(waveforms, axis=2)
    level = (ordered[:, :, (n_times - 1) // 2] + ordered[:, :, n_times // 2]) / 2
    up, down = qrs.max(axis=2) - level, level - qrs.min(axis=2)
    height = up + down
    polarity = (up - down) / np.where(height > 0, height, 1)
    for lead in range(n_leads):
        size = window_median(height[:, lead], *QRS_UNITS[scaling])
        sign = np.where(window_median(polarity[:, lead], *QRS_UNITS[scaling]) < 0, -1, 1)
        units[:, lead] = np.where(size > 0, sign * size, 1)
    return units


def _filtered(signal: np.ndarray, fs: float, band: tuple[float, float], reach: float) -> np.ndarray:
    low, high = band
    n_taps = 2 * round(reach * fs) + 1
    if high < 0.45 * fs:
        taps = firwin(n_taps, band, pass_zero=False, fs=fs)
    else:
        taps = firwin(n_taps, low, pass_zero=False, fs=fs)
    # Without this, a few percent of a constant would pass, because the filter is short.
    shape = np.hamming(n_taps)
    taps = (taps - shape * (taps.sum() / shape.sum())).astype(np.float32)
    # A large offset would leave too few digits for the ECG in float32.
    level = np.median(signal, axis=1, keepdims=True)
    half = n_taps // 2
    padded = np.pad(signal - level, ((0, 0), (half, half)), mode="edge")
    return oaconvolve(padded, taps[np.newaxis], mode="valid", axes=1).astype(np.float32)
