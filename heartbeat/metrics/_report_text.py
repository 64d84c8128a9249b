"""The report as text and as HTML."""

from html import escape

import numpy as np
import pandas as pd

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._scores import PER_CLASS, AAMIScores

_PERCENT = ("accuracy", "macro-F1")


def report_text(
    scores: AAMIScores,
    overall: pd.DataFrame,
    average: pd.DataFrame | None,
    intervals: pd.DataFrame | None,
    *,
    heading: str,
    note: str,
) -> str:
    """Return a report as aligned text, a table of pooled scores and one of averages.

    The frames are those of `AAMIReport`. `heading` is printed above, `note` below the intervals.
    """
    lines = [heading, ""]
    lines += _class_table(scores.to_frame(), "support", intervals)
    lines.append("")
    for title, value in overall["gross"].items():
        line = f"{title:<9}{_overall(title, value):>6}"
        if intervals is not None:
            line += f" {_span(intervals.loc[('', title)], title)}"
        if title == "macro-F1":
            line += f"   ({' '.join(scores.macro_classes)})"
        lines.append(line)
    if intervals is not None:
        lines += ["", note]
    if average is not None:
        lines += ["", "Average over groups (%), where defined"]
        lines += _class_table(average, "groups", None)
    if scores.rules != "ec57":
        lines += ["", "False positives are counted one-vs-rest, not as EC57 counts them."]
    return "\n".join(lines)


def report_html(
    scores: AAMIScores,
    overall: pd.DataFrame,
    intervals: pd.DataFrame | None,
    *,
    heading: str,
    note: str,
) -> str:
    """Return a report as one HTML table with the overall scores below."""
    cells = []
    frame = scores.to_frame()
    for letter in AAMI_CLASSES:
        row = [f"<th scope='row'>{letter}</th>"]
        for title in PER_CLASS.values():
            text = _percent(frame.at[letter, title])
            if intervals is not None and text != "-":
                text += f" <small>{_span(intervals.loc[(letter, title)])}</small>"
            row.append(f"<td>{text}</td>")
        row.append(f"<td>{_count(frame.at[letter, 'support'])}</td>")
        cells.append("<tr>" + "".join(row) + "</tr>")
    head = "".join(f"<th scope='col'>{t}</th>" for t in ("", *PER_CLASS.values(), "support"))
    notes = [_overall_note(title, scores, overall, intervals) for title in overall.index]
    if intervals is not None:
        notes.append(note)
    return (
        f"<table><caption>{escape(heading)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(cells)}</tbody></table>"
        f"<p>{'; '.join(notes)}</p>"
    )


def heading(title: str, n_beats: float, n_groups: int | None) -> str:
    """Return the first line; `n_groups` is None if there are no groups."""
    where = "" if n_groups is None else f" in {n_groups} group{'s' * (n_groups != 1)}, pooled"
    return f"{title or 'AAMI EC57 scores'} (%): {_count(n_beats)} beats{where}"


def interval_note(confidence: float | None, n_bootstrap: int, n_clusters: int) -> str:
    """Return a line that describes the intervals, or an empty one if there are none."""
    if confidence is None:
        return ""
    return (
        f"{confidence:.0%} intervals: {n_bootstrap} bootstrap draws of "
        f"{n_clusters} recordings or subjects"
    )


def _overall_note(
    title: str, scores: AAMIScores, overall: pd.DataFrame, intervals: pd.DataFrame | None
) -> str:
    value = _overall(title, overall.at[title, "gross"])
    unit = " %" if title in _PERCENT and value != "-" else ""
    classes = f" ({' '.join(scores.macro_classes)})" if title == "macro-F1" else ""
    span = "" if intervals is None else f" {_span(intervals.loc[('', title)], title)}"
    return f"{title}{classes} {value}{unit}{span}"


def _class_table(frame: pd.DataFrame, last: str, intervals: pd.DataFrame | None) -> list[str]:
    # FPR has no interval, so that the table fits on a page.
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
            if intervals is not None and title in spanned and not cell.endswith("-"):
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
