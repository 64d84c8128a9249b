"""Read WFDB headers, including those whose date or length is not valid."""

import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from heartbeat.recording._recording import check_fs
from heartbeat.recording._wfdb_library import wfdb

__all__ = ["is_layout", "read_header", "readable_record"]


def read_header(record: Path) -> wfdb.Record | wfdb.MultiRecord:
    """Return the header `record` + ".hea"; an invalid date or length is ignored with a warning."""
    path = Path(f"{record}.hea")
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist. Check that the record is complete.")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes). Copy or download it again.")
    try:
        with readable_record(record) as readable:
            if readable != record:
                warnings.warn(
                    f"{path} gives an invalid date or time, or a length of 0 samples. The date is "
                    f"ignored, and the length is taken from the signal file.",
                    stacklevel=2,
                )
            header = wfdb.rdheader(str(readable))
    except Exception as error:  # wfdb raises errors of many types for malformed headers
        raise ValueError(f"{path} is not a readable WFDB header: {error}") from error
    check_fs(header.fs, f"the sampling rate in {path}")
    described = getattr(header, "sig_name", None) or ()
    if not isinstance(header, wfdb.MultiRecord) and header.n_sig != len(described):
        raise ValueError(
            f"{path} gives {header.n_sig} signal(s), but describes {len(described)}. Copy or "
            f"download it again."
        )
    return header


def is_layout(header: wfdb.Record) -> bool:
    """Tell whether a header only lists the leads of a multi-segment record."""
    return bool(header.n_sig) and all(name == "~" for name in header.file_name)


@contextmanager
def readable_record(record: Path) -> Iterator[Path]:
    """Give the record, or a temporary copy of it with a header that wfdb can read."""
    lines = Path(f"{record}.hea").read_text(encoding="ascii", errors="ignore").splitlines()
    first = next((i for i, line in enumerate(lines) if _says_something(line)), None)
    mended = None if first is None else _mended(lines[first], lines[first + 1 :])
    if first is None or mended is None:
        yield record
        return
    lines[first] = mended
    with tempfile.TemporaryDirectory(prefix="heartbeat-") as folder:
        copy = Path(folder) / record.name
        Path(f"{copy}.hea").write_text("\n".join(lines) + "\n", encoding="ascii")
        names = {line.split()[0] for line in lines[first + 1 :] if _says_something(line)}
        for name in names:
            if name == Path(name).name and (record.parent / name).is_file():
                _link(record.parent / name, Path(folder) / name)
        yield copy


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _mended(line: str, signals: list[str]) -> str | None:
    """Return a record line without the parts that wfdb cannot read, or None if all can be read."""
    fields = line.split()
    kept = fields if _is_standard(fields[4:]) else fields[:4]
    has_samples = any(_says_something(s) and s.split()[0] != "~" for s in signals)
    if len(kept) > 3 and re.fullmatch("0+", kept[3]) and "/" not in kept[0] and has_samples:
        kept = kept[:3]
    return None if kept == fields else " ".join(kept)


def _is_standard(fields: list[str]) -> bool:
    """Tell whether the fields after the number of samples are a valid WFDB time and date."""
    if not fields:
        return True
    clock = re.fullmatch(r"(?:(?:(\d{1,2}):)?(\d{1,2}):)?(\d{1,2})(\.\d{1,6})?", fields[0])
    if clock is None or int(clock[1] or 0) > 23 or int(clock[2] or 0) > 59 or int(clock[3]) > 59:
        return False
    try:
        return len(fields) == 1 or bool(datetime.strptime(fields[1], "%d/%m/%Y"))
    except ValueError:
        return False


def _link(source: Path, target: Path) -> None:
    try:
        os.symlink(source.absolute(), target)
    except OSError:  # where creating links needs a privilege
        shutil.copyfile(source, target)
