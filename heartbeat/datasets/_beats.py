"""`load_beats`: the beats of a database as one table."""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.resources import files
from operator import index
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.utils import Bunch

from heartbeat._layout import resolve_layout
from heartbeat.context import ContextBlock, resolve_context
from heartbeat.datasets._cache import TableCache, cache_root, code_state, files_state
from heartbeat.datasets._lead_choice import choose_leads, warn_of_strangers
from heartbeat.datasets._recordings import Recordings, load_recordings
from heartbeat.labels import AAMI_CLASSES, CONVENTIONS
from heartbeat.recording import Recording
from heartbeat.segmentation import ANY_LEAD, check_layout, framed, segment_beats

__all__ = ["load_beats"]

_ARRAYS = ("data", "target", "symbol", "sample", "record", "subject", "lead", "invalid")
_FACTS = ("n_leads", "n_context", "feature_names", "layout", "scaling", "fs", "before", "after")


def load_beats(
    database: str | Iterable[str] = "mitdb",
    *,
    layout: str = "centered",
    fs: float = 125.0,
    before: float = 0.5,
    after: float = 1.0,
    leads: str | int | Iterable[str | int] = ("MLII",),
    missing_lead: str = "first",
    context: str | Iterable[str | ContextBlock] = (),
    scaling: str | None = None,
    records: str | Iterable[str] | None = None,
    edges: str = "pad",
    convention: str = "literature",
    beats: str = "annotations",
    clean: Callable[[Recording], Recording] | None = None,
    data_home: str | os.PathLike | None = None,
    as_frame: bool = False,
    return_X_y: bool = False,
    n_jobs: int | None = None,
    cache: bool | str | os.PathLike = True,
) -> Bunch | tuple[Any, Any]:
    """Load the beats of a database, or of several, as a table, one row a beat.

    Parameters
    ----------
    database : str or iterable of str, default="mitdb"
        Name of the database: its folder in the data home. A folder of your own WFDB records will
        do as well. Of several, such as ``("mitdb", "svdb")``, the beats come one database after
        another, brought to one sampling rate; records and subjects are then named
        ``"svdb/800"``, so that they are unique.
    layout, fs, before, after, context, scaling, edges, convention
        See `heartbeat.segmentation.segment_beats`.
    leads : str, int, or iterable of them, default=("MLII",)
        Leads by name, as `heartbeat.recording.find_lead` finds them (MLII stands for II and the
        reverse), or by position, in the order of the wanted columns. ``"any"`` takes every lead
        of every record as a view of its own, see `segment_beats`; use it with ``scaling="qrs"``.
    missing_lead : {"first", "raise", "drop"}, default="first"
        What to do with a record that lacks one of the leads: put another in its place (the first
        that is not wanted for itself, such as V5 for MLII in mitdb's records 102 and 104), raise
        an error, or leave the record out. The Bunch's `record_leads` says which leads were taken.
    records : str or iterable of str, optional
        Names of the records; for mitdb also ``"DS1"`` and ``"DS2"``, the inter-patient division
        of de Chazal et al. (2004). By default every record of the database, paced ones included.
        For one database only.
    beats : {"annotations", "detect"}, default="annotations"
        Take beats from the reference annotations or detect them on the first of `leads`. A
        detected beat bears the label of the reference beat within 150 ms, if any; otherwise its
        target is ``""`` and must be left out of training.
    clean : callable, optional
        Applied to each recording, of the chosen leads alone, before its beats are cut, such as
        ``heartbeat.preprocessing.clean``. It takes a `Recording` and returns one of the same leads,
        length and rate. By default nothing is filtered.
    data_home : path, optional
        Folder that holds the databases, see `get_data_home`.
    as_frame : bool, default=False
        Return `data` as a DataFrame and `target` as a Series.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    n_jobs : int, optional
        Records to work on at a time, by joblib.
    cache : bool or path, default=True
        Keep the table on disk and map it into memory next time: in this folder, or with True in
        ``$HEARTBEAT_CACHE`` or the user's cache folder. A table is found again only for equal
        parameters, unchanged data files and unchanged code. Tables made with `clean` or with
        context blocks of your own are not kept, for nothing would tell that these have changed.

    Returns
    -------
    Bunch
        data : ndarray or DataFrame of shape (n_beats, n_leads * n_times + n_context)
            Beats, float32, in mV (centered layout), record after record in order of time. It may
            be mapped from the cache; writing to it changes this copy alone.
        target : ndarray or Series of shape (n_beats,), dtype "<U1"
            AAMI class.
        symbol, sample, record, subject, database, lead, invalid : ndarray of shape (n_beats,)
            Annotation symbol, R peak in samples of the record at its own rate, record, person
            (the groups to split by), database, lead or leads, share of invalid samples.
        n_leads, n_context, waveform, context, feature_names, target_names
            The layout of `data`: numbers, column slices, names.
        layout, scaling, fs, before, after, leads
            As asked for.
        record_leads : dict of str to tuple of str
            Leads taken from each record.
        n_dropped, n_padded : int
            Beats too near an end of their record: how many were left out, how many padded.
        DESCR : str
            Description of the database and of the table.

    (data, target) : tuple if `return_X_y` is True

    Raises
    ------
    FileNotFoundError
        If the database or a record is not there; the message says what to put where.
    ValueError
        If a parameter is none of the above or a lead is missing and must not be.

    Warns
    -----
    UserWarning
        If a lead named is in none of the records, or the table cannot be kept in the cache.

    Notes
    -----
    Leads that stand in for missing ones keep the name of the column asked for.

    To hold a database out, give `database` as the groups of scikit-learn's `LeaveOneGroupOut`; to
    give each database the same weight in training, take
    ``sklearn.utils.class_weight.compute_sample_weight("balanced", beats.database)``.

    Examples
    --------
    >>> from heartbeat.datasets import load_beats
    >>> beats = load_beats("mitdb", records="DS1", context="rr")  # doctest: +SKIP
    >>> beats.data.shape, beats.n_context  # doctest: +SKIP
    ((51021, 203), 16)
    """
    check_layout(layout, fs, before, after, edges, scaling)
    blocks = resolve_context(context)
    leads = (leads,) if isinstance(leads, (str, int, np.integer)) else leads
    leads = tuple(lead if isinstance(lead, str) else index(lead) for lead in leads)
    if not leads:
        raise ValueError("leads is empty: name at least one lead, or a position such as 0.")
    for name, value, allowed in (
        ("missing_lead", missing_lead, ("first", "raise", "drop")),
        ("beats", beats, ("annotations", "detect")),
        ("convention", convention, CONVENTIONS),
    ):
        if value not in allowed:
            raise ValueError(f"{name} must be one of {allowed}, got {value!r}.")
    several = isinstance(database, Iterable) and not isinstance(database, str)
    databases: tuple[Any, ...] = tuple(database) if several else (database,)
    if not databases or (len(databases) > 1 and records is not None):
        raise ValueError(
            f"database={databases} and records={records!r} do not go together: name at least one "
            f"database, and records of one alone."
        )
    options = {
        "beats": beats,
        "layout": layout,
        "fs": float(fs),
        "before": float(before),
        "after": float(after),
        "scaling": scaling,
        "edges": edges,
        "convention": convention,
    }
    root = cache_root(cache)
    if clean is not None or not all(block.builtin for block in blocks):
        root = None
    found = []
    for name in databases:
        recordings = load_recordings(name, records=records, data_home=data_home)
        table = _load(recordings, leads, missing_lead, clean, blocks, options, n_jobs, root)
        if leads != (ANY_LEAD,):
            warn_of_strangers(name, leads, table[1]["record_leads"])
        found.append(table)
    arrays, facts = found[0] if len(found) == 1 else _together(databases, found)
    arrays["database"] = np.repeat(databases, [len(arrays["data"]) for arrays, _ in found])
    return _as_asked(databases, arrays, facts, as_frame=as_frame, return_X_y=return_X_y)


