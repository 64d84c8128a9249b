"""An evaluation as one text document with all tables."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from heartbeat.metrics._evaluation_scores import BURDEN_SCORES, SCORES
from heartbeat.metrics._heart_rate import HeartRateComparison
from heartbeat.metrics._run_summary import RunSummary
from heartbeat.metrics._sumstats import ComparisonSummary

_KINDS = {"V": "Ventricular", "S": "Supraventricular"}


def describe_settings(
    *,
    window: float,
    start: float,
    stop: float | None,
    convention: str,
    corrected: bool,
    n_intervals: int,
    names: Sequence[str],
) -> Mapping[str, str]:
    """Return the settings as text."""
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


def evaluation_report(
    beats: ComparisonSummary,
    runs: RunSummary,
    heart_rates: Sequence[HeartRateComparison],
    per_record: pd.DataFrame,
    overall: pd.DataFrame,
    intervals: pd.DataFrame | None,
    *,
    settings: Mapping[str, str],
    confidence: float | None,
    n_bootstrap: int,
    n_subjects: int,
) -> str:
    """Return the whole text, section by section; see `Evaluation` for the sections."""
    title = f"Evaluation by ANSI/AAMI EC57: {len(per_record)} recordings of {n_subjects} subjects"
    width = max(map(len, settings), default=0) + 2
    parts = [
        _section(title, "=", *(f"{k:<{width}}{v}" for k, v in settings.items())),
        _section("Beat by beat", "-", beats.report()),
        _section("Shutdown of the test", "-", beats.shutdown_lines()),
    ]
    parts += [_section(f"{name} runs", "-", runs.report(kind)) for kind, name in _KINDS.items()]
    parts.append(_section("Heart rate", "-", *_heart_rate(heart_rates, overall)))
    parts.append(_section("Burden: share of beats (%)", "-", *_burden(per_record, overall)))
    rows = _overall(overall, intervals, confidence)
    rows += ["", _interval_note(intervals, n_bootstrap, n_subjects)]
    parts.append(_section("Gross and average (%, RR error in ms)", "-", *rows))
    return "\n\n".join(parts)


def _section(title: str, line: str, *rows: str) -> str:
    return "\n".join([title, line * len(title), *rows])


def _heart_rate(heart_rates: Sequence[HeartRateComparison], overall: pd.DataFrame) -> list[str]:
    rows = [f"{'Record':<10}{'measured':>9}{'mean bpm':>10}{'RMS bpm':>10}{'error %':>10}"]
    for rate in heart_rates:
        rows.append(
            f"{rate.record:<10}{rate.n_measurements:9d}{_number(rate.mean_rate, 10)}"
            f"{_number(rate.rms_error, 10, 2)}{_number(100 * rate.error, 10, 2)}"
        )
    for kind, error in overall["HR error"].items():
        rows.append(f"{kind.capitalize():<39}{_number(100 * error, 10, 2)}")
    return rows


def _burden(per_record: pd.DataFrame, overall: pd.DataFrame) -> list[str]:
    columns = [f"{kind} {what}" for kind in _KINDS for what in ("ref", "test", "error", "|error|")]
    rows = [f"{'Record':<10}" + "".join(f"{column:>11}" for column in columns)]
    tables = (per_record, overall)
    for name, values in (row for table in tables for row in table[list(BURDEN_SCORES)].iterrows()):
        shown = name.capitalize() if name in overall.index else name
        rows.append(f"{shown:<10}" + "".join(_number(100 * value, 11, 2) for value in values))
    return rows


def _overall(
    overall: pd.DataFrame, intervals: pd.DataFrame | None, confidence: float | None
) -> list[str]:
    heading = "" if confidence is None else f"{100 * confidence:g} % interval"
    rows = [f"{'':<22}{'gross':>8}  {heading:<18}{'average':>8}  {heading}".rstrip()]
    for score in SCORES:
        scale = 1 if score == "RR error" else 100
        row = f"{score:<22}"
        for kind in ("gross", "average"):
            row += _number(scale * overall.at[kind, score], 8, 2)
            span = ""
            if intervals is not None:
                low, high = scale * intervals.loc[(kind, score)]
                span = "" if np.isnan(low) else f"{low:.2f} to {high:.2f}"
            row += f"  {span:<18}"
        rows.append(row.rstrip())
    return rows


def _interval_note(intervals: pd.DataFrame | None, n_bootstrap: int, n_subjects: int) -> str:
    if intervals is None:
        return "No intervals: they require at least two subjects, and a confidence."
    return (
        f"Intervals: percentiles over {n_bootstrap} replicates that draw {n_subjects} subjects "
        "with replacement."
    )


def _number(value: float, width: int, decimals: int = 1) -> str:
    return f"{'-':>{width}}" if np.isnan(value) else f"{value:{width}.{decimals}f}"
