"""Check that the sampling rate, unit and polarity of a lead are plausible."""

import numpy as np
from scipy.ndimage import uniform_filter1d

__all__ = ["polarity_note", "qrs_width", "rate_note", "unit_note"]

# Width of the QRS (s) times the RR interval (s), as natural logarithms. Of the 87 records of mitdb
# and svdb and every fourth of LUDB, one in a hundred lies outside.
_PRODUCT = (-3.45, -1.75)
_FEWEST_BEATS = 10

# Height of QRS complexes in mV, peak to peak, that a lead in mV may have.
_HEIGHT_MV = (0.05, 20.0)


def qrs_width(signal: np.ndarray, fs: float, beats: np.ndarray) -> float:
    """Return the median width of the QRS complexes in seconds; NaN where there are too few.

    The time within a quarter of a second of R in which the slope is above 30 % of its largest.
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
    """Say so if width of the QRS and heart rate together tell of a wrong sampling rate.

    At twice the true rate both the complexes and the intervals last half as long.
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
        f"QRS complexes last {1000 * width:.0f} ms at {60 / rr:.0f} beats per minute: the sampling "
        f"rate given in the recording, {stated_fs:g} Hz, may be {direction} than the true one, in "
        f"which case the labels are not reliable"
    )


def unit_note(signal: np.ndarray, fs: float, beats: np.ndarray) -> tuple[float, str | None]:
    """Return what to multiply a lead by so that it is plausibly in mV, and what to say of it."""
    height = _qrs_heights(signal, fs, beats)
    if not len(height):
        return 1.0, None
    median = float(np.median(height))
    if _HEIGHT_MV[0] <= median <= _HEIGHT_MV[1]:
        return 1.0, None
    for unit, factor in (("volts", 1e3), ("microvolts", 1e-3)):
        if 0.2 <= median * factor <= 5:
            return factor, (
                f"the amplitude of the QRS complexes, {median:.3g}, is not plausible in mV: the "
                f"lead was taken for {unit}"
            )
    return 1.0 / median, (
        f"the amplitude of the QRS complexes, {median:.3g}, is not plausible in mV, V or uV: they "
        f"were scaled so that they are 1 mV high, and classes that depend on amplitude are less "
        f"reliable"
    )


def polarity_note(signal: np.ndarray, fs: float, beats: np.ndarray, lead: str) -> str | None:
    """Say so if the QRS complexes of a lead that should be upright point down."""
    up, down = _extremes(signal, fs, beats)
    if not len(up) or np.median(up - down) >= 0 or np.median(down) < 2 * np.median(up):
        return None
    return (
        f"QRS complexes of lead {lead} point down: if the lead is inverted, these weights, which "
        f"were trained on upright complexes, label it badly; use weights for any lead"
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
