"""`read_recording`: one door for every format."""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from heartbeat.labels import subject_of
from heartbeat.recording._arrays import read_mat, read_npy
from heartbeat.recording._csv import read_csv
from heartbeat.recording._edf import read_edf
from heartbeat.recording._formats import DEVICE_FORMATS, read_device_format
from heartbeat.recording._npz import read_npz
from heartbeat.recording._recording import Recording, check_fs
from heartbeat.recording._wfdb import read_wfdb, read_wfdb_annotations

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
    variable: str | None = None,
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
        - ``.dcm`` (DICOM waveform), ``.ecg`` (ISHNE Holter), ``.scp`` (SCP-ECG), ``.xml`` (HL7
          aECG, GE MUSE, Philips, Mortara), ``.json`` (AliveCor Kardia), ``.mwf`` and ``.mfer``
          (MFER): need the extra ``formats``;
        - ``.mat`` without a WFDB header, ``.npy``: one array, in mV, whose longer axis is time;
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
        Suffix of the WFDB annotation file beside `path` to read, such as ``"hb"`` for
        ``night.hb`` beside ``night.edf``. The default may be missing, and gives way to annotations
        in the file itself (EDF, NPZ); None reads none, of any format.
    variable : str, optional
        Variable of a MATLAB file that holds the signal; not needed where it is the only array of
        numbers. A variable ``fs`` gives the sampling rate.
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
        If the file, one that it names, or the annotator asked for is not there.
    ImportError
        If a library is needed that is not installed; the message names the extra.
    ValueError
        If the file is empty, truncated or malformed, a lead is not there or not a voltage, or the
        sampling rate is missing, not positive or contradicts the file.

    Warns
    -----
    UserWarning
        If annotations lie outside the signal; they are left out. If the values of a CSV, MATLAB or
        NumPy file are far too large for mV, or whole numbers as converters give them. If a WFDB
        header has a date that WFDB does not know, or 0 samples: it is read without.

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

    *CSV*: comma, semicolon, tab or blanks between cells, decimal points or (where cells are not
    parted by commas) decimal commas; UTF-8, UTF-16 or Latin-1. The first row may hold lead names
    (else ``lead0``, ...). Units stand in the names (``ECG (uV)``) or in the second row, as in
    PhysioNet's exports, or else are mV. A column named ``time``, ``t``, ``seconds``, ``timestamp``
    or ``elapsed time``, with a unit ``s`` or ``ms`` if any (``time (ms)``), or one that holds times
    of day or ISO time stamps, is no lead but gives the sampling rate, and must be evenly spaced;
    one named ``sample``, ``sample #``, ``index``, ``date`` or nothing is dropped. Lines above the
    table that say sampling rate, unit and lead, as watches write them, are heeded. Empty cells,
    ``nan`` and ``-`` are invalid samples.

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
    else:
        _check_file(path)
        recording = _read_file(path, fs, leads, annotator, variable)
        recording = _with_annotator(recording, path, annotator)
    if fs is not None and abs(recording.fs - fs) > 1e-6 * fs:
        raise ValueError(
            f"fs={fs:g} contradicts {path}, which says {recording.fs:g} Hz: leave fs out, and use "
            f"recording.resample({fs:g}) if you want that rate."
        )
    return replace(
        recording,
        subject=subject or recording.subject,
        database=database or recording.database,
    )


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name a recording in it. {_nearby(path / 'x')}")
    if not path.is_file():
        also = "" if path.suffix else f" and no WFDB header {path}.hea"
        raise FileNotFoundError(f"there is no file {path}{also}. {_nearby(path)}")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes): copy or download it again.")


def _read_file(
    path: Path,
    fs: float | None,
    leads: str | Sequence[str] | None,
    annotator: str | None,
    variable: str | None,
) -> Recording:
    """Read a file that is no WFDB record, by its suffix."""
    suffix = path.suffix.lower()
    # Annotations of the file's own are those that nobody asked for by another name.
    own = annotator == "atr"
    if suffix in _EDF:
        return read_edf(path, leads, annotations=own)
    if suffix in _CSV:
        return read_csv(path, fs, leads)
    if suffix == ".npz":
        return read_npz(path, fs, leads, annotations=own)
    if suffix == ".npy":
        return read_npy(path, fs, leads)
    if suffix == ".mat":
        return read_mat(path, fs, leads, variable)
    if suffix in DEVICE_FORMATS:
        return read_device_format(path, leads)
    raise ValueError(
        f"{path} has no known format: a WFDB record needs its header (.hea) beside it; other "
        f"suffixes are {', '.join((*_CSV, '.npz', '.npy', '.mat'))}, with the extra 'edf' "
        f"{', '.join(_EDF)}, and with the extra 'formats' {', '.join(DEVICE_FORMATS)} (pip install "
        f"'heartbeat-ecg[formats]')."
    )


def _with_annotator(recording: Recording, path: Path, annotator: str | None) -> Recording:
    """Return the recording with the WFDB annotations beside its file."""
    if annotator is None or recording.annotations is not None:
        return recording
    # `write_annotations` puts them beside night.edf as night.hb, or as night.edf.hb if so told.
    whole = Path(f"{path}.{annotator}").is_file()
    record = path if whole else path.with_suffix("")
    marks = read_wfdb_annotations(record, annotator, recording.fs, recording.n_samples)
    return recording if marks is None else replace(recording, annotations=marks)


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
