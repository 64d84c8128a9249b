"""Records of a database, which are read on access: `load_recordings`."""

import os
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import overload

from heartbeat._shown import shown
from heartbeat.datasets._data_home import get_data_home
from heartbeat.datasets._registry import list_databases
from heartbeat.labels import DS1, DS2, PACED_RECORDS, subject_of
from heartbeat.recording import Recording, read_recording

__all__ = ["Recordings", "database_folder", "load_recordings", "record_names"]

_DIVISIONS = {"mitdb": {"DS1": DS1, "DS2": DS2}}
_COMPLETE = {"mitdb": tuple(sorted(DS1 + DS2 + PACED_RECORDS))}
_NOT_ECG = {"nstdb": {"bw", "em", "ma"}}
# LUDB annotates each lead separately; the annotations of lead II are used for the record.
_ANNOTATOR = {"ludb": "ii"}


class Recordings(Sequence):
    """The records of a database: a sequence that reads a record on each access.

    Parameters
    ----------
    database : str
        Name of the database.
    folder : Path
        Folder of the database.
    names : tuple of str
        Names of the records, relative to the folder.
    """

    def __init__(self, database: str, folder: Path, names: tuple[str, ...]):
        self.database = database
        self.folder = folder
        self.names = names

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> Recording: ...
    @overload
    def __getitem__(self, index: slice) -> "Recordings": ...
    def __getitem__(self, index: int | slice) -> "Recording | Recordings":
        if isinstance(index, slice):
            return Recordings(self.database, self.folder, self.names[index])
        path = self.folder / self.names[index]
        return read_recording(
            path,
            annotator=_ANNOTATOR.get(self.database, "atr"),
            subject=_subject(self.database, path),
            database=self.database,
        )

    def __repr__(self) -> str:
        return f"<{len(self)} recordings of {self.database!r} in {self.folder}>"


def load_recordings(
    database: str = "mitdb",
    *,
    records: str | Iterable[str] | None = None,
    data_home: str | os.PathLike | None = None,
) -> Recordings:
    """Open the recordings of a database, each of which is read when it is used.

    Parameters
    ----------
    database : str, default="mitdb"
        Name of the database, which is the name of its folder in the data home; `fetch_database`
        fills that folder.
    records : str or iterable of str, optional
        Names of the records, in the wanted order. For mitdb also ``"DS1"`` or ``"DS2"``, the
        training and test set of the inter-patient division of de Chazal et al. (2004). By default
        all records; of nstdb all electrocardiograms, without the noise records ``bw``, ``em`` and
        ``ma``.
    data_home : path, optional
        Folder that holds the databases, see `get_data_home`.

    Returns
    -------
    Recordings
        Sequence of `Recording`. A recording is read each time it is indexed or iterated over, and
        is not kept, so that a loop over a database needs the memory of one recording.

    Raises
    ------
    FileNotFoundError
        If the database or one of the records is missing.

    See Also
    --------
    load_beats : The beats of the recordings as a table.
    heartbeat.recording.read_recording : Reads a single file.

    Examples
    --------
    >>> from heartbeat.datasets import load_recordings
    >>> recordings = load_recordings("mitdb", records="DS1")  # doctest: +SKIP
    >>> len(recordings), recordings[0].leads  # doctest: +SKIP
    (22, ('MLII', 'V1'))
    """
    folder = database_folder(database, data_home)
    return Recordings(database, folder, record_names(database, folder, records))


