"""Reading recordings from text tables."""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from heartbeat.recording._leads import choose_leads, millivolts_per, unique_names
from heartbeat.recording._recording import Recording

__all__ = ["read_csv"]

_TIME = re.compile(
    r"(elapsed[ _])?(time|t|seconds)[ _]*[\[(]?(?P<unit>s|sec|seconds|ms)?[\])]?", re.IGNORECASE
)
_INDEX = re.compile(r"(sample|index)?(s| ?number| ?#)?", re.IGNORECASE)
_SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3}
_MISSING = {"", "-", "nan"}

_GREATEST_SPAN_MV = 50.0
"""Far more than any ECG has, and far less than ADC units or microvolts taken for mV."""


def read_csv(path: Path, fs: float | None, leads: str | Sequence[str] | None) -> Recording:
    """Read a table with a column a lead and a row a sample; see `read_recording`."""
    with path.open(encoding="utf-8-sig") as file:
        first_line, second_line = file.readline(), file.readline()
    separator = max(",;\t", key=first_line.count)
    cells = _cells(first_line, separator)
    named = not all(_is_number(cell) for cell in cells)
    names = cells if named else [None] * len(cells)
    units = _units(second_line, separator, len(cells)) if named else None
    table = _read_table(path, separator, n_header_rows=named + (units is not None))
    units = units or ["mV"] * len(cells)
    if table.shape[1] != len(cells):
        raise ValueError(
            f"{path} has {len(cells)} cell(s) in its first row and up to {table.shape[1]} below: "
            f"each row must hold one cell for each column."
        )
    columns = [i for i, name in enumerate(names) if name is None or not _INDEX.fullmatch(name)]
    times = [i for i in columns if names[i] is not None and _TIME.fullmatch(names[i])]
    if times:
        unit = _TIME.fullmatch(names[times[0]])["unit"] or units[times[0]]
        seconds = table[:, times[0]] * _SECONDS.get(unit.lower(), 1.0)
        fs = _rate_of(seconds, path)
        columns.remove(times[0])
    if fs is None:
        raise ValueError(
            f"{path} does not say its sampling rate: give fs in Hz, or add a column 'time' in "
            f"seconds."
        )
    if not columns:
        raise ValueError(f"{path} holds no lead, only the columns {cells}.")
    lead_names = unique_names([names[i] for i in columns])
    if not named and len(columns) == 1:
        lead_names = ["lead"]
    chosen = choose_leads(lead_names, [units[i] for i in columns], leads, str(path))
    columns = [columns[i] for i in chosen]
    lead_names = [lead_names[i] for i in chosen]
    signal = table.T[columns].astype(np.float32)
    for lead, column, name in zip(signal, columns, lead_names, strict=True):
        lead *= np.float32(millivolts_per(units[column]))
        _warn_of_other_units(lead, name, path)
    return Recording(signal.T, fs, lead_names, path.stem)


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip().strip("\"'") for cell in line.rstrip("\r\n").split(separator)]


def _units(line: str, separator: str, n_cells: int) -> list[str] | None:
    """Return the units that the second row holds, as PhysioNet's exports have it; else None."""
    cells = _cells(line, separator)
    if len(cells) != n_cells or any(_is_number(cell) for cell in cells):
        return None
    known = any(c.lower() in _SECONDS or millivolts_per(c) is not None for c in cells)
    return cells if known else None


def _warn_of_other_units(lead: np.ndarray, name: str, path: Path) -> None:
    few = lead[:: max(1, len(lead) // 10_000)]
    few = few[np.isfinite(few)]
    span = np.subtract(*np.percentile(few, [99, 1])) if few.size else 0.0
    if span > _GREATEST_SPAN_MV:
        warnings.warn(
            f"lead {name!r} of {path} spans {span:.4g} mV, which no ECG does: if these are ADC "
            f"units or microvolts, convert them, or name the unit in a second row (mV, uV, V).",
            stacklevel=4,
        )


def _read_table(path: Path, separator: str, n_header_rows: int) -> np.ndarray:
    options = {
        "sep": separator,
        "header": None,
        "skiprows": n_header_rows,
        "skip_blank_lines": False,
        "na_values": sorted(_MISSING),
        "skipinitialspace": True,
        "encoding": "utf-8-sig",
    }
    try:
        # float64, since a day's worth of seconds needs more digits than float32 has.
        return pd.read_csv(path, dtype=np.float64, **options).to_numpy()
    except pd.errors.EmptyDataError:
        raise ValueError(f"{path} holds a header and no samples.") from None
    except pd.errors.ParserError as error:
        raise ValueError(f"{path} is not a table of one width: {error}") from error
    except ValueError:
        text = pd.read_csv(path, dtype=str, keep_default_na=False, **options)
    for row, cells in enumerate(text.itertuples(index=False), start=n_header_rows + 1):
        for column, cell in enumerate(cells, start=1):
            if not _is_number(str(cell)):
                raise ValueError(
                    f"{path}, row {row}, column {column}: {cell!r} is not a number; leave the "
                    f"cells of invalid samples empty."
                )
    raise ValueError(f"{path} does not hold numbers alone.")


def _rate_of(seconds: np.ndarray, path: Path) -> float:
    """Return the sampling rate of evenly spaced times, which may have been rounded in print."""
    n = len(seconds)
    span = seconds[-1] - seconds[0]
    if n < 2 or not span > 0:
        raise ValueError(
            f"the time column of {path} does not increase from {seconds[0]} s to {seconds[-1]} s "
            f"over {n} row(s): drop it and give fs instead."
        )
    fs = (n - 1) / span
    off = np.abs((seconds - seconds[0]) * fs - np.arange(n))
    if not off.max() < 0.75:  # NaN is caught, too
        row = int(np.argmax(np.isnan(off) | (off >= 0.75)))
        raise ValueError(
            f"the time column of {path} is not evenly spaced: at sample {row} it says "
            f"{seconds[row]} s, where {fs:g} Hz would be at {seconds[0] + row / fs:.6g} s. "
            f"Fill gaps with rows of empty cells, or drop the column and give fs."
        )
    # A single row that is missing hardly moves the others off their line.
    wide = np.flatnonzero(np.diff(seconds) * fs > 1.75)
    if wide.size:
        raise ValueError(
            f"the time column of {path} has a gap: from {seconds[wide[0]]} s (sample {wide[0]}) to "
            f"{seconds[wide[0] + 1]} s, at about {fs:g} Hz. Fill it with rows of empty cells, or "
            f"drop the column and give fs."
        )
    # The print's rounding moves the rate a little: 360.0004 Hz is 360 Hz.
    return float(round(fs)) if abs(fs - round(fs)) * n < fs * 0.75 + 1e-9 else fs


def _is_number(cell: str) -> bool:
    if cell.strip().lower() in _MISSING:
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True
