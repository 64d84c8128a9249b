"""Check that the sampling rate, unit and polarity of a lead are plausible."""

import numpy as np
from scipy.ndimage import uniform_filter1d

__all__ = ["polarity_note", "qrs_width", "rate_note", "unit_note"]

# Natural logarithm of QRS width (s) times RR interval (s). One in a hundred records of mitdb, svdb
# and a quarter of LUDB lies outside.
_PRODUCT = (-3.45, -1.75)
_FEWEST_BEATS = 10

# Plausible peak-to-peak height of QRS complexes in mV.
_HEIGHT_MV = (0.05, 20.0)


def qrs_width(signal: np.ndarray, fs: float, beats: np.ndarray) -> float:
    """Return the median width of the QRS complexes in seconds; NaN if there are too few beats.

    The width is the time within 0.25 s of R in which the slope exceeds 30 % of its maximum.
    """
    half = round(0.25 * fs)
    inside = beats[(beats >= half) & (beats < len(signal) - half)]
    if len(inside) < _FEWEST_BEATS:
        return float("nan")
    slope = uniform_filter1d(np.abs(np.gradient(signal)), max(1, round(0.03 * fs)))
    around = slope[inside[:, np.newaxis] + np.arange(-half, half + 1)]
    steep = around > 0.3 * around.max(axis=1, keepdims=True)
    return float(np.median(steep.sum(axis=1)) / fs)


def rate_note(signal: np.ndarray, fs: float, beats: np.ndarray, stated_fs: float) -> str | None:
    """Return a note if QRS width and heart rate together suggest a wrong sampling rate.

    If the rate is given twice too high, both QRS complexes and intervals seem half as long.
    """
    width = qrs_width(signal, fs, beats)
    if np.isnan(width):
        return None
    rr = float(np.median(np.diff(beats)) / fs)
    product = np.log(width * rr)
    if _PRODUCT[0] <= product <= _PRODUCT[1]:
        return None
    direction = "higher" if product < _PRODUCT[0] else "lower"
    return (
        f"QRS complexes last {1000 * width:.0f} ms at {60 / rr:.0f} beats per minute. The sampling "
        f"rate given in the recording, {stated_fs:g} Hz, may be {direction} than the true one, in "
        f"which case the labels are not reliable"
    )


def unit_note(signal: np.ndarray, fs: float, beats: np.ndarray) -> tuple[float, str | None]:
    """Return a factor that makes a lead plausible in mV, and a note if it is not 1."""
    height = _qrs_heights(signal, fs, beats)
    if not len(height):
        return 1.0, None
    median = float(np.median(height))
    if _HEIGHT_MV[0] <= median <= _HEIGHT_MV[1]:
        return 1.0, None
    for unit, factor in (("volts", 1e3), ("microvolts", 1e-3)):
        if 0.2 <= median * factor <= 5:
            return factor, (
                f"the amplitude of the QRS complexes, {median:.3g}, is not plausible in mV, so "
                f"that the lead was treated as {unit}"
            )
    return 1.0 / median, (
        f"the amplitude of the QRS complexes, {median:.3g}, is not plausible in mV, V or uV. They "
        f"were scaled to a height of 1 mV, and classes that depend on amplitude are less reliable"
    )


def polarity_note(signal: np.ndarray, fs: float, beats: np.ndarray, lead: str) -> str | None:
    """Return a note if the QRS complexes of a lead that should be upright point down."""
    up, down = _extremes(signal, fs, beats)
    if not len(up) or np.median(up - down) >= 0 or np.median(down) < 2 * np.median(up):
        return None
    return (
        f"QRS complexes of lead {lead} point down. If the lead is inverted, these weights, which "
        f"were trained on upright complexes, label it badly. Use weights for any lead instead"
    )


def _qrs_heights(signal: np.ndarray, fs: float, beats: np.ndarray) -> np.ndarray:
    up, down = _extremes(signal, fs, beats)
    return up + down


def _extremes(signal: np.ndarray, fs: float, beats: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = round(0.1 * fs)
    wide = round(0.3 * fs)
    inside = beats[(beats >= wide) & (beats < len(signal) - wide)]
    around = signal[inside[:, np.newaxis] + np.arange(-wide, wide + 1)]
    if not len(inside):
        return np.empty(0), np.empty(0)
    level = np.median(around, axis=1)
    qrs = around[:, wide - half : wide + half + 1]
    return qrs.max(axis=1) - level, level - qrs.min(axis=1)
