"""`read_recording`: one door for every format."""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from heartbeat.labels import subject_of
from heartbeat.recording._csv import read_csv
from heartbeat.recording._edf import read_edf
from heartbeat.recording._npz import read_npz
from heartbeat.recording._recording import Recording, check_fs
from heartbeat.recording._wfdb import read_wfdb

__all__ = ["read_recording"]

_WFDB = (".hea", ".dat", ".mat", ".atr")
_CSV = (".csv", ".tsv", ".txt")
_EDF = (".edf", ".bdf")


def read_recording(
    path: str | PathLike,
    *,
    fs: float | None = None,
    leads: str | Sequence[str] | None = None,
    annotator: str | None = "atr",
    subject: str | None = None,
    database: str | None = None,
) -> Recording:
    r"""Read a recording from a file.

    Parameters
    ----------
    path : path-like
        What to read, by its name:

        - a WFDB record, without suffix or with that of one of its files: ``mitdb/100``,
          ``mitdb/100.hea``, ``.dat``, ``.mat`` or ``.atr``;
        - ``.edf``, ``.bdf``: EDF and EDF+, BDF and BDF+ (needs the extra ``edf``);
        - ``.csv``, ``.tsv``, ``.txt``: a column a lead, a row a sample, values in mV unless the
          file names another unit;
        - ``.npz``: arrays ``signal`` in mV and, optionally, ``fs``, ``leads``, ``name``,
          ``subject``, ``database``, ``annotation_sample``, ``annotation_symbol`` and so on for
          each field of `Annotations`, as `write_recording` writes them. Pickles are not loaded.
    fs : float, optional
        Sampling rate in Hz. A CSV file without a time column and an NPZ file without ``fs`` need
        it; for a file that states its rate it must agree (use `Recording.resample` to change it).
    leads : str or sequence of str, optional
        Leads to read, in this order, found as `find_lead` says; by default all signals that are
        measured in volts.
    annotator : str or None, default="atr"
        Suffix of the WFDB annotation file to read. The default may be missing, then the recording
        has no annotations; None reads none, of any format.
    subject : str, optional
        Who was recorded; by default what the file says (NPZ), `heartbeat.labels.subject_of` the
        record, or its name.
    database : str, optional
        Where it is from; by default what the file says (NPZ), for a WFDB record the name of its
        folder, else nothing.

    Returns
    -------
    Recording
        Signals in mV, float32.

    Raises
    ------
    FileNotFoundError
        If the file, or one that it names, is not there.
    ImportError
        If pyedflib is needed and not installed.
    ValueError
        If the file is empty, truncated or malformed, a lead is not there or not a voltage, or the
        sampling rate is missing, not positive or contradicts the file.

    Warns
    -----
    UserWarning
        If annotations lie outside the signal; they are left out. If the values of a CSV file are
        far too large for mV.

    Notes
    -----
    Signals of other units of voltage are converted to mV; signals of other quantities (pressure,
    respiration) are left out. Leads that share a name are numbered (``ECG``, ``ECG_2``). Signals of
    different rates are brought to the highest rate among those that are read.

    *WFDB*: invalid samples become NaN, as do the stretches of a multi-segment record where a lead
    was not recorded (segments ``~``, variable layouts). Skewed signals are aligned.

    *EDF*: signals without a unit are left out where others are measured in volts, and taken for
    mV where none is. An annotation whose text is a WFDB symbol becomes that symbol, any other a
    note (symbol ``"``) with the text as `aux`. Onsets are rounded to the nearest sample.

    *CSV*: comma, semicolon or tab between cells; the first row may hold lead names (else
    ``lead0``, ...) and the second their units, as in PhysioNet's exports (else mV). A column named
    ``time``, ``t``, ``seconds`` or ``elapsed time``, with a unit ``s`` or ``ms`` if any
    (``time (ms)``), is no lead but gives the sampling rate, and must be evenly spaced; one named
    ``sample``, ``sample #``, ``index`` or nothing is dropped. Empty cells, ``nan`` and ``-`` are
    invalid samples.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "short.csv"
    ...     _ = path.write_text("time,MLII\n0.0,-0.145\n0.004,-0.150\n0.008,-0.155\n")
    ...     recording = read_recording(path)
    >>> recording.fs, recording.leads, recording.n_samples
    (250.0, ('MLII',), 3)
    """
    path = Path(path)
    if fs is not None:
        fs = check_fs(fs)
    record = _wfdb_record(path)
    if record is not None:
        recording = read_wfdb(record, leads, annotator)
        database = record.absolute().parent.name if database is None else database
        subject = subject_of(record.name, database) if subject is None else subject
    elif not path.is_file():
        also = "" if path.suffix else f" and no WFDB header {path}.hea"
        raise FileNotFoundError(f"there is no file {path}{also}. {_nearby(path)}")
    elif path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes): copy or download it again.")
    elif path.suffix.lower() in _EDF:
        recording = read_edf(path, leads, annotations=annotator is not None)
    elif path.suffix.lower() in _CSV:
        recording = read_csv(path, fs, leads)
    elif path.suffix.lower() == ".npz":
        recording = read_npz(path, fs, leads, annotations=annotator is not None)
    else:
        raise ValueError(
            f"{path} has no known format: a WFDB record needs its header (.hea) beside it; other "
            f"suffixes are {', '.join((*_EDF, *_CSV, '.npz'))}."
        )
    if fs is not None and abs(recording.fs - fs) > 1e-6 * fs:
        raise ValueError(
            f"fs={fs:g} contradicts {path}, which says {recording.fs:g} Hz: leave fs out, and use "
            f"recording.resample({fs:g}) if you want that rate."
        )
    changes = {"subject": subject, "database": database}
    return replace(recording, **{name: value for name, value in changes.items() if value})


def _wfdb_record(path: Path) -> Path | None:
    """Return the record's path without suffix; None where there is no WFDB header."""
    # Record names may hold dots, so the name as given is tried first.
    if Path(f"{path}.hea").is_file():
        return path
    if path.suffix in _WFDB and path.with_suffix(".hea").is_file():
        return path.with_suffix("")
    return None


def _nearby(path: Path) -> str:
    if not path.parent.is_dir():
        return f"The folder {path.parent} does not exist either."
    records = sorted(header.stem for header in path.parent.glob("*.hea"))
    if not records:
        return f"{path.parent} holds no WFDB records."
    listed = ", ".join(records[:5]) + (", ..." if len(records) > 5 else "")
    return f"{path.parent} holds {len(records)} WFDB record(s): {listed}."
