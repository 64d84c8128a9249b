"""Write a report of a labelled recording as one HTML file: `write_report`."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from heartbeat._files import expanded, written_whole
from heartbeat._version import __version__
from heartbeat.browser import _charts as charts
from heartbeat.browser._events import Event, find_events
from heartbeat.browser._signal import SignalReader
from heartbeat.browser._strip import PAPER_DEFS, STRIP_S, clock, strip_svg
from heartbeat.labels import AAMI_CLASS_NAMES, AAMI_CLASSES
from heartbeat.metrics import compare_beats
from heartbeat.metrics._plotting import CLASS_COLORS
from heartbeat.recording._lead_names import lead_title

__all__ = ["report_html", "write_report"]

_SHOWN = {"class": 4, "run": 8, "pause": 4, "fast": 1, "slow": 1, "doubtful": 6}
_TITLES = {
    "class": "First beat of each ectopic class",
    "run": "Runs: the first, and the longest",
    "pause": "Longest pauses",
    "fast": "Fastest rate",
    "slow": "Slowest rate",
    "doubtful": "Least certain beats",
    "unreadable": "Longest unreadable stretches",
    "hour": "One strip per hour",
}
_MOST_HOURS = 168
_MOST_UNREADABLE = 3
# Shorter recordings have too few beats for charts over time.
_CHARTS_FROM_S = 60.0
_MARGIN_S = 1.0


def write_report(annotated: Any, path: str | os.PathLike) -> Path:
    """Write a report of a labelled recording as one HTML file.

    The report contains a summary, heart rate and burden over time, RR intervals, the median beat of
    each class, selected ECG strips, and how the labels were made; with reference annotations also
    the scores. The file contains no scripts and needs no network connection, so that it can be
    sent by mail and archived. Printed on A4, the strips are to scale (25 mm/s, 10 mm/mV).

    Parameters
    ----------
    annotated : AnnotatedRecording or MarkedRecording
        Recording with its beats.
    path : path-like
        File to write, ``NAME.html``. An existing file is replaced.

    Returns
    -------
    Path
        File that was written.

    Raises
    ------
    ImportError
        If jinja2 or matplotlib is not installed; the message names the extra to install.

    See Also
    --------
    serve_review : View and correct the beats in the browser.
    heartbeat.annotation.AnnotatedRecording.report : Write the report of a labelled recording.

    Examples
    --------
    >>> import tempfile
    >>> from heartbeat.browser import MarkedRecording, write_report
    >>> from heartbeat.datasets import load_sample_recording
    >>> marked = MarkedRecording.from_recording(load_sample_recording())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_report(marked, Path(folder) / "208.html")
    ...     path.read_text(encoding="utf-8").splitlines()[0]
    '<!DOCTYPE html>'
    """
    path = expanded(path)
    html = report_html(annotated)
    with written_whole(path) as draft:
        draft.write_text(html, encoding="utf-8")
    return path


def report_html(annotated: Any) -> str:
    """Return the page that `write_report` writes."""
    beats, unreadable = annotated.beats, annotated.unreadable
    fs, duration = float(annotated.fs), float(annotated.duration)
    reader = SignalReader(annotated)
    return _template("report.html").render(
        name=annotated.name,
        lead=lead_title(annotated.lead),
        summary=[row for row in annotated.summary().rows() if row[0] != "note"],
        notes=annotated.notes,
        classes=[(c, AAMI_CLASS_NAMES[c], CLASS_COLORS[c]) for c in _classes(annotated)],
        over_time=duration >= _CHARTS_FROM_S,
        any_labelled=bool((beats["label"] != "").any()),
        rate=charts.rate_chart(beats, unreadable, fs, duration),
        burden=charts.burden_chart(beats, duration),
        rr=charts.rr_chart(beats),
        poincare=charts.poincare_chart(beats),
        mean_beats=charts.mean_beats_chart(beats, reader),
        paper=PAPER_DEFS,
        sections=list(_sections(annotated, reader)),
        scores=_scores(annotated),
        provenance=_flat(annotated.provenance),
        version=__version__,
    )


def _classes(annotated: Any) -> list[str]:
    """Return the classes that the classifier knows or the beats have; all if that is unknown."""
    known = {*annotated.provenance.get("classes", AAMI_CLASSES), *annotated.beats["label"]}
    return [letter for letter in AAMI_CLASSES if letter in known]


def _sections(annotated: Any, reader: SignalReader) -> Iterator[dict[str, Any]]:
    """Yield each group of strips with its title."""
    events = find_events(annotated.beats)
    for kind, most in _SHOWN.items():
        own = [event for event in events if event.kind == kind]
        chosen = sorted(own, key=lambda event: -event.weight)[:most]
        if kind == "run":  # include the first run of each class, even if it is short
            firsts = {event.text.split()[3]: event for event in reversed(own)}
            chosen = list(dict.fromkeys([*firsts.values(), *chosen]))
        if chosen:
            chosen.sort(key=lambda event: event.start)
            strips = [_strip(annotated, reader, event) for event in chosen]
            more = len(own) - len(chosen) if kind in ("run", "pause") else 0
            yield {"title": _TITLES[kind], "strips": strips, "more": more}
    unreadable = _unreadable(annotated)
    longest = sorted(unreadable, key=lambda event: -event.weight)[:_MOST_UNREADABLE]
    longest.sort(key=lambda event: event.start)
    strips = [_strip(annotated, reader, event) for event in longest]
    yield {
        "title": _TITLES["unreadable"],
        "strips": strips,
        "more": len(unreadable) - len(longest),
    }
    strips = [_strip(annotated, reader, hour) for hour in _typical(annotated)]
    yield {"title": _TITLES["hour"], "strips": strips, "more": 0}


def _unreadable(annotated: Any) -> list[Event]:
    """Return the unreadable stretches that have a signal, the longest with the most weight."""
    events = []
    for row in annotated.unreadable.itertuples():
        start, stop = row.start / annotated.fs, row.stop / annotated.fs
        if row.reason != "missing":
            text = f"{row.reason}, {stop - start:.0f} s"
            events.append(Event("unreadable", start, stop, text, stop - start))
    return events


def _typical(annotated: Any) -> list[Event]:
    """Return for each hour the stretch whose RR interval is nearest to the median of the hour."""
    beats = annotated.beats
    time, rr = beats["time_s"].to_numpy(float), beats["rr_s"].to_numpy(float)
    usable = np.isfinite(rr) & beats["readable"].to_numpy(bool)
    events = []
    for hour in range(min(_MOST_HOURS, int(np.ceil(annotated.duration / 3600)))):
        first, last = np.searchsorted(time, [hour * 3600, (hour + 1) * 3600])
        inside = np.flatnonzero(usable[first:last]) + first
        if len(inside):
            at = inside[np.abs(rr[inside] - np.median(rr[inside])).argmin()]
            text = f"median RR interval {np.median(rr[inside]):.2f} s"
            events.append(Event("hour", time[at], time[at], text, 1.0))
    return events


def _strip(annotated: Any, reader: SignalReader, event: Event) -> dict[str, Any]:
    """Draw an event: its middle if it fits on a strip, otherwise its beginning."""
    fs = reader.fs
    begin = (event.start + event.stop - STRIP_S) / 2
    if event.stop - event.start > STRIP_S - 2 * _MARGIN_S:
        begin = event.start - _MARGIN_S
    latest = max(annotated.duration - STRIP_S, 0.0)
    first = round(float(np.clip(begin, 0.0, latest)) * fs)
    last = min(first + round(STRIP_S * fs), reader.n_samples)
    beats = annotated.beats
    a, b = np.searchsorted(beats["sample"].to_numpy(), [first, last])
    marks = list(
        zip(beats["time_s"].to_numpy(float)[a:b], beats["label"].to_numpy(str)[a:b], strict=True)
    )
    stretches = [
        (start / fs, stop / fs)
        for start, stop in zip(
            annotated.unreadable["start"], annotated.unreadable["stop"], strict=True
        )
        if stop > first and start < last
    ]
    svg = strip_svg(reader.read(first, last), fs, first / fs, marks, stretches)
    return {"time": clock(event.start), "text": event.text, "svg": svg}


def _scores(annotated: Any) -> list[dict[str, Any]]:
    """Compare with the recording's reference annotations, if the beats are not taken from them."""
    reference = annotated.reference
    if reference is None or not len(reference.beats()):
        return []
    comparison = compare_beats(reference, annotated.annotations, fs=annotated.fs, start=0)
    table = comparison.to_frame()
    for score in ("Se", "+P"):  # not defined for a class without beats
        table[score] = ["-" if np.isnan(value) else f"{value:.4f}" for value in table[score]]
    return [{"name": name, **row} for name, row in table.to_dict("index").items()]


def _flat(fields: Any, prefix: str = "") -> list[tuple[str, str]]:
    rows = []
    for key, value in fields.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{key}: ")
        elif isinstance(value, (list, tuple)):
            rows.append((f"{prefix}{key}", ", ".join(map(str, value))))
        else:
            rows.append((f"{prefix}{key}", str(value)))
    return rows


def _template(name: str) -> Any:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise ImportError(
            "write_report requires jinja2. Install it with pip install 'heartbeat-ecg[browser]'."
        ) from None
    # Everything is escaped unless marked as safe, in particular record names.
    environment = Environment(
        loader=PackageLoader("heartbeat.browser", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
