"""Find recordings named on the command line by path or by record in the data home."""

import os
from pathlib import Path

__all__ = ["find_recording"]


def find_recording(name: str, data_home: str | os.PathLike | None) -> Path:
    """Return the path of a recording: the given path, or the record in the data home.

    ``208`` is searched in all databases in the data home, ``mitdb/208`` in one.

    Raises
    ------
    ValueError
        If several databases have a record of that name.
    """
    path = Path(name)
    if path.exists() or _is_record(path) or _is_record(path.with_suffix("")):
        return path
    from heartbeat.datasets import get_data_home

    home = get_data_home(data_home)
    record = path.with_suffix("") if path.suffix in (".hea", ".dat", ".atr") else path
    if path.is_absolute() or ".." in path.parts or not home.is_dir():
        return path
    for there in (home / record, home / record.parent / "data" / record.name):
        if _is_record(there):
            return there
    found = sorted(
        header.with_suffix("")
        for database in home.iterdir()
        if database.is_dir()
        for header in (database / f"{record}.hea", database / "data" / f"{record}.hea")
        if header.is_file()
    )
    if len(found) > 1:
        raise ValueError(
            f"several databases have a record {name}. Name one of them: "
            f"{' or '.join(str(p.relative_to(home)) for p in found)}"
        )
    return found[0] if found else path


def _is_record(path: Path) -> bool:
    return Path(f"{path}.hea").is_file()
