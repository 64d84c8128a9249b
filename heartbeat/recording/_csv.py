"""Read recordings from text tables."""

import io
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from heartbeat.recording._csv_head import (
    MISSING,
    SECONDS,
    TableHead,
    decoded,
    is_date,
    is_number,
    is_time,
    read_head,
    without_unit,
)
from heartbeat.recording._csv_times import rate_of, seconds_of
from heartbeat.recording._leads import (
    choose_leads,
    millivolts_per,
    unique_names,
    warn_of_other_units,
)
from heartbeat.recording._recording import Recording

__all__ = ["read_csv"]

_UNITS = "|".join(SECONDS)
_TIME = re.compile(
    r"((elapsed[ _])?(time|t|seconds|time[ _]?stamp|date[ _]?time|zeit|uhrzeit)|elapsed)"
    rf"([ _]in)?[ _]*[\[(]?(?P<unit>{_UNITS})?[\])]?"
    # A letter alone may be the name of a lead.
    rf"|(?P<alone>(?!s$)({_UNITS}))",
    re.IGNORECASE,
)
_INDEX = re.compile(r"(sample|index)?(s| ?number| ?#)?|date|datum|unnamed: 0", re.IGNORECASE)
_WRITE_UNIT = ", or write the unit (mV, uV or V) in the column's name or in a second row"
_COMMA_NUMBER = re.compile(r"[-+]?\d*,\d+")


def read_csv(path: Path, fs: float | None, leads: str | Sequence[str] | None) -> Recording:
    """Read a table with one column per lead and one row per sample; see `read_recording`."""
    text = decoded(path)
    head = read_head(text)
    names = head.names
    times = _time_columns(head)
    table = _read_table(text, head, times, path)
    if table.shape[1] != len(names):
        raise ValueError(
            f"{path} has {len(names)} cell(s) in its first row and up to {table.shape[1]} below. "
            f"Each row must have one cell for each column. (Numbers with decimal commas need "
            f"semicolons or tabs between the cells.)"
        )
    columns = [
        i
        for i, name in enumerate(names)
        if i not in times and (name is None or not _INDEX.fullmatch(name))
    ]
    rate = head.rate
    timed = [i for i in times if not _holds_dates(head, i)]
    if timed:
        seconds = seconds_of(table[timed[0]], _seconds_per(head, timed[0]), path)
        rate = rate_of(seconds, path)
    fs = fs if rate is None else rate
    if fs is None:
        raise ValueError(
            f"{path} does not contain its sampling rate. Give fs in Hz, or add a column 'time' in "
            f"seconds."
        )
    if not columns:
        raise ValueError(
            f"{path} holds no lead, only the columns {names}. Add a column for each lead."
        )
    lead_names = unique_names([names[i] for i in columns])
    if names == [None]:
        lead_names = ["lead"]
    units = [head.units[i] for i in columns]
    if leads is not None:
        leads = [leads] if isinstance(leads, (str, int)) else list(leads)
        leads = [without_unit(lead) if isinstance(lead, str) else lead for lead in leads]
    chosen = choose_leads(lead_names, units, leads, str(path))
    signal = np.empty((len(chosen), len(table)), dtype=np.float32)
    with np.errstate(over="ignore"):  # Recording raises an error for infinite values
        for row, i in zip(signal, chosen, strict=True):
            row[:] = table[columns[i]]
            row *= np.float32(millivolts_per(units[i]))
            warn_of_other_units(row, lead_names[i], path, unit=units[i], or_else=_WRITE_UNIT)
    try:
        return Recording(signal.T, fs, [lead_names[i] for i in chosen], path.stem)
    except ValueError as error:
        raise ValueError(f"{path} does not hold a valid recording: {error}") from error


def _time_columns(head: TableHead) -> list[int]:
    """Return the columns that hold times, starting with the one that gives the sampling rate."""
    named = [i for i, name in enumerate(head.names) if name and _TIME.fullmatch(name)]
    if len(head.first_row) != len(head.names):
        return named
    stamps = [i for i, cell in enumerate(head.first_row) if is_time(cell) or is_date(cell)]
    with_clock = [i for i in stamps if is_time(head.first_row[i])]
    numbers = [i for i in named if i not in stamps]
    # A date column is no help for the sampling rate, but must not be parsed as numbers.
    return with_clock + numbers + [i for i in stamps if i not in with_clock]


def _holds_dates(head: TableHead, column: int) -> bool:
    return column < len(head.first_row) and is_date(head.first_row[column])


def _seconds_per(head: TableHead, column: int) -> float:
    name, unit = head.names[column], head.units[column]
    found = _TIME.fullmatch(name) if name else None
    unit = ((found["unit"] or found["alone"]) if found else None) or unit or "s"
    return SECONDS.get(unit.lower(), 1.0)


def _read_table(text: str, head: TableHead, times: list[int], path: Path) -> pd.DataFrame:
    options = {
        "sep": head.separator,
        "header": None,
        "skiprows": head.skipped,
        "skip_blank_lines": False,
        "na_values": sorted(MISSING),
        "skipinitialspace": True,
        "engine": "c",
    }
    written = {
        i: str
        for i in times
        if i < len(head.first_row) and (is_time(head.first_row[i]) or is_date(head.first_row[i]))
    }
    numbers = [cell for i, cell in enumerate(head.first_row) if i not in written]
    decimal = "."
    if head.separator != ",":
        body = text if head.skipped == 0 else text.split("\n", head.skipped)[-1]
        commas = any(_COMMA_NUMBER.fullmatch(cell) for cell in numbers)
        if commas or ("," in body and not any("." in cell for cell in numbers)):
            decimal = ","
    # float64, because the times of a whole day need more digits than float32 has.
    types = {i: written.get(i, np.float64) for i in range(len(head.names))}
    try:
        return pd.read_csv(io.StringIO(text), dtype=types, decimal=decimal, **options)
    except pd.errors.EmptyDataError:
        raise ValueError(f"{path} holds a header, but no samples.") from None
    except pd.errors.ParserError as error:
        raise ValueError(
            f"{path} is not a table with the same number of columns in every row: {error}"
        ) from error
    except (ValueError, OverflowError):
        pass
    try:
        cells = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, **options)
    except ValueError as error:
        raise ValueError(f"{path} is not a table of numbers: {error}") from error
    for row, values in enumerate(cells.itertuples(index=False), start=head.skipped + 1):
        for column, cell in enumerate(values, start=1):
            if column - 1 not in written and not is_number(str(cell)):
                raise ValueError(
                    f"{path}, row {row}, column {column}: {cell!r} is not a number. Leave the "
                    f"cells of invalid samples empty."
                )
    raise ValueError(
        f"{path} must hold only numbers, all with a decimal point or all with a decimal comma."
    )
