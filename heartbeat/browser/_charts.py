"""Charts of a labelled recording, as SVG embedded in a page."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from heartbeat.browser._events import heart_rates
from heartbeat.browser._signal import SignalReader
from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._plotting import CLASS_COLORS, PAPER_WIDTH, require_pyplot, tidy

__all__ = ["burden_chart", "mean_beats_chart", "poincare_chart", "rate_chart", "rr_chart"]

_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "heartbeat",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 8,
}
_BINS = 720
# With fewer rates per bin, slow beats would leave bins empty, which break the line.
_RATES_PER_BIN = 3
_GAP_S = 5.0
"""Between rates that are further apart than this, the rate is unknown."""
_HOURS_FROM_S = 2 * 3600
"""Recordings of at least this many seconds are shown by hour, shorter ones by minute."""
_LONGEST_RR_S = 2.5
_BEATS_PER_CLASS = 200
_BEFORE_S, _AFTER_S = 0.3, 0.5


def rate_chart(beats: pd.DataFrame, unreadable: pd.DataFrame, fs: float, duration: float) -> str:
    """Draw the heart rate over time: mean and range in each part of the recording."""
    with _chart(PAPER_WIDTH, 1.7) as (figure, picture):
        ax = figure.subplots()
        scale, unit = _time_unit(duration)
        times, rates = heart_rates(beats)
        for start, stop in zip(unreadable["start"], unreadable["stop"], strict=True):
            ax.axvspan(start / fs / scale, stop / fs / scale, color="#888", alpha=0.25, linewidth=0)
        if len(rates):
            at, mean, low, high = rate_curve(times, rates, duration)
            ax.fill_between(at / scale, low, high, color="#56B4E9", alpha=0.5, linewidth=0)
            ax.plot(at / scale, mean, color="black", linewidth=0.7)
        ax.set(xlim=(0, duration / scale), xlabel=unit, ylabel="beats/min")
        tidy(ax)
    return picture.getvalue()


def rate_curve(times: np.ndarray, rates: np.ndarray, duration: float) -> tuple[np.ndarray, ...]:
    """Return times, and the mean, lowest and highest rate there; NaN where the rate is unknown.

    Few rates are drawn one by one, many in bins of equal length.
    """
    if len(rates) <= _BINS:
        gaps = np.flatnonzero(np.diff(times) > _GAP_S) + 1
        values = np.insert(rates, gaps, np.nan)
        return np.insert(times, gaps, times[gaps]), values, values, values
    n_bins = min(_BINS, len(rates) // _RATES_PER_BIN)
    bins = np.minimum((times / duration * n_bins).astype(int), n_bins - 1)
    grouped = pd.Series(rates).groupby(bins)
    every = np.arange(n_bins)
    mean, low, high = (
        getattr(grouped, kind)().reindex(every).to_numpy() for kind in ("mean", "min", "max")
    )
    return (every + 0.5) * duration / n_bins, mean, low, high


def burden_chart(beats: pd.DataFrame, duration: float) -> str:
    """Draw the share of the ectopic classes over time, in percent of the beats of each bin."""
    seconds, unit = (3600, "hour") if duration >= _HOURS_FROM_S else (60, "minute")
    width = 1 if unit == "hour" else 5
    with _chart(PAPER_WIDTH, 1.6) as (figure, picture):
        ax = figure.subplots()
        shares = burden_over_time(beats, duration, width * seconds)
        middle = width * (shares.index + 0.5)
        left = np.zeros(len(shares))
        for letter in AAMI_CLASSES[1:]:
            share = shares[letter].to_numpy()
            if share.any():
                colour = CLASS_COLORS[letter]
                ax.bar(middle, share, 0.9 * width, left, color=colour, label=letter)
                left += share
        ax.set(xlim=(0, width * len(shares)), xlabel=unit, ylabel="% of beats")
        ax.xaxis.get_major_locator().set_params(integer=True)
        if left.any():
            ax.legend(
                frameon=False,
                ncols=4,
                loc="lower right",
                bbox_to_anchor=(1, 0.97),
                handlelength=0.8,
            )
        else:
            ax.set_ylim(0, 1)
        tidy(ax)
    return picture.getvalue()


def burden_over_time(beats: pd.DataFrame, duration: float, bin_s: float) -> pd.DataFrame:
    """Return the share of each class among the labelled beats of each bin, in percent."""
    labelled = beats[beats["label"] != ""]
    each = (labelled["time_s"] // bin_s).astype(int)
    every = np.arange(max(1, int(np.ceil(duration / bin_s))))
    counts = pd.crosstab(each, labelled["label"]).reindex(index=every, columns=AAMI_CLASSES)
    counts = counts.fillna(0)
    return 100 * counts.div(counts.sum(axis=1).clip(lower=1), axis=0)


def rr_chart(beats: pd.DataFrame) -> str:
    """Draw the histogram of RR intervals."""
    with _chart(PAPER_WIDTH / 2, 2.6) as (figure, picture):
        ax = figure.subplots()
        rr = beats["rr_s"].to_numpy(float)
        rr = np.clip(rr[np.isfinite(rr)], 0, _LONGEST_RR_S)
        ax.hist(rr, np.arange(0, _LONGEST_RR_S + 0.02, 0.02), color="#0072B2")
        ax.set(xlabel=f"RR interval (s; the last bar: {_LONGEST_RR_S:g} s or more)", ylabel="beats")
        tidy(ax)
    return picture.getvalue()


def poincare_chart(beats: pd.DataFrame) -> str:
    """Draw each RR interval against the next one, darker where there are more."""
    with _chart(PAPER_WIDTH / 2, 2.6) as (figure, picture):
        from matplotlib.colors import LogNorm

        ax = figure.subplots()
        rr = beats["rr_s"].to_numpy(float)
        this, following = rr[:-1], rr[1:]
        known = np.isfinite(this) & np.isfinite(following)
        edges = np.linspace(0, _LONGEST_RR_S, 126)
        counts, _, _ = np.histogram2d(this[known], following[known], [edges, edges])
        shown = np.ma.masked_equal(counts.T, 0)
        norm = LogNorm(0.3, max(counts.max(initial=1), 1))
        extent = (0, _LONGEST_RR_S, 0, _LONGEST_RR_S)
        ax.imshow(shown, cmap="Blues", norm=norm, origin="lower", extent=extent)
        ax.plot([0, _LONGEST_RR_S], [0, _LONGEST_RR_S], color="#888", linewidth=0.5)
        ax.set(xlabel="RR interval (s)", ylabel="next (s)")
        tidy(ax)
    return picture.getvalue()


def mean_beats_chart(beats: pd.DataFrame, reader: SignalReader) -> str:
    """Draw the median beat of each class with a band that holds 80 % of its beats."""
    present = [letter for letter in AAMI_CLASSES if (beats["label"] == letter).any()]
    with _chart(PAPER_WIDTH, 1.9) as (figure, picture):
        if present:
            row = figure.subplots(1, max(len(present), 3), sharey=True, squeeze=False)[0]
            for ax in row[len(present) :]:
                ax.set_axis_off()
            for ax, letter in zip(row, present, strict=False):
                sample = beats["sample"][beats["label"] == letter].to_numpy()
                waves, time = _waves(sample, reader)
                low, middle, high = np.nanpercentile(waves, [10, 50, 90], axis=0)
                color = CLASS_COLORS[letter]
                ax.fill_between(time, low, high, color=color, alpha=0.25, linewidth=0)
                ax.plot(time, middle, color=color, linewidth=1.2)
                ax.set_title(f"{letter}  ({len(sample):,})", fontsize=8.5, loc="left")
                ax.set_xlabel("s from R")
                tidy(ax)
            row[0].set_ylabel("mV")
    return picture.getvalue()


def _waves(sample: np.ndarray, reader: SignalReader) -> tuple[np.ndarray, np.ndarray]:
    """Return evenly spaced beats of a class, each without its own offset."""
    some = sample[np.linspace(0, len(sample) - 1, min(len(sample), _BEATS_PER_CLASS)).astype(int)]
    before, after = round(_BEFORE_S * reader.fs), round(_AFTER_S * reader.fs)
    waves = np.stack([reader.read(s - before, s + after) for s in some.tolist()])
    # Missing parts of a lead leave rows of NaN, whose offset is not known.
    waves = waves[np.isfinite(waves).any(axis=1)]
    if not len(waves):
        waves = np.zeros((1, before + after))
    waves = waves - np.nanmedian(waves, axis=1, keepdims=True)
    waves = np.where(np.isfinite(waves), waves, 0.0)
    return waves, np.arange(-before, after) / reader.fs


def _time_unit(duration: float) -> tuple[float, str]:
    if duration >= _HOURS_FROM_S:
        return 3600.0, "hour"
    return (60.0, "minute") if duration >= 120 else (1.0, "s")


@contextmanager
def _chart(width: float, height: float) -> Iterator[tuple]:
    """Give a figure to draw on, and a string that afterwards holds it as a data URL."""
    plt = require_pyplot()
    from matplotlib.figure import Figure

    picture = io.StringIO()
    with plt.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, picture
        drawn = io.BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None}, transparent=True)
    encoded = base64.b64encode(drawn.getvalue()).decode()
    picture.write(f"data:image/svg+xml;base64,{encoded}")
