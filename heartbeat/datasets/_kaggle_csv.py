"""Find, unpack and read a Kaggle CSV, with errors that name the row that is wrong."""

import gzip
import io
import math
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from heartbeat.datasets._data_home import get_data_home
from heartbeat.datasets._fixed_width import parse_fixed_width, read_bytes

__all__ = ["N_SAMPLES", "find_kaggle_csv", "read_kaggle_csv"]

N_SAMPLES = 187
_N_COLUMNS = N_SAMPLES + 1
_ARCHIVES = ("archive.zip", "heartbeat.zip")
"""File names of a download of the whole data set, by browser and by Kaggle's own client."""
_PAGE = "https://www.kaggle.com/datasets/shayanfazeli/heartbeat"


def find_kaggle_csv(name: str, data_home: str | os.PathLike | None = None) -> Path:
    """Return where a CSV is: plain, ``.gz``, ``.zip``, or in the zip of the whole data set.

    Raises
    ------
    FileNotFoundError
        If it is not found. The message lists the searched places and the source to download it.
    """
    home = get_data_home(data_home)
    folders = [home / "kaggle_heartbeat", home]
    if data_home is None:
        folders.insert(0, Path("data", "raw"))
    for folder in folders:
        for candidate in (name, f"{name}.gz", f"{name}.zip"):
            if (folder / candidate).is_file():
                return folder / candidate
        for archive in _ARCHIVES:
            if _holds(folder / archive, name):
                return folder / archive
    places = ", ".join(str(folder) for folder in folders)
    raise FileNotFoundError(
        f"{name} was not found in any of {places} (nor as .gz, .zip or in "
        f"{' or '.join(_ARCHIVES)}). Download it from {_PAGE} (which requires an account) and put "
        f"it there, or set data_home= or HEARTBEAT_DATA to the folder that holds it."
    )


def read_kaggle_csv(path: Path, name: str, n_labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Read samples, float32 (n_rows, 187), and labels, int64 (n_rows,).

    Parameters
    ----------
    path : Path
        From `find_kaggle_csv`.
    name : str
        Name of the CSV, for an archive that holds several.
    n_labels : int
        Labels are 0 to ``n_labels - 1``.

    Raises
    ------
    ValueError
        If the file is damaged. The message names the file, the row counted from 1, and its content.
    """
    raw = _raw_bytes(path, name)
    table = parse_fixed_width(raw, _N_COLUMNS)
    if table is None:
        table = _parse_any(raw)
    if table is None or not _is_sound(table, n_labels):
        raise ValueError(f"{path}: {_first_fault(raw, n_labels)}")
    return np.ascontiguousarray(table[:, :-1]), table[:, -1].astype(np.int64)


def _holds(archive: Path, name: str) -> bool:
    if not archive.is_file():
        return False
    try:
        with zipfile.ZipFile(archive) as file:
            return _member(file, name) is not None
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def _member(archive: zipfile.ZipFile, name: str) -> str | None:
    """Return the member called `name`, in any folder of the archive."""
    return next((m for m in archive.namelist() if m.rpartition("/")[2] == name), None)


def _raw_bytes(path: Path, name: str) -> np.ndarray:
    if path.suffix not in (".gz", ".zip"):
        return read_bytes(path)
    # Errors in opening the file are about the disk; later errors are about its content.
    packed = path.read_bytes()
    try:
        if path.suffix == ".gz":
            return np.frombuffer(gzip.decompress(packed), dtype=np.uint8)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            member = _member(archive, name)
            names = archive.namelist()
            if member is not None:
                return np.frombuffer(archive.read(member), dtype=np.uint8)
    # A damaged zip may ask for passwords and methods that it never had, or for negative offsets.
    except (EOFError, OSError, RuntimeError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} is damaged or was not downloaded to its end: {error}. Download it again."
        ) from error
    raise ValueError(f"{path} does not contain {name}, only {names}.")


def _parse_any(raw: np.ndarray) -> np.ndarray | None:
    """Read a CSV in any number format; None if it is not a table of numbers."""
    import pandas as pd

    try:
        frame = pd.read_csv(io.BytesIO(raw.data), header=None, dtype=np.float32, index_col=False)
    except (ValueError, OverflowError):  # pandas' ParserError and EmptyDataError are ValueErrors
        return None
    return frame.to_numpy()


def _is_sound(table: np.ndarray, n_labels: int) -> bool:
    if table.shape[1] != _N_COLUMNS or not len(table):
        return False
    # The sum is not finite if any value is not.
    with np.errstate(invalid="ignore", over="ignore"):
        finite = np.isfinite(table.sum(dtype=np.float64))
    return bool(finite) and bool(np.isin(table[:, -1], np.arange(n_labels)).all())


def _foreign_layout(line: str) -> str | None:
    """Return what the program that wrote this first line did to the file, if it can be told."""
    for separator, name in ((";", "semicolons"), ("\t", "tabs")):
        if line.count(separator) == _N_COLUMNS - 1:
            return (
                f"its cells are separated by {name}, but Kaggle's by commas. Convert it (and "
                f"decimal commas to points), or download the original again."
            )
    cells = [cell.strip().strip("\"'") for cell in line.split(",")]
    named = _number(cells[-1]) is None or cells[-2:] in (["186", "187"], ["187", "188"])
    if len(cells) == _N_COLUMNS + 1:
        header = ", and a header row" if named else ""
        return (
            f"row 1 has {len(cells)} columns, expected {_N_COLUMNS}. The first column seems to be "
            f"an index that pandas wrote{header}. Write the file with to_csv(..., index=False, "
            f"header=False)."
        )
    if len(cells) == _N_COLUMNS and named:
        return (
            f"row 1 is a header ({cells[0]!r}, {cells[1]!r}, ...), which Kaggle's files do not "
            f"have. Remove it, or write the file with to_csv(..., header=False)."
        )
    return None


def _first_fault(raw: np.ndarray, n_labels: int) -> str:
    """Return what is wrong with the first invalid row of a CSV."""
    n_rows = 0
    lines = _lines(raw)
    for n_rows, (line, is_last) in enumerate(lines, start=1):
        foreign = _foreign_layout(line) if n_rows == 1 else None
        if foreign is not None:
            return foreign
        cells = line.split(",")
        if len(cells) != _N_COLUMNS:
            cut = " The file ends in the middle of it. Download it again." if is_last else ""
            return f"row {n_rows} has {len(cells)} columns, expected {_N_COLUMNS}.{cut}"
        for column, cell in enumerate(cells, start=1):
            value = _number(cell)
            if value is None or not math.isfinite(value) or abs(value) > 3e38:
                hint = " (if it is a header, remove it)" if n_rows == 1 and value is None else ""
                return f"row {n_rows}, column {column}: {cell!r} is not a finite number{hint}."
        if value not in range(n_labels):
            return (
                f"row {n_rows}: label {cell.strip()!r} in the last column, expected a whole "
                f"number from 0 to {n_labels - 1}."
            )
    if n_rows == 0:
        return "the file is empty. Download it again."
    return "the file cannot be read as rows of numbers."


def _lines(raw: np.ndarray) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is the last one and incomplete."""
    file = io.BytesIO(raw.data)
    for line in file:
        text = line.decode("utf-8", errors="replace")
        if text.strip():
            yield text.rstrip("\r\n"), not text.endswith("\n")


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