def _load(
    recordings: Recordings,
    leads: tuple[str | int, ...],
    missing_lead: str,
    clean: Callable[[Recording], Recording] | None,
    blocks: tuple[ContextBlock, ...],
    options: dict[str, Any],
    n_jobs: int | None,
    root: Path | None,
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the table of one database, arrays and facts, from the cache where it is there."""
    if root is None:
        return _prepare(recordings, leads, missing_lead, clean, blocks, options, n_jobs)
    wanted = {
        **options,
        "database": recordings.database,
        "folder": str(recordings.folder),
        "records": recordings.names,
        "leads": leads,
        "missing_lead": missing_lead,
        "context": [block.name for block in blocks],
    }
    state = files_state(recordings.folder)
    stored = TableCache(root, recordings.database, wanted, state + code_state())
    found = stored.load()
    if found is None:
        found = _prepare(recordings, leads, missing_lead, clean, blocks, options, n_jobs)
        # Data that changed meanwhile may be in the table in part.
        if files_state(recordings.folder) == state:
            stored.store(*found)
    return found


def _together(
    databases: tuple[str, ...], found: list[tuple[dict[str, np.ndarray], dict[str, Any]]]
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Put the tables of several databases together; records and subjects bear the database's."""
    names, parts = databases, [arrays for arrays, _ in found]
    for name, part in zip(names, parts, strict=True):
        for of_one in ("record", "subject"):
            part[of_one] = np.strings.add(f"{name}/", part[of_one])
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in _ARRAYS}
    facts = dict(found[0][1])
    facts["record_leads"] = {
        f"{name}/{record}": leads
        for name, (_, one) in zip(names, found, strict=True)
        for record, leads in one["record_leads"].items()
    }
    for count in ("n_dropped", "n_padded"):
        facts[count] = sum(one[count] for _, one in found)
    return arrays, facts


