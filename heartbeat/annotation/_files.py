"""Label many recordings, in parallel if wanted, and write a file for each."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor
from copy import copy
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
from joblib import Parallel, delayed
from joblib.parallel import get_active_backend

from heartbeat._checks import check_n_jobs, check_option
from heartbeat._shown import shown
from heartbeat.annotation._annotator import BeatAnnotator
from heartbeat.annotation._folders import find_files, make_folder, plan_targets
from heartbeat.annotation._result import AnnotatedRecording
from heartbeat.annotation._save import FORMATS
from heartbeat.annotation._summary import AnnotationSummary
from heartbeat.metrics import BeatComparison, compare_beats
from heartbeat.recording import read_recording
from heartbeat.weights import find_weights

__all__ = ["LabelledFile", "annotate_files", "label_files"]

# Processes take seconds to start, and threads share one interpreter. From this many recordings on,
# processes are faster.
_WORTH_PROCESSES = 16
# The programs of EC57 ignore the first five minutes; here nothing is ignored in short recordings.
_LEARNING_S = 300.0
_COLUMNS = ["recording", "output", "status", "error"]


@dataclass(frozen=True)
class LabelledFile:
    """Outcome of labelling one recording.

    Attributes
    ----------
    path, target : Path
        The recording, and the file of its labels.
    status : {"written", "already there", "failed"}
    error : str
        Reason of a failure, otherwise empty.
    summary : AnnotationSummary or None
        None if nothing was labelled.
    comparison : BeatComparison or None
        Scores against the recording's own annotations, without the pairs of beats; from five
        minutes on in recordings longer than ten minutes. None if there are no annotations.
    """

    path: Path
    target: Path
    status: str
    error: str = ""
    summary: AnnotationSummary | None = None
    comparison: BeatComparison | None = None


def annotate_files(
    paths: str | PathLike | Iterable[str | PathLike],
    output: str | PathLike,
    *,
    annotator: BeatAnnotator | None = None,
    format: str = "wfdb",
    overwrite: bool = False,
    fs: float | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> pd.DataFrame:
    """Label many recordings and write a file of labels for each.

    Recordings that have a file of labels already are skipped, so that an interrupted run can be
    started again and continues. A recording that cannot be read does not stop the run; the
    returned table reports it.

    Parameters
    ----------
    paths : path-like or iterable of path-like
        Recordings, or folders that are searched recursively for WFDB records and EDF files.
    output : path-like
        Folder for the labels. It is created if the folder above it exists. Subfolders are kept:
        ``ward/2/night.hea`` below a folder in `paths` gives ``ward/2/night.hb`` below `output`.
    annotator : BeatAnnotator, optional
        Annotator that labels the recordings; by default one with default parameters.
    format : {"wfdb", "csv", "json"}, default="wfdb"
        Format of the files, see `AnnotatedRecording.save`.
    overwrite : bool, default=False
        Whether to label recordings again that have a file of labels already.
    fs : float, optional
        Sampling rate in Hz of files that do not contain it, such as CSV files without a time
        column. Recordings whose files contain another rate fail.
    n_jobs : int, optional
        Number of recordings labelled at the same time. None means 1 unless in a
        `joblib.parallel_config` context; -1 uses all cores. With the joblib backend ``"dask"`` the
        recordings are distributed over a cluster, whose machines must all see the files under the
        same path.
    verbose : int, default=0
        Verbosity of joblib.

    Returns
    -------
    DataFrame
        One row per recording: ``recording``, ``output``, ``status`` (``"written"``, ``"already
        there"`` or ``"failed"``) and ``error``; for those written in this run also ``duration_s``,
        ``unreadable_s``, ``n_beats``, ``n_N``, ``n_S``, ... and ``notes``.

    Raises
    ------
    ChildProcessError
        If a worker process was killed, most often because memory ran out.
    FileNotFoundError
        If neither the folder `output` nor the folder above it exists, or the file of the classifier
        does not exist.
    TypeError
        If `annotator` is not a BeatAnnotator.
    ValueError
        If a folder contains no recordings, two recordings would be written to the same file, there
        are no weights of the name that `annotator` has, or the format or the number of jobs is not
        valid.

    See Also
    --------
    BeatAnnotator.annotate : Label one recording.

    Notes
    -----
    If a worker of a cluster dies, the scheduler gives the recordings that it was labelling to
    another worker. Recordings that it had finished are not labelled again. No file is left
    half-written.

    Examples
    --------
    >>> import tempfile
    >>> from heartbeat.annotation import annotate_files
    >>> from heartbeat.datasets import load_sample_recording
    >>> from heartbeat.recording import write_recording
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_recording(f"{folder}/208.npz", load_sample_recording())
    ...     table = annotate_files([f"{folder}/208.npz", f"{folder}/none.npz"], folder)
    >>> table["status"].tolist()
    ['written', 'failed']
    """
    check_option("format", format, FORMATS)
    check_n_jobs(n_jobs)
    annotator = BeatAnnotator() if annotator is None else annotator
    if not isinstance(annotator, BeatAnnotator):
        raise TypeError(
            f"annotator must be a BeatAnnotator, such as BeatAnnotator('any-lead'), got "
            f"{shown(annotator)}."
        )
    if isinstance(annotator.classifier, (str, PathLike)):
        find_weights(annotator.classifier)  # fails here, and not for each recording
    output = make_folder(output)
    files = find_files([paths] if isinstance(paths, (str, PathLike)) else paths)
    targets = plan_targets((place for _, place in files), output, FORMATS[format])
    done = label_files(
        [(path, target) for (path, _), target in zip(files, targets, strict=True)],
        annotator,
        format=format,
        overwrite=overwrite,
        fs=fs,
        n_jobs=n_jobs,
        verbose=verbose,
    )
    return pd.DataFrame([_row(file) for file in done], columns=None if files else _COLUMNS)


def label_files(
    files: list[tuple[Path, Path]],
    annotator: BeatAnnotator,
    *,
    format: str,
    overwrite: bool,
    n_jobs: int | None,
    fs: float | None = None,
    compare: bool = False,
    verbose: int = 0,
) -> Iterator[LabelledFile]:
    """Label recordings and write their files; yield the outcomes in order.

    Parameters
    ----------
    files : list of (Path, Path)
        Recordings, and the files to write.
    compare : bool, default=False
        Compare with the recordings' own annotations.

    See `annotate_files` for the other parameters.
    """
    there = [target.exists() and not overwrite for _, target in files]
    todo = [file for file, is_there in zip(files, there, strict=True) if not is_there]
    if len(todo) == 1:
        # The threads work on the parts of a recording.
        annotator = _with_jobs(annotator, n_jobs if annotator.n_jobs is None else annotator.n_jobs)
        results: Iterator[tuple] = (
            _label(annotator, *file, format, overwrite, fs, compare) for file in todo
        )
    else:
        results = _results(todo, annotator, (format, overwrite, fs, compare), n_jobs, verbose)
    for (path, target), is_there in zip(files, there, strict=True):
        result = ("already there",) if is_there else next(results)
        yield LabelledFile(path, target, *result)


def _results(
    todo: list[tuple[Path, Path]],
    annotator: BeatAnnotator,
    options: tuple[str, bool, float | None, bool],
    n_jobs: int | None,
    verbose: int,
) -> Iterator[tuple]:
    """Yield the results of `_label_file` for the recordings, in order."""
    prefer = "processes" if len(todo) >= _WORTH_PROCESSES else "threads"
    backend, _ = get_active_backend(prefer=prefer)
    streams = getattr(backend, "supports_return_generator", False)
    parallel = Parallel(
        n_jobs, prefer=prefer, return_as="generator" if streams else "list", verbose=verbose
    )
    token, one = uuid4().hex, _with_jobs(annotator, 1)
    calls = (
        delayed(_label_file)(token, one, path.absolute(), target.absolute(), *options)
        for path, target in todo
    )
    try:
        yield from parallel(calls)
    except BrokenExecutor as error:
        raise ChildProcessError(
            f"a worker process was killed, most often because memory ran out ({error}). Run this "
            f"again with fewer jobs to label the remaining recordings."
        ) from error


def _with_jobs(annotator: BeatAnnotator, n_jobs: int | None) -> BeatAnnotator:
    """Return the annotator with another number of threads; a clone would lose fitted objects."""
    other = copy(annotator)
    other.n_jobs = n_jobs
    return other


_annotators: dict[str, BeatAnnotator] = {}
"""Annotator of the current run in a worker process, which loads the weights only once."""


def _label_file(token: str, annotator: BeatAnnotator, *file_and_options: Any) -> tuple:
    """Label a recording in a worker, with the annotator that it has kept from this run."""
    if token not in _annotators:
        _annotators.clear()
        _annotators[token] = annotator
    return _label(_annotators.get(token, annotator), *file_and_options)


def _label(
    annotator: BeatAnnotator,
    path: Path,
    target: Path,
    format: str,
    overwrite: bool,
    fs: float | None,
    compare: bool,
) -> tuple[str, str, AnnotationSummary | None, BeatComparison | None]:
    """Label a recording and write its file; return the last fields of `LabelledFile`."""
    if target.exists() and not overwrite:
        # A worker wrote it during this run and was killed before it could report so.
        return "written", "", None, None
    try:
        recording = path if fs is None else read_recording(path, fs=fs)
        annotated = annotator.annotate(recording)
        target.parent.mkdir(parents=True, exist_ok=True)
        annotated.save(target, format, overwrite=overwrite)
        return "written", "", annotated.summary(), _comparison(annotated) if compare else None
    except (ImportError, OSError, TypeError, ValueError) as error:
        return "failed", " ".join(str(error).split()), None, None
    except Exception as error:  # one bad recording in a million must not stop the others
        return "failed", f"{type(error).__name__}: {' '.join(str(error).split())}", None, None


def _comparison(annotated: AnnotatedRecording) -> BeatComparison | None:
    reference = annotated.reference
    if reference is None or not len(reference.beats()):
        return None
    start = _LEARNING_S if annotated.duration > 2 * _LEARNING_S else 0.0
    scores = compare_beats(
        reference,
        annotated.annotations,
        fs=annotated.fs,
        start=start,
        record=annotated.name,
        names=("atr", "hb"),
    )
    return replace(scores, pairs=scores.pairs[:0])


def _row(file: LabelledFile) -> dict:
    row: dict[str, object] = {
        "recording": os.fspath(file.path),
        "output": os.fspath(file.target),
        "status": file.status,
        "error": file.error,
    }
    summary = file.summary
    if summary is not None:
        row |= {
            "duration_s": summary.duration,
            "unreadable_s": summary.unreadable,
            "n_beats": summary.n_beats,
            **{f"n_{letter}": number for letter, number in summary.counts.items()},
            "notes": "; ".join(summary.notes),
        }
    return row
