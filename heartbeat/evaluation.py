"""Evaluate folders of annotation files as ANSI/AAMI EC57 specifies."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from heartbeat._files import expanded, written_whole
from heartbeat.labels import subject_of
from heartbeat.metrics import Evaluation, evaluate_annotations
from heartbeat.recording import Annotations
from heartbeat.recording._recording import check_fs
from heartbeat.recording._wfdb import read_wfdb_annotations
from heartbeat.recording._wfdb_header import read_header
from heartbeat.recording._wfdb_library import quietly, wfdb

__all__ = ["evaluate_folder", "write_evaluation"]

_SHOWN = 10


def evaluate_folder(
    reference: str | os.PathLike,
    test: str | os.PathLike,
    output: str | os.PathLike | None = None,
    *,
    annotators: Sequence[str] = ("atr", "tst"),
    records: Iterable[str] | None = None,
    fs: float | None = None,
    window: float = 0.15,
    start: float = 300.0,
    stop: float | None = None,
    convention: str = "ec57",
    corrected: bool = False,
    n_intervals: int = 8,
    subjects: Mapping[str, str] | None = None,
    confidence: float | None = 0.95,
    n_bootstrap: int = 2000,
    random_state: Any = None,
) -> Evaluation:
    """Evaluate a folder of test annotations against a folder of reference annotations.

    It scores beats, runs, heart rate and burden for each recording, over all recordings (gross)
    and on average, with confidence intervals over subjects. Only annotation files are needed; no
    signals are read.

    Parameters
    ----------
    reference, test : path
        Folders with the WFDB annotation files of the reference and of the algorithm under test,
        named after record and annotator (``100.atr``, ``100.tst``). They may be the same folder.
    output : path, default=None
        File to write the report to, see `write_evaluation`. None writes no file.
    annotators : pair of str, default=("atr", "tst")
        Suffixes of the reference files and of the test files.
    records : iterable of str, default=None
        Names of the records; by default all that have test annotations. The standard requires all
        records of a database; the report lists reference records that are left out.
    fs : float, default=None
        Sampling rate in Hz, for records whose header (``100.hea``, in either folder) is missing and
        whose annotation files do not contain it.
    window : float, default=0.15
        Largest distance in seconds between beats that match, see
        `heartbeat.metrics.compare_beats`.
    start : float, default=300.0
        Start of the evaluated period in seconds. The default leaves out the first five minutes as
        a learning period, as the standard specifies.
    stop : float, default=None
        End of the evaluated period in seconds; None means the end of the recording.
    convention : {"ec57", "literature"}, default="ec57"
        Class of escape beats, see `heartbeat.labels.classes_of_symbols`.
    corrected : bool, default=False
        Whether to correct the known defects of the C program ``rxr``, see
        `heartbeat.metrics.compare_runs`. Keep False to compare with published results.
    n_intervals : int, default=8
        Number of RR intervals in a heart rate measurement, see
        `heartbeat.metrics.compare_heart_rates`.
    subjects : mapping of str to str, default=None
        Subject of each record. By default `heartbeat.labels.subject_of` determines it from the
        record and the name of the reference folder.
    confidence : float, default=0.95
        Coverage of the bootstrap intervals, which draw subjects with replacement. None computes no
        intervals.
    n_bootstrap : int, default=2000
        Number of bootstrap replicates.
    random_state : int, RandomState instance or None, default=None
        Controls the bootstrap draws. Pass an int for intervals that are the same every time.

    Returns
    -------
    heartbeat.metrics.Evaluation
        The evaluation. Printing it shows the report; `to_frame` returns all figures.

    Raises
    ------
    FileNotFoundError
        If a folder or the annotations of a record do not exist.
    ValueError
        If an annotation file cannot be read, or its sampling rate is unknown.

    See Also
    --------
    heartbeat.metrics.evaluate_annotations : The same for annotations in memory.
    write_evaluation : Write the report or the table to a file.

    References
    ----------
    ANSI/AAMI EC57:2012, Testing and reporting performance results of cardiac rhythm and ST segment
    measurement algorithms.

    Examples
    --------
    >>> import tempfile
    >>> from heartbeat.recording import Annotations, write_annotations
    >>> truth = Annotations(range(100, 3700, 300), list("NVVNNVVVNNVN"))
    >>> found = Annotations(range(100, 3700, 300), list("NVNNNVVVNNVN"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for record in ("a", "b"):
    ...         path = Path(folder) / record
    ...         _ = write_annotations(path, truth, "atr", fs=360)
    ...         _ = write_annotations(path, found, "tst", fs=360)
    ...     evaluation = evaluate_folder(folder, folder, start=0, random_state=0)
    >>> evaluation.overall[["Q Se", "V Se", "V couplet Se", "V short run Se"]].round(3)
             Q Se  V Se  V couplet Se  V short run Se
    gross     1.0 0.833           0.0             1.0
    average   1.0 0.833           0.0             1.0
    """
    folders = [_folder(path, name) for path, name in ((reference, "reference"), (test, "test"))]
    available = [_records(*pair) for pair in zip(folders, annotators, strict=True)]
    chosen = _chosen(records, folders, annotators, available)
    read = {record: _read(record, folders, annotators, fs) for record in chosen}
    if subjects is None:
        subjects = {record: subject_of(record, folders[0].resolve().name) for record in chosen}
    evaluation = evaluate_annotations(
        ((record, *sides) for record, (sides, _) in read.items()),
        fs={record: rate for record, (_, rate) in read.items()},
        window=window,
        start=start,
        stop=stop,
        convention=convention,
        corrected=corrected,
        n_intervals=n_intervals,
        subjects=subjects,
        confidence=confidence,
        n_bootstrap=n_bootstrap,
        random_state=random_state,
        names=annotators,
    )
    left_out = sorted(set(available[0]) - set(chosen))
    settings = dict(evaluation.settings)
    settings["reference"] += f" in {folders[0]}"
    settings["test"] += f" in {folders[1]}"
    settings["left out"] = ", ".join(left_out) or "no record of the reference"
    evaluation = replace(evaluation, settings=settings)
    if output is not None:
        write_evaluation(evaluation, output)
    return evaluation


def write_evaluation(evaluation: Evaluation, path: str | os.PathLike) -> Path:
    """Write an evaluation to a file.

    Parameters
    ----------
    evaluation : heartbeat.metrics.Evaluation
        Evaluation, as returned by `evaluate_folder`.
    path : path
        File to write: the table of ``evaluation.to_frame()`` if the suffix is ``.csv``, else the
        report as text.

    Returns
    -------
    Path
        File that was written.

    Raises
    ------
    FileNotFoundError
        If the folder of the file does not exist.

    See Also
    --------
    evaluate_folder : Evaluate a folder of annotation files.

    Examples
    --------
    >>> import tempfile
    >>> from types import SimpleNamespace
    >>> from heartbeat.metrics import evaluate_annotations
    >>> beats = SimpleNamespace(sample=range(100, 3700, 300), symbol=list("NVVNNVVVNNVN"))
    >>> evaluation = evaluate_annotations([("a", beats, beats)], fs=360, start=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_evaluation(evaluation, Path(folder) / "scores.csv")
    ...     len(path.read_text().splitlines())
    4
    """
    path = expanded(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"cannot write {path.name}: there is no folder {path.parent}. Create it first, or "
            "choose another folder."
        )
    with written_whole(path) as temporary:
        if path.suffix.lower() == ".csv":
            evaluation.to_frame().to_csv(temporary, lineterminator="\n")
        else:
            temporary.write_text(f"{evaluation.report()}\n", encoding="utf-8")
    return path


def _folder(path: str | os.PathLike, name: str) -> Path:
    path = expanded(path)
    if not path.is_dir():
        raise FileNotFoundError(
            f"{name}={str(path)!r} is not a folder. Give the folder that holds the annotation "
            "files."
        )
    return path


def _records(folder: Path, annotator: str) -> list[str]:
    return sorted(path.name[: -len(annotator) - 1] for path in folder.glob(f"*.{annotator}"))


def _chosen(
    records: Iterable[str] | None,
    folders: Sequence[Path],
    annotators: Sequence[str],
    available: Sequence[Sequence[str]],
) -> list[str]:
    """Return the names of the records to evaluate, or raise an error that lists missing files."""
    chosen = list(available[1] if records is None else dict.fromkeys(map(str, records)))
    if not chosen:
        raise FileNotFoundError(
            f"{folders[1]} holds no file *.{annotators[1]}. Check the folder and the annotator."
            if records is None
            else "records is empty. Name at least one record, or use records=None for all."
        )
    for folder, annotator, known in zip(folders, annotators, available, strict=True):
        missing = [record for record in chosen if record not in known]
        if missing:
            raise FileNotFoundError(
                f"{folder} holds no {annotator} annotations of {_listed(missing)}. Add the files "
                f"(such as {missing[0]}.{annotator}), or name only records that are in both "
                "folders."
            )
    return chosen


def _read(
    record: str, folders: Sequence[Path], annotators: Sequence[str], fs: float | None
) -> tuple[list[Annotations | None], float]:
    """Return both annotations of a record, and the sampling rate of their positions."""
    headers = (folder / record for folder in folders)
    header = next((path for path in headers if Path(f"{path}.hea").is_file()), None)
    n_samples = None
    if header is not None:
        described = read_header(header)
        rate, n_samples = described.fs, described.sig_len
    else:
        paths = zip(folders, annotators, strict=True)
        rates = (_own_rate(folder / record, annotator) for folder, annotator in paths)
        rate = next((rate for rate in rates if rate), fs)
    if rate is None:
        raise ValueError(
            f"the sampling rate of record {record} is unknown, because there is no {record}.hea in "
            f"{folders[0]} or {folders[1]}. Give fs in Hz."
        )
    rate = check_fs(rate)
    sides = [
        read_wfdb_annotations(folder / record, annotator, rate, n_samples or np.iinfo(np.int64).max)
        for folder, annotator in zip(folders, annotators, strict=True)
    ]
    return sides, rate


def _own_rate(path: Path, annotator: str) -> float | None:
    """Return the sampling rate stored in an annotation file, or None."""
    try:
        with quietly():
            return wfdb.rdann(str(path), annotator).fs
    except Exception:  # reading the annotations later raises an error that names the problem
        return None


def _listed(records: Sequence[str]) -> str:
    shown = ", ".join(records[:_SHOWN]) + (", ..." if len(records) > _SHOWN else "")
    return f"record {shown}" if len(records) == 1 else f"{len(records)} records: {shown}"
