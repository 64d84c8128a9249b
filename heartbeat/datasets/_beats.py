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
from heartbeat._shown import shown
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
    """Load the beats of one or several databases as a table for scikit-learn, one row per beat.

    Recordings are read from the data home (see `get_data_home` and `fetch_database`), cut into
    beats at the reference annotations, and labelled with AAMI classes. The table is kept on disk,
    so that the next call with the same parameters returns at once.

    Parameters
    ----------
    database : str or iterable of str, default="mitdb"
        Name of the database, which is the name of its folder in the data home. This may also be a
        folder with WFDB records of your own. The beats of several databases, such as
        ``("mitdb", "svdb")``, follow one after another at a common sampling rate; records and
        subjects then have names such as ``"svdb/800"``, which are unique.
    layout, fs, before, after
        How beats are cut, see `heartbeat.segmentation.segment_beats`.
    leads : str, int, or iterable of them, default=("MLII",)
        Names or positions of the leads, in the order of the columns. Names are matched as
        `heartbeat.recording.find_lead` does: MLII also stands for II, and the reverse. ``"any"``
        takes each lead of each record as a separate single-lead beat, see `segment_beats`; use it
        with ``scaling="qrs"`` to train a classifier for any lead.
    missing_lead : {"first", "raise", "drop"}, default="first"
        What to do with a record that lacks one of the leads. ``"first"`` takes the first other
        lead in its place, such as V5 for MLII in records 102 and 104 of mitdb, so that no record
        is lost; ``"raise"`` raises an error; ``"drop"`` leaves the record out. `record_leads` of
        the Bunch says which leads were taken.
    context, scaling
        Context columns and scaling, see `heartbeat.segmentation.segment_beats`.
    records : str or iterable of str, optional
        Names of the records, for a single database only. For mitdb also ``"DS1"`` or ``"DS2"``,
        the training and test set of the inter-patient division of de Chazal et al. (2004). By
        default all records of the database, including those with paced beats.
    edges, convention
        Beats at the ends, and the class of escape beats, see
        `heartbeat.segmentation.segment_beats`.
    beats : {"annotations", "detect"}, default="annotations"
        Where the beats are. ``"annotations"`` takes the reference annotations. ``"detect"`` detects
        R peaks on the first of `leads`, as for a recording without annotations; a detected beat
        has the class of the reference beat within 150 ms. If there is none, its target is ``""``,
        and it must be left out of training.
    clean : callable, optional
        Function applied to each recording before its beats are cut, such as
        ``heartbeat.preprocessing.clean``. It takes a `Recording` with the chosen leads and returns
        one with the same leads, length and sampling rate. By default nothing is filtered.
    data_home : path, optional
        Folder that holds the databases, see `get_data_home`.
    as_frame : bool, default=False
        Whether to return `data` as a DataFrame, whose column names describe the layout, and
        `target` as a Series.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.
    n_jobs : int, optional
        Number of records that are processed in parallel (joblib workers). None means 1 unless in a
        `joblib.parallel_config` context; -1 means all processors.
    cache : bool or path, default=True
        Where to keep the table on disk: in this folder, or with True in ``$HEARTBEAT_CACHE`` or the
        user's cache folder; False does not keep it. A kept table is mapped into memory. It is used
        again only if parameters, data files and code are unchanged. Tables made with `clean` or
        with your own context blocks are not kept, because a change of these cannot be noticed.

    Returns
    -------
    Bunch
        data : ndarray or DataFrame of shape (n_beats, n_leads * n_times + n_context)
            Beats, float32, in mV (centered layout), ordered by record and time. The array may be
            mapped from the cache; writing to it changes only this copy.
        target : ndarray or Series of shape (n_beats,), dtype "<U1"
            AAMI class.
        symbol, sample, record, subject, database, lead, invalid : ndarray of shape (n_beats,)
            Annotation symbol; R peak in samples of the record at its own sampling rate; record;
            subject (the groups to split by); database; lead or leads; share of invalid samples.
        n_leads, n_context, waveform, context, feature_names, target_names
            Layout of `data`: numbers, column slices and names.
        layout, scaling, fs, before, after, leads
            The parameters.
        record_leads : dict of str to tuple of str
            Leads taken from each record.
        n_dropped, n_padded : int
            Number of beats too near an end of their record that were left out, or padded.
        DESCR : str
            Description of the database and of the table.

    (data, target) : tuple if `return_X_y` is True

    Raises
    ------
    FileNotFoundError
        If the database or a record is missing. The message says which files to put where.
    ValueError
        If a parameter has an unknown value, or a lead is missing with ``missing_lead="raise"``.

    Warns
    -----
    UserWarning
        If none of the records has a lead of that name, or the table cannot be kept in the cache.

    See Also
    --------
    heartbeat.segmentation.segment_beats : The same for a single recording.
    load_recordings : Whole recordings instead of beats.
    make_beats : Synthetic beats, for which no download is needed.
    heartbeat.model_selection.InterPatientSplit : Splits the beats by record.

    Notes
    -----
    A lead that replaces a missing one has the column names of the missing one.

    To test on a database that was not trained on, pass ``beats.database`` as the groups of
    scikit-learn's `LeaveOneGroupOut`. To give each database the same weight in training, use
    ``sklearn.utils.class_weight.compute_sample_weight("balanced", beats.database)``.

    References
    ----------
    P. de Chazal, M. O'Dwyer, R. B. Reilly, "Automatic classification of heartbeats using ECG
    morphology and heartbeat interval features", IEEE Transactions on Biomedical Engineering 51(7),
    2004.

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
        raise ValueError("leads is empty. Name at least one lead, or a position such as 0.")
    for name, value, allowed in (
        ("missing_lead", missing_lead, ("first", "raise", "drop")),
        ("beats", beats, ("annotations", "detect")),
        ("convention", convention, CONVENTIONS),
    ):
        if value not in allowed:
            raise ValueError(f"{name} must be one of {allowed}, got {shown(value)}.")
    several = isinstance(database, Iterable) and not isinstance(database, str)
    databases: tuple[Any, ...] = tuple(database) if several else (database,)
    if not databases or (len(databases) > 1 and records is not None):
        raise ValueError(
            f"got database={databases} and records={shown(records)}, but records can be selected "
            f"only from a single database. Name at least one database, and only one with records=."
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
    """Return the table of one database as arrays and facts, from the cache if possible."""
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
        # The data changed meanwhile, so that the table may hold parts of both versions.
        if files_state(recordings.folder) == state:
            stored.store(*found)
    return found


def _together(
    databases: tuple[str, ...], found: list[tuple[dict[str, np.ndarray], dict[str, Any]]]
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Concatenate the tables of several databases, whose names prefix records and subjects."""
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
    """Segment every recording and concatenate the tables, as arrays and facts."""
    # Workers do not have the user's blocks registered, so they receive the blocks, not names.
    parts = Parallel(n_jobs=n_jobs)(
        delayed(_segment)(recordings, i, leads, missing_lead, clean, blocks, options)
        for i in range(len(recordings))
    )
    parts = [part for part in parts if part is not None]
    if not parts:
        raise ValueError(
            f"none of {recordings} has the leads {list(leads)}. Name leads that they have, or use "
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
    """Read, clean and segment one record; None if it lacks a lead and is to be skipped."""
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
    """Return the cleaned recording after checking that its samples are at the same positions."""
    cleaned = clean(recording)
    if not isinstance(cleaned, Recording):
        raise TypeError(f"clean must return a Recording, got {type(cleaned).__name__}.")
    for kept in ("leads", "fs", "n_samples"):
        before, after = getattr(recording, kept), getattr(cleaned, kept)
        if before != after:
            raise ValueError(
                f"clean must not change the {kept} of a recording, but changed it from {before} to "
                f"{after} in {recording.name!r}."
            )
    return cleaned


def _column_lead(lead: str | int) -> str:
    return lead if isinstance(lead, str) else f"lead{lead}"


def _renamed(part: Bunch, leads: list[str]) -> list[str]:
    """Return the column names of a table, with the lead names that were requested."""
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
    """Return arrays and facts as the Bunch or pair that the user requested."""
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
    """Return the descriptions of the databases with a paragraph on this table."""
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
