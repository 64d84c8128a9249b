"""Read a recording from a file of any supported format: `read_recording`."""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from heartbeat._files import expanded
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

    The format is inferred from the file name. A ``~`` at the start of the path stands for the home
    folder.

    Parameters
    ----------
    path : path-like
        File to read:

        - a WFDB record, without suffix or with that of one of its files: ``mitdb/100``,
          ``mitdb/100.hea``, ``.dat``, ``.mat`` or ``.atr``;
        - ``.edf``, ``.bdf``: EDF and EDF+, BDF and BDF+ (needs the extra ``edf``);
        - ``.csv``, ``.tsv``, ``.txt``: one column per lead and one row per sample, in mV unless
          the file names another unit;
        - ``.dcm`` (DICOM waveform), ``.ecg`` (ISHNE Holter), ``.scp`` (SCP-ECG), ``.xml`` (HL7
          aECG, GE MUSE, Philips, Mortara), ``.json`` (AliveCor Kardia), ``.mwf`` and ``.mfer``
          (MFER): need the extra ``formats``;
        - ``.mat`` without a WFDB header, ``.npy``: one array in mV, whose longer axis is time;
        - ``.npz``: arrays ``signal`` in mV and, optionally, ``fs``, ``leads``, ``name``,
          ``subject``, ``database``, ``annotation_sample``, ``annotation_symbol`` and so on for
          each field of `Annotations`, as `write_recording` writes them. Pickles are not loaded.
    fs : float, optional
        Sampling rate in Hz. Required if the file does not contain it, as a CSV file without a time
        column; otherwise it must agree with the file. Use `Recording.resample` to change it.
    leads : str or sequence of str, optional
        Leads to read, in this order, matched as in `find_lead`; by default all signals that are
        measured in volts.
    annotator : str or None, default="atr"
        Suffix of the WFDB annotation file to read from the same folder, such as ``"hb"`` for
        ``night.hb`` next to ``night.edf``. With the default, annotations in the file itself (EDF,
        NPZ) take precedence, and it is no error if there are none. None reads no annotations.
    variable : str, optional
        Variable of a MATLAB file that contains the signal; required if there are several numeric
        arrays. A variable ``fs`` gives the sampling rate.
    subject : str, optional
        Identifier of the person recorded. By default it is taken from the file (NPZ), from
        `heartbeat.labels.subject_of` (WFDB), or is the name of the record.
    database : str, optional
        Database of the record. By default it is taken from the file (NPZ), is the name of the
        folder (WFDB), or is empty.

    Returns
    -------
    Recording
        Recording with signals in mV, float32.

    Raises
    ------
    FileNotFoundError
        If the file, a file that it refers to, or the requested annotation file does not exist.
    ImportError
        If a required library is not installed; the message names the extra to install.
    ValueError
        If the file is empty, truncated or malformed, a lead is missing or not a voltage, or the
        sampling rate is missing, not positive or differs from that of the file.

    Warns
    -----
    UserWarning
        If annotations lie outside the signal and are ignored; if the values of a CSV, MATLAB or
        NumPy file do not look like mV (too large, or whole numbers as from a converter); or if the
        date or the number of samples in a WFDB header is invalid and ignored.

    See Also
    --------
    write_recording : Write a recording to an NPZ file.
    write_annotations : Write annotations to a WFDB file.

    Notes
    -----
    Signals in other units of voltage are converted to mV; other signals, such as respiration, are
    ignored. Leads that share a name are numbered (``ECG``, ``ECG_2``). Signals with different
    sampling rates are resampled to the highest rate among those that are read.

    *WFDB*: Invalid samples become NaN, as do the parts of a multi-segment record in which a lead
    was not recorded (segments ``~``, variable layouts). Skewed signals are aligned.

    *EDF*: Signals without a unit are ignored if others are measured in volts, and else assumed to
    be in mV. An annotation whose text is a WFDB symbol gets that symbol; any other becomes a
    comment (symbol ``"``) with the text in `aux`. Onsets are rounded to the nearest sample.

    *CSV*: Cells are separated by commas, semicolons, tabs or spaces. Decimal commas are accepted
    unless commas separate the cells. The encoding is UTF-8, UTF-16 or Latin-1.

    - Lead names are read from the first row, if it has names, and else are ``lead0``, ...
    - Units are read from the names (``ECG (uV)``) or from the second row, as in exports of
      PhysioNet; the default is mV.
    - A time column gives the sampling rate and must be evenly spaced. It is named ``time``, ``t``,
      ``seconds``, ``timestamp`` or ``elapsed time``, possibly with a unit (``time (ms)``), by its
      unit alone (``ms``, ``millis``), or contains times of day or ISO time stamps.
    - Columns named ``sample``, ``sample #``, ``index`` or ``date``, or without a name, are ignored.
    - Lines above the table that give sampling rate, unit and lead, as in exports of watches, are
      used.
    - Empty cells, ``nan`` and ``-`` are invalid samples.

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
    path = expanded(path)
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
            f"fs={fs:g} contradicts the sampling rate in {path}, {recording.fs:g} Hz. Omit fs, and "
            f"use recording.resample({fs:g}) for a recording at that rate."
        )
    return replace(
        recording,
        subject=subject or recording.subject,
        database=database or recording.database,
    )


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise ValueError(
            f"{path} is a folder. Give the path of a recording in it. {_nearby(path / 'x')}"
        )
    if not path.is_file():
        also = "" if path.suffix else f" and no WFDB header {path}.hea"
        raise FileNotFoundError(f"there is no file {path}{also}. {_nearby(path)}")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes). Copy or download it again.")


def _read_file(
    path: Path,
    fs: float | None,
    leads: str | Sequence[str] | None,
    annotator: str | None,
    variable: str | None,
) -> Recording:
    """Read a file that is not a WFDB record, by its suffix."""
    suffix = path.suffix.lower()
    # The annotations inside the file are read unless another annotator is requested.
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
        f"{path} is not in a supported format. A WFDB record needs its header (.hea) beside it. "
        f"Other formats are recognised by their suffix: "
        f"{', '.join((*_CSV, '.npz', '.npy', '.mat'))}; with the extra 'edf' {', '.join(_EDF)}; "
        f"and with the extra 'formats' {', '.join(DEVICE_FORMATS)} (pip install "
        "'heartbeat-ecg[formats]')."
    )


def _with_annotator(recording: Recording, path: Path, annotator: str | None) -> Recording:
    """Return the recording with the WFDB annotations that are stored beside its file."""
    if annotator is None or recording.annotations is not None:
        return recording
    # `write_annotations` stores them beside night.edf as night.hb, or as night.edf.hb if asked to.
    whole = Path(f"{path}.{annotator}").is_file()
    record = path if whole else path.with_suffix("")
    marks = read_wfdb_annotations(record, annotator, recording.fs, recording.n_samples)
    return recording if marks is None else replace(recording, annotations=marks)


def _wfdb_record(path: Path) -> Path | None:
    """Return the path of the record without its suffix, or None if there is no WFDB header."""
    # Record names may contain dots, so the path as given is tried first.
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
        return f"The folder {path.parent} holds no WFDB records."
    listed = ", ".join(records[:5]) + (", ..." if len(records) > 5 else "")
    return f"The folder {path.parent} holds {len(records)} WFDB record(s): {listed}."
