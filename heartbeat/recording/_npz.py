"""Read and write recordings as NumPy archives (NPZ)."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from heartbeat._files import expanded, written_whole
from heartbeat._npz import read_arrays
from heartbeat.recording._annotations import Annotations
from heartbeat.recording._recording import Recording

__all__ = ["read_npz", "write_recording"]

_MARKS = [field.name for field in fields(Annotations)]


def write_recording(path: str | PathLike, recording: Recording) -> Path:
    """Write a recording with its annotations to an NPZ file that `read_recording` reads.

    Parameters
    ----------
    path : path-like
        File to write, with the suffix ``.npz``. An existing file is replaced, completely or not at
        all.
    recording : Recording
        Recording to write.

    Returns
    -------
    Path
        File that was written.

    Raises
    ------
    ValueError
        If `path` has another suffix.

    See Also
    --------
    read_recording : Reads the file.
    write_annotations : Writes the annotations alone, as a WFDB file.

    Examples
    --------
    >>> import tempfile
    >>> from heartbeat.datasets import make_recording
    >>> from heartbeat.recording import read_recording, write_recording
    >>> recording = make_recording(10, random_state=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_recording(Path(folder) / "made.npz", recording)
    ...     again = read_recording(path)
    >>> bool((again.signal == recording.signal).all())
    True
    """
    path = expanded(path)
    if path.suffix != ".npz":
        raise ValueError(f"the path of a saved recording must end in .npz, got {path}.")
    names = ("signal", "fs", "leads", "name", "subject", "database")
    arrays: dict[str, Any] = {name: np.asarray(getattr(recording, name)) for name in names}
    if recording.begin is not None:
        arrays["begin"] = np.asarray(recording.begin.isoformat())
    if recording.annotations is not None:
        arrays |= {f"annotation_{name}": getattr(recording.annotations, name) for name in _MARKS}
    with written_whole(path) as temporary:
        np.savez(temporary, **arrays)
    return path


def read_npz(
    path: Path, fs: float | None, leads: str | Sequence[str] | None, annotations: bool = True
) -> Recording:
    """Read an NPZ file; see `read_recording`."""
    arrays: dict[str, Any] = read_arrays(path)
    if "signal" not in arrays:
        raise ValueError(f"{path} has no array 'signal', only {sorted(arrays)}.")
    if fs is None and "fs" not in arrays:
        raise ValueError(f"{path} does not contain its sampling rate. Give fs in Hz.")
    marks: dict[str, Any] = {name: arrays.get(f"annotation_{name}") for name in _MARKS}
    marked = annotations and marks["sample"] is not None
    if marked and marks["symbol"] is None:
        raise ValueError(
            f"{path} has an array 'annotation_sample', but no array 'annotation_symbol'. Store "
            "both or neither."
        )
    text = {name: str(arrays[name]) for name in ("subject", "database") if name in arrays}
    rate: Any = arrays.get("fs", fs)
    try:
        if arrays["signal"].dtype.kind == "V":
            raise TypeError("its signal is not an array of numbers")
        recording = Recording(
            arrays["signal"],
            # Programs that store only tables write a number as a table with one cell.
            rate.item() if np.size(rate) == 1 and isinstance(rate, np.ndarray) else rate,
            arrays["leads"].tolist() if "leads" in arrays else None,
            str(arrays.get("name", path.stem)),
            annotations=Annotations(**marks) if marked else None,
            begin=datetime.fromisoformat(str(arrays["begin"])) if "begin" in arrays else None,
            **text,
        )
    except (TypeError, ValueError, OverflowError, IndexError) as error:
        # The problem is in the file, not in the arguments.
        raise ValueError(f"{path} does not hold a valid recording: {error}") from error
    return recording if leads is None else recording.select_leads(leads)
