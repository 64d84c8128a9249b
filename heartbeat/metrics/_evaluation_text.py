"""An evaluation as text: one document with every table."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from heartbeat.metrics._evaluation_scores import BURDEN_SCORES, SCORES

if TYPE_CHECKING:
    from heartbeat.metrics._evaluation import Evaluation

_KINDS = {"V": "Ventricular", "S": "Supraventricular"}


def settings(
    *, window, start, stop, convention, corrected, n_intervals, names: Sequence[str]
) -> Mapping[str, str]:
    """Return what was set, in words."""
    runs = "without the known defects of rxr" if corrected else "as rxr counts them"
    return {
        "reference": str(names[0]),
        "test": str(names[1]),
        "period": f"from {start:g} s to " + ("the end" if stop is None else f"{stop:g} s"),
        "window": f"{1000 * window:g} ms",
        "classes": f"convention {convention!r}",
        "runs": runs,
        "heart rate": f"of {n_intervals} RR intervals, at every beat",
    }


def evaluation_report(evaluation: "Evaluation") -> str:
    """Return everything, one section after another."""
    n_records, n_subjects = len(evaluation.per_record), evaluation.n_subjects
    title = f"Evaluation by ANSI/AAMI EC57: {n_records} recordings of {n_subjects} subjects"
    width = max(map(len, evaluation.settings), default=0) + 2
    parts = [
        _section(title, "=", *(f"{k:<{width}}{v}" for k, v in evaluation.settings.items())),
        _section("Beat by beat", "-", evaluation.beats.report()),
        _section("Shutdown of the test", "-", evaluation.beats.shutdown_lines()),
    ]
    parts += [
        _section(f"{name} runs", "-", evaluation.runs.report(kind)) for kind, name in _KINDS.items()
    ]
    parts.append(_section("Heart rate", "-", *_heart_rate(evaluation)))
    parts.append(_section("Burden: share of beats (%)", "-", *_burden(evaluation)))
    parts.append(_section("Gross and average (%, RR error in ms)", "-", *_overall(evaluation)))
    return "\n\n".join(parts)


def _section(title: str, line: str, *rows: str) -> str:
    return "\n".join([title, line * len(title), *rows])


def _heart_rate(evaluation: "Evaluation") -> list[str]:
    rows = [f"{'Record':<10}{'measured':>9}{'mean bpm':>10}{'RMS bpm':>10}{'error %':>10}"]
    for rate in evaluation.heart_rates:
        rows.append(
            f"{rate.record:<10}{rate.n_measurements:9d}{_number(rate.mean_rate, 10)}"
            f"{_number(rate.rms_error, 10, 2)}{_number(100 * rate.error, 10, 2)}"
        )
    for kind, error in evaluation.overall["HR error"].items():
        rows.append(f"{kind.capitalize():<39}{_number(100 * error, 10, 2)}")
    return rows


def _burden(evaluation: "Evaluation") -> list[str]:
    columns = [f"{kind} {what}" for kind in _KINDS for what in ("ref", "test", "error", "|error|")]
    rows = [f"{'Record':<10}" + "".join(f"{column:>11}" for column in columns)]
    tables = (evaluation.per_record, evaluation.overall)
    for name, values in (row for table in tables for row in table[list(BURDEN_SCORES)].iterrows()):
        shown = name.capitalize() if name in evaluation.overall.index else name
        rows.append(f"{shown:<10}" + "".join(_number(100 * value, 11, 2) for value in values))
    return rows


def _overall(evaluation: "Evaluation") -> list[str]:
    with_intervals = evaluation.intervals is not None
    heading = "" if not with_intervals else f"{100 * evaluation.confidence:g} % interval"
    rows = [f"{'':<22}{'gross':>8}  {heading:<18}{'average':>8}  {heading}".rstrip()]
    for score in SCORES:
        scale = 1 if score == "RR error" else 100
        row = f"{score:<22}"
        for kind in ("gross", "average"):
            row += _number(scale * evaluation.overall.at[kind, score], 8, 2)
            span = ""
            if with_intervals:
                low, high = scale * evaluation.intervals.loc[(kind, score)]
                span = "" if np.isnan(low) else f"{low:.2f} to {high:.2f}"
            row += f"  {span:<18}"
        rows.append(row.rstrip())
    rows.append("")
    if with_intervals:
        rows.append(
            f"Intervals: percentiles over {evaluation.n_bootstrap} replicates that draw "
            f"{evaluation.n_subjects} subjects with replacement."
        )
    else:
        rows.append("No intervals: they need two subjects or more, and a confidence.")
    return rows


def _number(value: float, width: int, decimals: int = 1) -> str:
    return f"{'-':>{width}}" if np.isnan(value) else f"{value:{width}.{decimals}f}"
