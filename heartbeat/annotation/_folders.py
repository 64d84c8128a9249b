"""Find recordings in folders, and plan the file to write for each."""

from collections import Counter
from collections.abc import Iterable
from os import PathLike, fspath
from pathlib import Path

__all__ = ["find_files", "plan_targets"]

# Suffixes that folders are searched for. CSV and NPZ files may hold anything and must be named.
_SUFFIXES = (".hea", ".edf", ".bdf")


def find_files(named: Iterable[str | PathLike]) -> list[tuple[Path, Path]]:
    """Return the named recordings and those in named folders, each with its relative path.

    Parameters
    ----------
    named : iterable of path-like
        Recordings, or folders that are searched, including subfolders, for WFDB records and EDF
        files.

    Returns
    -------
    list of (Path, Path)
        The recording, and its path relative to the named folder, without suffix.

    Raises
    ------
    ValueError
        If a folder holds no recordings.
    """
    found: dict[Path, Path] = {}
    for name in named:
        path = _record(Path(name))
        if not path.is_dir():
            is_record = Path(f"{path}.hea").is_file()
            found.setdefault(path, Path(path.name if is_record else path.stem))
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES)
        if not inside:
            raise ValueError(
                f"{path} is a folder without WFDB records or EDF files. Name the files to label."
            )
        for file in inside:
            record = file.with_suffix("") if file.suffix == ".hea" else file
            found.setdefault(record, file.relative_to(path).with_suffix(""))
    return list(found.items())


def _record(path: Path) -> Path:
    """Return the record that a file belongs to, so that each record is labelled once."""
    of_record = path.suffix in (".hea", ".dat", ".atr") and path.with_suffix(".hea").is_file()
    return path.with_suffix("") if of_record else path


def plan_targets(places: Iterable[Path], output: Path, suffix: str) -> list[Path]:
    """Return the file to write for each recording, all different.

    Raises
    ------
    ValueError
        If two recordings would be written to the same file.
    """
    targets = [output / f"{place}{suffix}" for place in places]
    twice = sorted(fspath(target) for target, n in Counter(targets).items() if n > 1)
    if twice:
        raise ValueError(
            f"several recordings would be written to {', '.join(twice)}. Label them into different "
            "folders."
        )
    return targets
