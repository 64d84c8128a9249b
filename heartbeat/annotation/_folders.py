"""Find recordings in folders, and plan the file to write for each."""

from collections import Counter
from collections.abc import Iterable
from os import PathLike, fspath
from pathlib import Path

from heartbeat._files import expanded

__all__ = ["find_files", "make_folder", "plan_targets"]

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
        path = _record(expanded(name))
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


def make_folder(path: str | PathLike) -> Path:
    """Return a folder to write to, and create it if only the folder above it exists.

    Raises
    ------
    FileNotFoundError
        If the folder above does not exist either, which is more often a mistyped path.
    NotADirectoryError
        If the path is a file.
    """
    path = expanded(path)
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"{path} is a file, but a folder to write labels to is needed.")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(
            f"there is no folder {path.parent} in which {path.name} could be created. Create it "
            f"first, or choose another one."
        )
    path.mkdir(exist_ok=True)
    return path


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