def database_folder(database: str, data_home: str | os.PathLike | None = None) -> Path:
    """Return the folder of a database, or raise an error that says how to get it."""
    if not isinstance(database, str) or not database or Path(database).name != database:
        raise ValueError(
            f"database must be the name of a database, such as 'mitdb', got {shown(database)}."
        )
    home = get_data_home(data_home)
    folder = home / database
    known = list_databases()
    if not folder.is_dir() and database not in known:
        near = get_close_matches(database.casefold(), known, n=1)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise FileNotFoundError(
            f"there is no database {shown(database)} in the data home ({folder} is not a folder), "
            f"and it cannot be downloaded. Databases that can be downloaded are "
            f"{', '.join(known)}.{meant}"
        )
    if not folder.is_dir():
        raise FileNotFoundError(
            f"there is no database {shown(database)} in the data home ({folder} is not a folder). "
            f"Download it with heartbeat.datasets.fetch_database({shown(database)}), put its "
            f"WFDB files (.hea, .dat and .atr) there, or set data_home= or HEARTBEAT_DATA to the "
            f"folder that holds {shown(database)}."
        )
    return folder


def record_names(
    database: str, folder: Path, records: str | Iterable[str] | None = None
) -> tuple[str, ...]:
    """Return the names of the requested records after checking that all exist."""
    divisions = _DIVISIONS.get(database, {})
    if records is None:
        names = _COMPLETE.get(database) or _listed(folder)
        names = tuple(n for n in names if n not in _NOT_ECG.get(database, ()))
    elif isinstance(records, str):
        names = divisions.get(records, (records,))
    elif isinstance(records, Iterable):
        names = tuple(map(str, records))
    else:
        raise TypeError(
            f"records must be names, such as '100' or ['100', '101'], got {shown(records)}. Write "
            f"records='{records}'."
        )
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"records must name each record only once, but {twice} occur more often.")
    names = tuple(_located(folder, names))
    missing = [name for name in names if not (folder / f"{name}.hea").is_file()]
    if missing or not names:
        known = (
            f" The names of its divisions are {' and '.join(map(repr, divisions))}."
            if divisions
            else ""
        )
        raise FileNotFoundError(
            f"{folder} holds no record {', '.join(map(repr, missing[:8]))}"
            f"{f' and {len(missing) - 8} more' if len(missing) > 8 else ''}. Correct records=, or "
            f"complete the database with "
            f"heartbeat.datasets.fetch_database({shown(database)}).{known}"
        )
    return names


def _subject(database: str, path: Path) -> str:
    """Return the subject of each record, for databases with several records of one person."""
    if database == "ptbdb":
        return path.parent.name
    if database == "incartdb":
        header = path.with_name(f"{path.name}.hea").read_text(encoding="latin-1")
        number = re.search(r"^#.*\bpatient\s*:?\s*(\d+)", header, re.IGNORECASE | re.MULTILINE)
        if number:
            return f"patient{int(number[1]):03d}"
    return subject_of(path.name, database)


def _located(folder: Path, names: Iterable[str]) -> Iterable[str]:
    """Yield names of records with the subfolder that holds them (``1`` of LUDB is ``data/1``)."""
    places: dict[str, str] | None = None
    for name in names:
        if not (folder / f"{name}.hea").is_file():
            if places is None:
                places = {Path(listed).name: listed for listed in _listed(folder)}
            name = places.get(name, name)
        yield name


def _listed(folder: Path) -> tuple[str, ...]:
    """Return the records that a database lists or, without a list, those with a header."""
    listing = folder / "RECORDS"
    if listing.is_file():
        return tuple(line.strip() for line in listing.read_text().splitlines() if line.strip())
    headers = list(folder.rglob("*.hea"))
    # The segments of a record are not records themselves, otherwise its beats would occur twice.
    segments = {segment for header in headers for segment in _segments(header)}
    records = (header.relative_to(folder) for header in headers if header not in segments)
    return tuple(sorted(record.with_suffix("").as_posix() for record in records))


def _segments(header: Path) -> list[Path]:
    """Return the headers of a record's segments; empty for a record of one segment."""
    lines = header.read_text(encoding="latin-1").splitlines()
    first, *others = [line.split()[0] for line in lines if line.strip() and line[0] != "#"] or [""]
    return [header.with_name(f"{name}.hea") for name in others] if "/" in first else []
