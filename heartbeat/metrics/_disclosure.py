"""Full disclosure: many minutes of one lead on one page, one row below the other."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from heartbeat.metrics._plotting import CLASS_COLORS, PAPER_WIDTH, axes_or_new, clock_formatter

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 60
"""Number of rows on a page that can still be read."""

_BINS = 1200  # per row: more than the pixels across a page on most screens and printers
_HEIGHT = 0.15  # of a row, in inches
_REACH = 0.8  # distance of two rows as a share of the signal's range: they may touch
_MOST_MARKS = 20_000  # more marks would cover the page and take long to draw


def draw_page(
    ax: "Axes | None",
    *,
    signal: np.ndarray,
    fs: float,
    start: float,
    seconds: float,
    sample: np.ndarray,
    label: np.ndarray,
    predicted: np.ndarray | None,
    begin: datetime | None,
    title: str,
) -> "tuple[Axes, Any]":
    """Draw rows of `seconds` below each other, with marks at beats of classes other than N.

    If predictions are given, those that differ stand below the row, under their reference.

    Returns
    -------
    ax, figure
    """
    n_rows = int(np.ceil(len(signal) / fs / seconds - 1e-9))
    ax, figure = axes_or_new(ax, width=PAPER_WIDTH, height=max(2.2, _HEIGHT * n_rows + 0.9))
    low, high = _range(signal)
    pitch = _REACH * (high - low)
    from matplotlib.collections import LineCollection

    rows = []
    for row in range(n_rows):
        part = signal[round(row * seconds * fs) : round((row + 1) * seconds * fs)]
        at, values = _envelope(part, fs)
        if np.isfinite(values).any():
            # Each row is drawn around its own median, which removes slow baseline wander.
            values = np.clip(values - np.nanmedian(values), low, high)
        rows.append(np.column_stack([at, values - row * pitch]))
    ax.add_collection(LineCollection(rows, colors="0.15", linewidths=0.4), autolim=False)
    marked = _draw_marks(ax, sample / fs, label, predicted, seconds, pitch)
    ax.set(xlim=(0, seconds), ylim=(-n_rows * pitch + 0.35 * pitch, 0.75 * pitch))
    _finish(ax, start, seconds, n_rows, pitch, begin)
    said = "predictions that differ below" if predicted is not None else ""
    said = "; ".join(part for part in (marked, said) if part)
    ax.set_title("\n".join(part for part in (title, said) if part), fontsize=8.5, loc="left")
    return ax, figure


def _range(signal: np.ndarray) -> tuple[float, float]:
    """Return the range of most of the signal below and above its median."""
    step = max(1, len(signal) // 200_000)
    finite = signal[::step][np.isfinite(signal[::step])]
    if not len(finite):
        return -0.5, 0.5
    low, high = np.percentile(finite - np.median(finite), [0.2, 99.8])
    room = max(0.05 * (high - low), 0.1)
    return low - room, high + room


def _envelope(part: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray]:
    """Return times and values of a row: its samples, or the minimum and maximum of each bin."""
    if len(part) <= 2 * _BINS:
        return np.arange(len(part)) / fs, np.asarray(part, dtype=float)
    edges = np.linspace(0, len(part), _BINS, endpoint=False).astype(int)
    ends = np.stack([np.fmin.reduceat(part, edges), np.fmax.reduceat(part, edges)], axis=1)
    return np.repeat(edges / fs, 2), ends.ravel().astype(float)


def _draw_marks(
    ax: "Axes",
    times: np.ndarray,
    label: np.ndarray,
    predicted: np.ndarray | None,
    seconds: float,
    pitch: float,
) -> str:
    """Mark beats by a letter in the colour of their class; return a description of the marks."""
    label = np.asarray(label, dtype=str)
    shown = label != "N"
    if predicted is not None:
        predicted = np.asarray(predicted, dtype=str)
        shown |= predicted != label
    if not len(label):
        return ""
    if shown.sum() > _MOST_MARKS:
        return f"{shown.sum():,} beats other than N: too many to mark"
    row = np.floor(times / seconds)
    for letters, chosen, height in (
        (label, shown, 0.5),
        (predicted, None if predicted is None else predicted != label, -0.38),
    ):
        if letters is None:
            continue
        for letter in np.unique(letters[chosen]):
            beats = chosen & (letters == letter)
            ax.scatter(
                times[beats] - row[beats] * seconds,
                (height - row[beats]) * pitch,
                s=11,
                marker=f"${letter}$" if letter else "_",
                color=CLASS_COLORS.get(letter, "black"),
                linewidths=0.2 if letter else 0.8,
                zorder=3,
            )
    return "unmarked: N"


def _finish(
    ax: "Axes", start: float, seconds: float, n_rows: int, pitch: float, begin: datetime | None
) -> None:
    """Label the rows with their times, and draw a scale."""
    begins = start + seconds * np.arange(n_rows)
    every = max(1, int(np.ceil(n_rows / 30)))
    text, unit = clock_formatter(start + n_rows * seconds, begin)
    ax.set_yticks(-pitch * np.arange(n_rows)[::every], [text(t) for t in begins[::every]])
    ax.set_ylabel(f"begin of row ({unit})", fontsize=7.5)
    ax.set_xlabel("s of row", labelpad=1, fontsize=7.5)
    ax.tick_params(labelsize=6.5, length=2, pad=2)
    ax.spines[:].set_visible(False)
    # The height of 1 mV, or of 0.1 mV for a weak signal, beside the first row.
    size = 1.0 if pitch > 0.5 else 0.1
    beside: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "clip_on": False}
    ax.plot([1.012] * 2, [-size / 2, size / 2], color="black", lw=1.2, **beside)
    ax.text(1.02, 0, f"{size:g} mV", fontsize=6.5, va="center", rotation=90, **beside)
