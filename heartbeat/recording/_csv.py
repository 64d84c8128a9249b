"""Reading recordings from text tables."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from heartbeat.recording._leads import choose_leads, unique_names
from heartbeat.recording._recording import Recording

__all__ = ["read_csv"]

_TIME = re.compile(
    r"(elapsed[ _])?(time|t|seconds)[ _]*[\[(]?(?P<unit>s|sec|seconds|ms)?[\])]?", re.IGNORECASE
)
_INDEX = re.compile(r"(sample|index)?(s| ?number)?", re.IGNORECASE)
_MISSING = {"", "-", "nan"}


def read_csv(path: Path, fs: float | None, leads: str | Sequence[str] | None) -> Recording:
    """Read a table with a column a lead and a row a sample, in mV; see `read_recording`."""
    with path.open(encoding="utf-8-sig") as file:
        first_line = file.readline().rstrip("\r\n")
    separator = max(",;\t", key=first_line.count)
    cells = [cell.strip().strip("\"'") for cell in first_line.split(separator)]
    named = not all(_is_number(cell) for cell in cells)
    names = cells if named else [None] * len(cells)
    table = _read_table(path, separator, named)
    if table.shape[1] != len(cells):
        raise ValueError(
            f"{path} has {len(cells)} cell(s) in its first row and up to {table.shape[1]} below: "
            f"each row must hold one cell for each column."
        )
    columns = [i for i, name in enumerate(names) if name is None or not _INDEX.fullmatch(name)]
    times = [i for i in columns if names[i] is not None and _TIME.fullmatch(names[i])]
    if times:
        unit = (_TIME.fullmatch(names[times[0]])["unit"] or "s").lower()
        seconds = table[:, times[0]] * (1e-3 if unit == "ms" else 1)
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
    chosen = choose_leads(lead_names, ["mV"] * len(lead_names), leads, str(path))
    signal = table.T[[columns[i] for i in chosen]].astype(np.float32).T
    return Recording(signal, fs, [lead_names[i] for i in chosen], path.stem)


def _read_table(path: Path, separator: str, named: bool) -> np.ndarray:
    options = {
        "sep": separator,
        "header": None,
        "skiprows": 1 if named else 0,
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
    for row, cells in enumerate(text.itertuples(index=False), start=2 if named else 1):
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