def _prepare(
    recordings: Recordings,
    leads: tuple[str | int, ...],
    missing_lead: str,
    clean: Callable[[Recording], Recording] | None,
    blocks: tuple[ContextBlock, ...],
    options: dict[str, Any],
    n_jobs: int | None,
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Segment every recording and put the tables together: arrays and facts."""
    # Workers know no blocks but their own, so they are handed the blocks, not their names.
    parts = Parallel(n_jobs=n_jobs)(
        delayed(_segment)(recordings, i, leads, missing_lead, clean, blocks, options)
        for i in range(len(recordings))
    )
    parts = [part for part in parts if part is not None]
    if not parts:
        raise ValueError(
            f"none of {recordings} has the leads {list(leads)}: name leads that they have, or use "
            f'missing_lead="first".'
        )
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in _ARRAYS}
    facts = {name: parts[0][name] for name in _FACTS}
    facts |= {
        "leads": [_column_lead(lead) for lead in leads],
        "record_leads": {part.name: part.record_leads for part in parts},
        "n_dropped": sum(part.n_dropped for part in parts),
        "n_padded": sum(part.n_padded for part in parts),
    }
    facts["feature_names"] = _renamed(parts[0], facts["leads"])
    return arrays, facts


def _segment(
    recordings: Recordings,
    number: int,
    leads: tuple[str | int, ...],
    missing_lead: str,
    clean: Callable[[Recording], Recording] | None,
    blocks: tuple[ContextBlock, ...],
    options: dict[str, Any],
) -> Bunch | None:
    """Read, clean and segment one record; None where it lacks a lead and is to be left out."""
    recording = recordings[number]
    of_any_lead = leads == (ANY_LEAD,)
    chosen = recording.leads if of_any_lead else choose_leads(recording, leads, missing_lead)
    if chosen is None:
        return None
    if clean is not None:
        recording = _cleaned(recording.select_leads(chosen), clean)
    cut = leads if of_any_lead else chosen
    part = segment_beats(recording, leads=cut, context=blocks, **options)
    part.name, part.record_leads = recording.name, list(chosen)
    return part


def _cleaned(recording: Recording, clean: Callable[[Recording], Recording]) -> Recording:
    """Return the cleaned recording, whose samples must be where they were."""
    cleaned = clean(recording)
    if not isinstance(cleaned, Recording):
        raise TypeError(f"clean must return a Recording, but returned {type(cleaned).__name__}.")
    for kept in ("leads", "fs", "n_samples"):
        before, after = getattr(recording, kept), getattr(cleaned, kept)
        if before != after:
            raise ValueError(
                f"clean must not change the {kept} of a recording, but made {before} into {after} "
                f"in {recording.name!r}."
            )
    return cleaned


def _column_lead(lead: str | int) -> str:
    return lead if isinstance(lead, str) else f"lead{lead}"


def _renamed(part: Bunch, leads: list[str]) -> list[str]:
    """Return the column names of a table whose leads go by the names asked for."""
    layout = resolve_layout(len(part.feature_names), part.feature_names)
    return replace(layout, leads=tuple(leads)).column_names()


def _as_asked(
    databases: tuple[str, ...],
    arrays: dict[str, np.ndarray],
    facts: dict[str, Any],
    *,
    as_frame: bool,
    return_X_y: bool,
) -> Bunch | tuple[Any, Any]:
    """Dress arrays and facts as the Bunch or pair that the user asked for."""
    n_waveform = arrays["data"].shape[1] - facts["n_context"]
    bunch = Bunch(
        **arrays,
        **facts,
        waveform=slice(0, n_waveform),
        context=slice(n_waveform, arrays["data"].shape[1]),
        target_names=list(AAMI_CLASSES),
        DESCR=_describe(databases, arrays, facts),
    )
    bunch.leads = tuple(facts["leads"])
    bunch.record_leads = {name: tuple(leads) for name, leads in facts["record_leads"].items()}
    if as_frame:
        bunch = framed(bunch)
    return (bunch.data, bunch.target) if return_X_y else bunch


def _describe(
    databases: tuple[str, ...], arrays: dict[str, np.ndarray], facts: dict[str, Any]
) -> str:
    """Return the databases' descriptions with what this table holds."""
    paths = {name: files("heartbeat.datasets") / "descr" / f"{name}.rst" for name in databases}
    text = "\n".join(
        path.read_text(encoding="utf-8") if path.is_file() else f"Beats of {name!r}\n"
        for name, path in paths.items()
    )
    counts = {letter: int((arrays["target"] == letter).sum()) for letter in (*AAMI_CLASSES, "")}
    listed = ", ".join(f"{letter or 'unlabelled'} {n}" for letter, n in counts.items() if n)
    return (
        f"{text.rstrip()}\n\n**This table**\n\n"
        f"{len(arrays['data'])} beats of {len(facts['record_leads'])} records: {listed}.\n"
        f"Layout {facts['layout']!r}, {facts['fs']:g} Hz, {facts['before']:g} s before and "
        f"{facts['after']:g} s after R, leads {', '.join(facts['leads'])}, "
        f"{facts['n_context']} context columns.\n"
        f"{facts['n_padded']} beats padded at an end of their record, "
        f"{facts['n_dropped']} left out.\n"
    )
