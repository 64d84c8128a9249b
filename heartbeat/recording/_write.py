"""Write WFDB annotation files: `write_annotations`."""

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

import numpy as np

from heartbeat._files import expanded, written_whole
from heartbeat._shown import shown
from heartbeat.recording._annotation_bytes import plain_annotation_bytes
from heartbeat.recording._annotations import Annotations
from heartbeat.recording._recording import Recording, check_fs
from heartbeat.recording._wfdb_definitions import count
from heartbeat.recording._wfdb_library import WFDB_SYMBOLS, quietly, wfdb

__all__ = ["write_annotations"]

_RANGES = {"subtype": (-128, 127), "chan": (0, 255), "num": (0, 127)}
_LONGEST_NOTE = 255
_END_OF_FILE = b"\0\0"


def write_annotations(
    path: str | PathLike,
    annotations: Recording | Annotations,
    annotator: str = "hb",
    *,
    fs: float | None = None,
) -> Path:
    """Write annotations to a WFDB annotation file.

    All fields of `Annotations` are preserved. WFDB software, such as ``wfdb.rdann``, and
    `read_recording` read the file.

    Parameters
    ----------
    path : path-like
        Record that the annotations belong to, without suffix, such as ``"mitdb/100"``. For a
        `Recording` it may be a folder; the file is then named after the recording.
    annotations : Recording or Annotations
        Annotations to write, or a recording whose annotations are written.
    annotator : str, default="hb"
        Suffix of the file: letters, digits and underscores. An existing file is replaced.
    fs : float, optional
        Sampling rate in Hz that the positions refer to, stored in the file; taken from a
        `Recording`. Without it, readers use the sampling rate in the header of the record.

    Returns
    -------
    Path
        File that was written.

    Raises
    ------
    TypeError
        If `annotations` is neither a `Recording` nor `Annotations`.
    ValueError
        If a recording has no annotations, a symbol is not a WFDB symbol, a number or text does not
        fit the format, or `annotator` is not a valid suffix.

    See Also
    --------
    read_recording : Read a recording with its annotations.
    write_recording : Write signal and annotations to one file.

    References
    ----------
    WFDB Applications Guide, PhysioNet: annotation files.

    Examples
    --------
    >>> import tempfile
    >>> marks = Annotations([10, 300, 5000], ["+", "N", "V"], aux=["(N", "", ""])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_annotations(Path(folder) / "100", marks, fs=360)
    >>> path.name
    '100.hb'
    """
    path = expanded(path)
    if isinstance(annotations, Recording):
        recording, marks = annotations, annotations.annotations
        if marks is None:
            raise ValueError(
                f"recording {recording.name!r} has no annotations to write. Set its annotations "
                "first."
            )
        if fs is not None and check_fs(fs) != recording.fs:
            raise ValueError(
                f"fs={fs:g} contradicts the sampling rate of the recording, {recording.fs:g} Hz. "
                f"Omit fs, or write recording.resample({fs:g})."
            )
        fs = recording.fs
        path = path / recording.name if path.is_dir() else path
    elif isinstance(annotations, Annotations):
        marks = annotations
    else:
        raise TypeError(
            f"annotations must be a Recording or Annotations, got {type(annotations).__name__}."
        )
    if path.is_dir() or not path.name:
        raise ValueError(
            f"{str(path)!r} is a folder. Give the path of a record in it, such as folder/record."
        )
    if not re.fullmatch(r"\w+", annotator, re.ASCII):
        raise ValueError(
            f"annotator must consist of letters, digits and underscores, got {shown(annotator)}."
        )
    _check(marks)
    target = path.with_name(f"{path.name}.{annotator}")
    rate = None if fs is None else _plain(check_fs(fs))
    # wfdb does not write files without annotations.
    content = plain_annotation_bytes(marks, rate) if len(marks) else _END_OF_FILE
    with written_whole(target) as temporary, _plain_name(temporary) as draft:
        if content is not None:
            draft.write_bytes(content)
        else:
            with quietly():
                wfdb.wrann(
                    "draft",
                    "hb",
                    marks.sample,
                    symbol=marks.symbol.tolist(),
                    subtype=marks.subtype.copy(),
                    chan=marks.chan.copy(),
                    num=marks.num.copy(),
                    aux_note=marks.aux.tolist(),
                    fs=rate,
                    write_dir=str(draft.parent),
                )
            _check_written(draft, len(marks))
    return target


def _check_written(draft: Path, n_annotations: int) -> None:
    """Raise an error if the disk was full, which NumPy, with which wfdb writes, does not do."""
    content = draft.read_bytes()
    # An additional annotation may hold the rate.
    if count(content) not in (n_annotations, n_annotations + 1) or content[-2:] != _END_OF_FILE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def _plain_name(path: Path) -> Iterator[Path]:
    """Give a temporary file with a name that wfdb accepts; it becomes `path` in the end.

    `path` is itself temporary, so an error about the file is raised as an error about `path`.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".heartbeat-", dir=path.parent) as folder:
            draft = Path(folder) / "draft.hb"
            yield draft
            os.replace(draft, path)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror) from error


def _check(annotations: Annotations) -> None:
    """Raise an error if the format cannot hold the annotations without loss."""
    unknown = sorted(set(annotations.symbol.tolist()) - WFDB_SYMBOLS)
    if unknown:
        raise ValueError(
            f"symbol(s) {unknown} are not WFDB annotation symbols, which are "
            f"{' '.join(sorted(WFDB_SYMBOLS))}. Write free text to aux, with the symbol '\"'."
        )
    for name, (least, most) in _RANGES.items():
        values = getattr(annotations, name)
        outside = values[(values < least) | (values > most)]
        if outside.size:
            raise ValueError(f"{name} must be from {least} to {most}, got {outside[0]}.")
    for note in set(annotations.aux.tolist()):
        if len(note) > _LONGEST_NOTE or re.search(r"[^\x20-\x7e\x80-\xff]", note):
            raise ValueError(
                f"a note in aux must have at most {_LONGEST_NOTE} Latin-1 characters without tabs "
                f"and line breaks, got {shown(note)}."
            )
    if np.any((annotations.sample == 0) & (annotations.symbol == '"')):
        raise ValueError(
            "a note (symbol '\"') at sample 0 would be read as a definition instead of a note. "
            "Move it to sample 1."
        )


def _plain(fs: float) -> float | int:
    """Return a whole rate as an int, because readers keep the type that they find in the file."""
    return int(fs) if fs.is_integer() else fs
