"""Figures of a review: the time line of the whole recording, and the strip."""

from typing import Any

import numpy as np
import pandas as pd

from heartbeat.browser._events import heart_rates
from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._plotting import CLASS_COLORS

__all__ = ["PIXELS_PER_S", "strip_figure", "timeline_data", "timeline_figure"]

_PIXELS_PER_MM = 96 / 25.4
PIXELS_PER_S = 25 * _PIXELS_PER_MM
_STRIP_MV = 6.0
_N_BINS = 1000
_ROWS = AAMI_CLASSES[:0:-1]
_PAPER, _FINE, _COARSE = "#FFFBF7", "#F6DCD3", "#E8B5A5"


def timeline_figure(duration: float, rate: Any, marks: Any, unreadable: Any, window: Any) -> Any:
    """Return the figure of heart rate and ectopic beats over the whole recording.

    Parameters
    ----------
    duration : float
        Length of the recording in seconds.
    rate, marks, unreadable : ColumnDataSource
        Data of `timeline_data`; `start` and `stop` of unreadable stretches.
    window : BoxAnnotation
        Range that the strip shows.
    """
    from bokeh.models import Range1d
    from bokeh.plotting import figure

    plot = figure(
        height=170,
        sizing_mode="stretch_width",
        x_range=Range1d(0, duration, bounds=(0, duration)),
        y_range=Range1d(0, 8),
        tools="xwheel_zoom,xpan,reset",
        active_scroll="xwheel_zoom",
        toolbar_location=None,
        name="timeline",
    )
    _clock_axis(plot)
    plot.quad("start", "stop", 8, 0, source=unreadable, color="#888", alpha=0.25, line_width=0)
    plot.vbar("time", _width(duration), "top", "bottom", source=marks, color="color", line_width=0)
    plot.line("time", "height", source=rate, color="#111")
    plot.yaxis.ticker = [i + 0.5 for i in range(len(_ROWS))] + [4.2, 7.7]
    labels = {i + 0.5: letter for i, letter in enumerate(_ROWS)}
    plot.yaxis.major_label_overrides = labels | {4.2: "0", 7.7: "200/min"}
    plot.ygrid.visible = False
    plot.add_layout(window)
    return plot


def timeline_data(beats: pd.DataFrame, duration: float) -> tuple[dict, dict]:
    """Return heart rate and ectopic beats in as many columns as the screen has pixels.

    Returns
    -------
    rate : dict
        `time` in s and `height`: 4.2 at 0, 7.7 at 200 beats per minute.
    marks : dict
        For each column and class with beats: `time`, `top`, `bottom`, `color`. The height grows
        with the share of the class in the column; a single beat is always visible.
    """
    width = _width(duration)
    times, rates = heart_rates(beats)
    mean = pd.Series(rates).groupby((times / width).astype(int)).mean()
    rate = {
        "time": (mean.index.to_numpy() + 0.5) * width,
        "height": 4.2 + 3.5 * np.clip(mean.to_numpy() / 200, 0, 1),
    }
    column = (beats["time_s"].to_numpy(float) / width).astype(int)
    label = beats["label"].to_numpy(str)
    total = np.bincount(column, minlength=_N_BINS + 1)
    marks: dict[str, list] = {"time": [], "top": [], "bottom": [], "color": []}
    for row, letter in enumerate(_ROWS):
        number = np.bincount(column[label == letter], minlength=_N_BINS + 1)
        there = np.flatnonzero(number)
        height = 0.3 + 0.6 * number[there] / total[there]
        marks["time"] += ((there + 0.5) * width).tolist()
        marks["bottom"] += [row + 0.05] * len(there)
        marks["top"] += (row + 0.05 + height).tolist()
        marks["color"] += [CLASS_COLORS[letter]] * len(there)
    return rate, marks


def strip_figure(x_range: Any, curve: Any, beats: Any, second: Any, selected: Any) -> Any:
    """Return the figure of the signal on ECG paper, to scale: 25 mm/s and 10 mm/mV.

    Parameters
    ----------
    x_range : Range1d
        Seconds.
    curve : ColumnDataSource
        `time` and `value`.
    beats, second : ColumnDataSource
        Beats, and those of a second annotator: `time`, `label`, `color`.
    selected : Span
        Line at the selected beat.
    """
    from bokeh.models import Range1d, SingleIntervalTicker
    from bokeh.plotting import figure

    plot = figure(
        frame_height=round(_STRIP_MV * 10 * _PIXELS_PER_MM),
        sizing_mode="stretch_width",
        x_range=x_range,
        y_range=Range1d(-_STRIP_MV / 2, _STRIP_MV / 2),
        tools="xpan,xwheel_zoom,tap",
        active_drag="xpan",
        active_scroll="xwheel_zoom",
        toolbar_location=None,
        background_fill_color=_PAPER,
        name="strip",
    )
    _clock_axis(plot)
    plot.yaxis.axis_label = "mV"
    for grid, interval in ((plot.xgrid, 0.2), (plot.ygrid, 0.5)):
        grid.ticker = SingleIntervalTicker(interval=interval, num_minor_ticks=5)
        grid.grid_line_color, grid.minor_grid_line_color = _COARSE, _FINE
    plot.yaxis.ticker = SingleIntervalTicker(interval=1)
    plot.add_layout(selected)
    plot.line("time", "value", source=curve, color="#111", line_width=1.3)
    style = {"text_align": "center", "text_font_style": "bold", "text_font_size": "14px"}
    plot.text("time", "y", "label", source=beats, text_color="color", **style)
    plot.text("time", "y", "label", source=second, text_color="#555", **style)
    return plot


def _width(duration: float) -> float:
    return duration / _N_BINS


def _clock_axis(plot: Any) -> None:
    from bokeh.models import AdaptiveTicker, CustomJSTickFormatter

    # Ticks at whole seconds, minutes and hours, in the usual steps of clocks.
    plot.xaxis.ticker = AdaptiveTicker(base=60, mantissas=[1, 2, 5, 10, 15, 30], num_minor_ticks=5)
    plot.xaxis.formatter = CustomJSTickFormatter(
        code="""
        const pad = (n) => String(n).padStart(2, "0")
        const tenths = Math.round(tick * 10)
        const s = Math.floor(tenths / 10)
        const text = `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`
        return tenths % 10 ? `${text}.${tenths % 10}` : text
        """
    )
    plot.min_border_right = 20
