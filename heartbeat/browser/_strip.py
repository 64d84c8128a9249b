"""ECG strips as SVG, to scale (25 mm/s and 10 mm/mV)."""

from collections.abc import Sequence

import numpy as np

from heartbeat.metrics._plotting import CLASS_COLORS

__all__ = ["PAPER_DEFS", "STRIP_S", "clock", "signal_path", "strip_svg"]

STRIP_S = 7.0
"""Seconds per strip that fit between the margins of an A4 page."""

_MM_PER_S, _MM_PER_MV = 25.0, 10.0
_UNITS = 20
"""Units per millimetre of the curve, finer than the line of any printer."""
_TOP_MM = 7.0
_FEWEST_MV, _MOST_MV = 1.5, 5.0

PAPER_DEFS = (
    '<svg class="defs" width="0" height="0" aria-hidden="true"><defs>'
    '<pattern id="paper" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="5" fill="#FFFBF7"/>'
    '<path d="M1 0V5M2 0V5M3 0V5M4 0V5M0 1H5M0 2H5M0 3H5M0 4H5" stroke="#F6DCD3" '
    'stroke-width=".1"/><path d="M0 0H5M0 0V5" stroke="#E8B5A5" stroke-width=".3"/>'
    "</pattern></defs></svg>"
)
"""The 1 mm and 5 mm grid of the strips, included once per page."""


def strip_svg(
    signal: np.ndarray,
    fs: float,
    start: float,
    beats: Sequence[tuple[float, str]] = (),
    unreadable: Sequence[tuple[float, float]] = (),
) -> str:
    """Draw part of a lead on ECG paper.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
        In mV, NaN where invalid.
    fs : float
        Sampling rate in Hz.
    start : float
        Seconds of the recording at the first sample.
    beats : sequence of (float, str)
        Seconds and AAMI class (``""`` unreadable) of the beats on it.
    unreadable : sequence of (float, float)
        Start and stop of unreadable stretches, in seconds of the recording.
    """
    width = len(signal) / fs * _MM_PER_S
    low, high = _limits(signal)
    height = (high - low) * _MM_PER_MV + _TOP_MM
    seconds = len(signal) / fs
    kinds = ", ".join(letter or "unreadable" for _, letter in beats)
    parts = [
        f'<svg class="strip" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'style="width:{width:g}mm" preserveAspectRatio="xMinYMin">',
        f"<title>{seconds:.1f} s of ECG from {clock(start)}; beats: {kinds or 'none'}</title>",
        f'<rect width="{width:g}" height="{height:g}" fill="url(#paper)"/>',
    ]
    for first, last in unreadable:
        a = float(np.clip((first - start) * _MM_PER_S, 0, width))
        b = float(np.clip((last - start) * _MM_PER_S, 0, width))
        if b > a:
            parts.append(
                f'<rect x="{a:.2f}" width="{b - a:.2f}" height="{height:g}" fill="#888" '
                f'fill-opacity=".25"/>'
            )
    path = signal_path(signal, fs, high)
    parts.append(
        f'<path transform="translate(0 {_TOP_MM:g}) scale({1 / _UNITS:g})" d="{path}" fill="none" '
        f'stroke="#111" stroke-width="{0.25 * _UNITS:g}" stroke-linejoin="round"/>'
    )
    for second, letter in beats:
        x = (second - start) * _MM_PER_S
        color = CLASS_COLORS.get(letter, "#666")
        weight = "400" if letter == "N" else "700"
        parts.append(
            f'<path d="M{x:.2f} 4.6v1.6" stroke="{color}" stroke-width=".3"/>'
            f'<text x="{x:.2f}" y="4.1" fill="{color}" font-weight="{weight}">'
            f"{letter or '–'}</text>"
        )
    return "".join(parts) + "</svg>"


def signal_path(signal: np.ndarray, fs: float, high: float) -> str:
    """Return the curve as an SVG path in twentieths of a millimetre, 0 at `high` mV.

    Relative integer steps keep a strip below 15 kB. If there are more than four samples in a fifth
    of a millimetre, only their minimum and maximum are kept.
    """
    x = np.arange(len(signal)) / fs * _MM_PER_S * _UNITS
    signal, x = _reduced(np.asarray(signal, dtype=float), x)
    x, y = np.rint(x), np.rint((high - signal) * _MM_PER_MV * _UNITS)
    finite = np.isfinite(y)
    edges = np.flatnonzero(np.diff(finite, prepend=False, append=False)).reshape(-1, 2)
    pieces = []
    for first, last in edges:
        steps = np.diff([x[first:last], y[first:last]]).T.astype(int).tolist()
        line = "l" + " ".join(f"{dx} {dy}" for dx, dy in steps) if steps else "h1"
        pieces.append(f"M{x[first]:.0f} {y[first]:.0f}{line}")
    return "".join(pieces)


def _reduced(signal: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    per_column = int(_UNITS / 5 / (x[1] - x[0])) if len(x) > 1 else 1
    if per_column <= 4:
        return signal, x
    n = len(signal) // per_column * per_column
    columns = signal[:n].reshape(-1, per_column)
    filled = np.where(np.isfinite(columns), columns, np.inf)
    lowest = filled.argmin(axis=1)
    highest = np.where(np.isfinite(columns), columns, -np.inf).argmax(axis=1)
    both = np.sort(np.stack([lowest, highest], axis=1), axis=1)
    kept = (both + np.arange(0, n, per_column)[:, np.newaxis]).ravel()
    return signal[kept], x[kept]


def _limits(signal: np.ndarray) -> tuple[float, float]:
    """Return a range around the signal in half millivolts, at most `_MOST_MV` wide."""
    finite = signal[np.isfinite(signal)]
    if not len(finite):
        return -_FEWEST_MV / 2, _FEWEST_MV / 2
    low, high = np.floor(2 * finite.min()) / 2, np.ceil(2 * finite.max()) / 2
    if high - low < _FEWEST_MV:
        high = low + _FEWEST_MV
    if high - low > _MOST_MV:
        middle = np.rint(2 * np.median(finite)) / 2
        low, high = middle - _MOST_MV / 2, middle + _MOST_MV / 2
    return float(low), float(high)


def clock(seconds: float) -> str:
    """Return a time as hours, minutes and seconds.

    >>> clock(3725.2)
    '1:02:05'
    """
    minutes, seconds = divmod(int(seconds + 1e-9), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
