"""The report as text and as HTML."""

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._scores import PER_CLASS

if TYPE_CHECKING:
    from heartbeat.metrics._report import AAMIReport

_PERCENT = ("accuracy", "macro-F1")


def report_text(report: "AAMIReport") -> str:
    """Return the report as aligned text, a table of pooled scores and one of averages."""
    wide = report.intervals is not None
    lines = [_heading(report), ""]
    lines += _class_table(report.scores.to_frame(), "support", report.intervals)
    lines.append("")
    for title, value in report.overall["gross"].items():
        line = f"{title:<9}{_overall(title, value):>6}"
        if wide:
            line += f" {_span(report.intervals.loc[('', title)], title)}"
        if title == "macro-F1":
            line += f"   ({' '.join(report.scores.macro_classes)})"
        lines.append(line)
    if wide:
        lines += ["", _interval_note(report)]
    if report.average is not None:
        lines += ["", "Average over groups (%), where defined"]
        lines += _class_table(report.average, "groups", None)
    if report.scores.rules != "ec57":
        lines += ["", "False positives are counted one-vs-rest, not as EC57 counts them."]
    return "\n".join(lines)


def report_html(report: "AAMIReport") -> str:
    """Return the report as one HTML table with the overall scores below."""
    cells = []
    frame = report.scores.to_frame()
    for letter in AAMI_CLASSES:
        row = [f"<th scope='row'>{letter}</th>"]
        for title in PER_CLASS.values():
            text = _percent(frame.at[letter, title])
            if report.intervals is not None and text != "-":
                text += f" <small>{_span(report.intervals.loc[(letter, title)])}</small>"
            row.append(f"<td>{text}</td>")
        row.append(f"<td>{_count(frame.at[letter, 'support'])}</td>")
        cells.append("<tr>" + "".join(row) + "</tr>")
    head = "".join(f"<th scope='col'>{t}</th>" for t in ("", *PER_CLASS.values(), "support"))
    notes = [_overall_note(report, title) for title in report.overall.index]
    if report.intervals is not None:
        notes.append(_interval_note(report))
    return (
        f"<table><caption>{escape(_heading(report))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(cells)}</tbody></table>"
        f"<p>{'; '.join(notes)}</p>"
    )


def _heading(report: "AAMIReport") -> str:
    n_beats = _count(report.matrices.sum())
    where = ""
    if report.groups is not None:
        where = f" in {len(report.groups)} group{'s' * (len(report.groups) != 1)}, pooled"
    return f"{report.title or 'AAMI EC57 scores'} (%): {n_beats} beats{where}"


def _interval_note(report: "AAMIReport") -> str:
    return (
        f"{report.confidence:.0%} intervals: {report.n_bootstrap} bootstrap draws of "
        f"{report.n_clusters} recordings or subjects"
    )


def _overall_note(report: "AAMIReport", title: str) -> str:
    value = _overall(title, report.overall.at[title, "gross"])
    unit = " %" if title in _PERCENT and value != "-" else ""
    classes = f" ({' '.join(report.scores.macro_classes)})" if title == "macro-F1" else ""
    span = "" if report.intervals is None else f" {_span(report.intervals.loc[('', title)], title)}"
    return f"{title}{classes} {value}{unit}{span}"


def _class_table(frame: pd.DataFrame, last: str, intervals: pd.DataFrame | None) -> list[str]:
    # FPR goes without interval: the table must fit a page.
    spanned = set() if intervals is None else set(PER_CLASS.values()) - {"FPR"}
    width = {title: 22 if title in spanned else 8 for title in PER_CLASS.values()}
    head = "".join(
        f"{title:>8}{'':{width[title] - 8}}" if title in spanned else f"{title:>8}"
        for title in PER_CLASS.values()
    )
    lines = [f"{'':<5}{head}{last:>10}"]
    for letter in AAMI_CLASSES:
        line = f"{letter:<5}"
        for title in PER_CLASS.values():
            cell = f"{_percent(frame.at[letter, title]):>8}"
            if title in spanned and not cell.endswith("-"):
                cell += f" {_span(intervals.loc[(letter, title)])}"
            line += f"{cell:<{width[title]}}"
        lines.append(line + f"{_count(frame.at[letter, last]):>10}")
    return lines


def _percent(value: float) -> str:
    return "-" if np.isnan(value) else f"{100 * value:.1f}"


def _overall(title: str, value: float) -> str:
    if title in _PERCENT:
        return _percent(value)
    return "-" if np.isnan(value) else f"{value:.3f}"


def _span(ends: pd.Series, title: str = "accuracy") -> str:
    low, high = ends["low"], ends["high"]
    if np.isnan(low):
        return "(-)"
    return f"({_overall(title, low)}-{_overall(title, high)})"


def _count(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
