"""Registry of databases: source, licence and checksums."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

from heartbeat._shown import shown

__all__ = ["Database", "get_database", "kaggle_files", "list_databases", "parse_checksums"]

_CHECKSUM_LINE = re.compile(r"(?P<sha256>[0-9a-fA-F]{64})\s+\*?(?P<name>\S.*)")
_WANTED_SUFFIXES = {".atr", ".dat", ".hea", ".xyz"}
_WANTED_NAMES = {"RECORDS"}


@dataclass(frozen=True)
class Database:
    """An entry of the registry.

    Parameters
    ----------
    name, title, version : str
        Short name, title and version on PhysioNet.
    url : str
        Folder that the files are downloaded from.
    licence, doi : str
        Terms of use, and the version's DOI.
    citation : tuple of str
        References that its authors and PhysioNet ask to cite.
    checksums : mapping of str to str, or None
        SHA256 of every file; None if they are not part of this package, which then uses the
        database's own list, `listed`.
    listed : str, optional
        File on the server that lists names and hashes.
    """

    name: str
    title: str
    version: str
    url: str
    licence: str
    doi: str
    citation: tuple[str, ...]
    checksums: Mapping[str, str] | None
    listed: str | None


def list_databases() -> list[str]:
    """List the databases that `fetch_database` can download.

    Returns
    -------
    list of str
        Names of the databases.

    See Also
    --------
    get_database : Title, licence and citation of a database.

    Examples
    --------
    >>> from heartbeat.datasets import list_databases
    >>> list_databases()
    ['incartdb', 'ludb', 'mitdb', 'nstdb', 'ptbdb', 'svdb']
    """
    return sorted(_registry()["databases"])


def get_database(name: str) -> Database:
    """Return title, licence, citation and file hashes of a database.

    Parameters
    ----------
    name : str
        Name of the database, one of `list_databases`.

    Returns
    -------
    Database
        Title, version, address, licence, DOI, citation, and SHA256 hashes of the files.

    Raises
    ------
    ValueError
        If there is no database of that name.

    See Also
    --------
    fetch_database : Downloads a database.

    Examples
    --------
    >>> from heartbeat.datasets import get_database
    >>> get_database("ludb").licence
    'Open Data Commons Attribution License v1.0 (ODC-By)'
    """
    entries = _registry()["databases"]
    if name not in entries:
        hint = ""
        if isinstance(name, str) and "kaggle" in name:
            hint = " The Kaggle CSVs need an account there: see load_kaggle_heartbeat."
        raise ValueError(
            f"there is no database {shown(name)}. Choose one of {list_databases()}.{hint}"
        )
    entry = dict(entries[name])
    suffixes, records = entry.pop("suffixes", []), entry.pop("records", {})
    checksums = entry.pop("files", {})
    for record, hashes in records.items():
        for suffix, sha256 in zip(suffixes, hashes.split(), strict=True):
            checksums[f"{record}.{suffix}"] = sha256
    citation = tuple(entry.pop("citation"))
    listed = entry.pop("listed", None)
    return Database(
        name=name, citation=citation, checksums=checksums or None, listed=listed, **entry
    )


def kaggle_files() -> dict[str, dict[str, Any]]:
    """Return SHA256, bytes and rows of the four Kaggle CSVs, by file name."""
    return _registry()["kaggle"]


def parse_checksums(text: str, source: str) -> dict[str, str]:
    """Read a SHA256SUMS file: names and hashes of the recordings that it lists.

    Raises
    ------
    ValueError
        If a line is not a checksum (a login page of the network, for example) or names a file
        outside the folder of the database.
    """
    checksums = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = _CHECKSUM_LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(
                f"{source}, line {number}: expected a SHA256 and a file name, got {line[:80]!r}. "
                f"Delete the file if it is on your disk, and try again."
            )
        name = match["name"]
        path = PurePosixPath(name)
        # A server must not choose where a file is written on this machine.
        if path.is_absolute() or ".." in path.parts or re.search(r"[\\:\x00-\x1f]", name):
            raise ValueError(f"{source}, line {number}: {name!r} points outside the folder.")
        if path.suffix in _WANTED_SUFFIXES or path.name in _WANTED_NAMES:
            checksums[path.as_posix()] = match["sha256"].lower()
    if not checksums:
        raise ValueError(f"{source} lists no recordings.")
    return checksums


@lru_cache(maxsize=1)
def _registry() -> dict[str, Any]:
    text = files("heartbeat.datasets").joinpath("registry.json").read_text(encoding="utf-8")
    return json.loads(text)
