"""Load beats that ``heartbeat prepare`` wrote: `load_prepared`."""

import os
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from sklearn.utils import Bunch

from heartbeat._files import expanded
from heartbeat._layout import resolve_layout
from heartbeat._npz import read_arrays
from heartbeat.labels import AAMI_CLASSES
from heartbeat.segmentation import framed

__all__ = ["load_prepared"]

_TEXT = ("target", "symbol", "subject", "record")
_NUMBERS = {"sample": np.int64, "invalid": np.float32}
_FACTS = ("fs", "before")


def load_prepared(
    path: str | os.PathLike, *, as_frame: bool = False, return_X_y: bool = False
) -> Bunch | tuple[Any, Any]:
    """Load a table of beats that the command ``heartbeat prepare`` wrote.

    Parameters
    ----------
    path : path-like
        NPZ or CSV file. In a CSV file, values are rounded to six digits.
    as_frame : bool, default=False
        Whether to return `data` as a DataFrame, whose column names describe the layout, and
        `target` as a Series.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch
        data : ndarray or DataFrame of shape (n_beats, n_leads * n_times + n_context), float32
            Beats: the leads one after another, then the context columns.
        target : ndarray or Series of shape (n_beats,), dtype str
            AAMI class; ``""`` for beats without a reference label.
        symbol, sample, record, subject, invalid : ndarray of shape (n_beats,)
            Annotation symbol; R peak in samples of the record at its own sampling rate; record;
            subject (the groups to split by); share of invalid samples.
        n_leads, n_context, waveform, context, feature_names, target_names, leads
            Layout of `data`: numbers, column slices and names.
        fs, before : float or None
            Sampling rate of the beats in Hz, and time in s before R. None from a CSV file, which
            does not contain them.

    (data, target) : tuple if `return_X_y` is True

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file was not written by ``heartbeat prepare``, or is damaged.

    See Also
    --------
    load_beats : Cuts the beats itself.

    Examples
    --------
    >>> from heartbeat.datasets import load_prepared
    >>> beats = load_prepared("beats.npz", as_frame=True)  # doctest: +SKIP
    >>> beats.data.shape  # doctest: +SKIP
    (2273, 187)
    """
    path = expanded(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path}. Write it with heartbeat prepare SOURCE --output {path}"
        )
    if path.suffix not in (".npz", ".csv"):
        raise ValueError(
            f"the path must end in .npz or .csv, as heartbeat prepare writes, got {path}."
        )
    try:
        columns = _from_npz(path) if path.suffix == ".npz" else _from_csv(path)
        _check(columns)
        layout = resolve_layout(columns["data"].shape[1], columns["feature_names"])
    except Exception as error:  # archives, numbers and names may each be damaged
        raise ValueError(
            f"{path} is not a file that heartbeat prepare wrote, or is damaged: {error}"
        ) from error
    bunch = Bunch(
        **columns,
        n_leads=layout.n_leads,
        n_context=layout.n_context,
        waveform=layout.waveform_slice,
        context=layout.context_slice,
        leads=layout.leads,
        target_names=list(AAMI_CLASSES),
    )
    if as_frame:
        bunch = framed(bunch)
    return (bunch.data, bunch.target) if return_X_y else bunch


def _check(columns: dict[str, Any]) -> None:
    data, names = columns["data"], columns["feature_names"]
    if data.ndim != 2 or data.dtype.kind != "f":
        raise ValueError(f"its data are {data.ndim}-D of dtype {data.dtype}, not 2-D numbers")
    if np.isinf(data).any():
        raise ValueError("its data hold infinite values")
    if not isinstance(names, list) or len(names) != data.shape[1]:
        raise ValueError(f"its names do not fit the {data.shape[1]} columns of its data")
    for name in (*_TEXT, *_NUMBERS):
        column, kinds = columns[name], "U" if name in _TEXT else "iuf"
        if column.shape != data.shape[:1] or column.dtype.kind not in kinds:
            raise ValueError(
                f"it has {len(data)} beats, but its {name!r} are of shape {column.shape} and dtype "
                f"{column.dtype}"
            )


def _from_npz(path: Path) -> dict[str, Any]:
    arrays = read_arrays(path)
    missing = {"data", *_TEXT, *_NUMBERS, *_FACTS, "feature_names"} - set(arrays)
    if missing:
        raise ValueError(f"it has no {', '.join(sorted(missing))}")
    columns: dict[str, Any] = {name: arrays[name] for name in ("data", *_TEXT, *_NUMBERS)}
    columns |= {name: float(arrays[name]) for name in _FACTS}
    columns["feature_names"] = arrays["feature_names"].tolist()
    return columns


def _from_csv(path: Path) -> dict[str, Any]:
    # Opened once, because another process may replace the file in between.
    with path.open("rb") as file:
        return _from_csv_file(file)


def _from_csv_file(file: BinaryIO) -> dict[str, Any]:
    import pandas as pd

    names = pd.read_csv(file, nrows=0).columns
    file.seek(0)
    missing = [name for name in (*_TEXT, *_NUMBERS) if name not in names]
    if missing:
        raise ValueError(f"it has no column {', '.join(missing)}")
    features = [name for name in names if name not in (*_TEXT, *_NUMBERS)]
    # Names such as "N" are strings, and "100" is the name of a record, not a number.
    types = dict.fromkeys(features, np.float32) | dict.fromkeys(_TEXT, str) | _NUMBERS
    with np.errstate(over="ignore"):  # infinite values raise an error later
        frame = pd.read_csv(file, dtype=types, keep_default_na=False)
    columns = {name: frame[name].to_numpy() for name in _NUMBERS}
    columns |= {name: frame[name].to_numpy(dtype=str) for name in _TEXT}
    return {
        "data": np.ascontiguousarray(frame[features].to_numpy(dtype=np.float32)),
        "feature_names": features,
        **columns,
        **dict.fromkeys(_FACTS),
    }
