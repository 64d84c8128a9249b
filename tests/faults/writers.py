"""Every function of the package that writes a file for the user, each with two contents."""

from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import numpy as np

from heartbeat.annotation import AnnotatedRecording, BeatAnnotator
from heartbeat.browser import _report, write_report
from heartbeat.cli import main
from heartbeat.datasets import load_prepared, load_sample_recording
from heartbeat.neural import CNNClassifier, load_classifier, save_classifier
from heartbeat.recording import (
    Annotations,
    Recording,
    read_recording,
    write_annotations,
    write_recording,
)
from heartbeat.recording._wfdb_library import wfdb


@dataclass(frozen=True)
class Writer:
    """A function that writes version 0 or 1 to a path, and one that tells which is there.

    The second fails where neither is there whole.
    """

    suffix: str
    write: Callable[[Path, int], object]
    version: Callable[[Path], int]


def _beats(version: int) -> Annotations:
    n = 400 + 300 * version
    return Annotations(100 + 50 * np.arange(n), np.full(n, "NV"[version]))


def _write_annotations(path: Path, version: int) -> None:
    write_annotations(path.with_suffix(""), _beats(version), path.suffix[1:], fs=250)


def _annotations_version(path: Path) -> int:
    marks = wfdb.rdann(str(path.with_suffix("")), path.suffix[1:])
    assert len(marks.sample) in (400, 700) and len(set(marks.symbol)) == 1
    return "NV".index(marks.symbol[0])


def _write_recording(path: Path, version: int) -> None:
    signal = np.full((4000 + 4000 * version, 2), version)
    write_recording(path, Recording(signal, 250, name="r", annotations=_beats(0)[:10]))


def _recording_version(path: Path) -> int:
    recording = read_recording(path)
    (version,) = np.unique(recording.signal)
    assert recording.n_samples == 4000 + 4000 * version
    return int(version)


@lru_cache(maxsize=2)
def _classifier(version: int) -> CNNClassifier:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20, 30)) + np.repeat([0, 1], 10)[:, None]
    model = CNNClassifier(width=4, depth=1, max_epochs=1, n_members=1 + version, random_state=0)
    return model.fit(X, np.repeat(["N", "V"], 10))


def _write_classifier(path: Path, version: int) -> None:
    save_classifier(_classifier(version), path)


def _classifier_version(path: Path) -> int:
    return len(load_classifier(path).members_) - 1


@lru_cache(maxsize=2)
def _result(version: int) -> AnnotatedRecording:
    recording = load_sample_recording().crop(0, 30 + 30 * version)
    return BeatAnnotator(n_jobs=1).annotate(recording)


def _write_result(path: Path, version: int) -> None:
    _result(version).save(path, overwrite=True)


def _result_version(path: Path) -> int:
    if path.suffix == ".csv":
        import pandas as pd

        samples = pd.read_csv(path)["sample"].tolist()
    elif path.suffix == ".json":
        import json

        samples = json.loads(path.read_text())["beats"]["sample"]
    else:
        marks = wfdb.rdann(str(path.with_suffix("")), path.suffix[1:])
        samples = marks.sample[np.isin(marks.symbol, list("NSVFQ"))].tolist()
    return [_result(version).beats["sample"].tolist() for version in (0, 1)].index(samples)


@lru_cache(maxsize=2)
def _html(version: int) -> str:
    return _report.report_html(_result(version))


def _write_report(path: Path, version: int) -> None:
    # Drawing takes its time; what is asked here is what becomes of the file.
    with patch.object(_report, "report_html", return_value=_html(version)):
        write_report(_result(version), path)


def _report_version(path: Path) -> int:
    return [_html(0), _html(1)].index(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _source() -> Recording:
    signal = np.random.default_rng(0).normal(size=6000).astype(np.float32)
    marks = Annotations(700 + 400 * np.arange(10), np.full(10, "N"))
    return Recording(signal, 250, ("MLII",), "r", annotations=marks)


def _write_prepared(path: Path, version: int) -> None:
    rate = "50" if version else "40"
    with (
        patch("heartbeat.recording.read_recording", return_value=_source()),
        patch("heartbeat.cli._find.find_recording", side_effect=lambda path, home: path),
        redirect_stdout(StringIO()),
    ):
        command = ["prepare", "r", "-o", str(path), "--beat-fs", rate, "--clean", "none"]
        main(["--traceback", *command])


def _prepared_version(path: Path) -> int:
    beats = load_prepared(path)
    assert len(beats.data) == 10
    return {60: 0, 75: 1}[beats.data.shape[1]]


WRITERS = {
    "annotations": Writer(".hb", _write_annotations, _annotations_version),
    "classifier": Writer(".safetensors", _write_classifier, _classifier_version),
    "prepared.csv": Writer(".csv", _write_prepared, _prepared_version),
    "prepared.npz": Writer(".npz", _write_prepared, _prepared_version),
    "recording": Writer(".npz", _write_recording, _recording_version),
    "report": Writer(".html", _write_report, _report_version),
    "result.csv": Writer(".csv", _write_result, _result_version),
    "result.hb": Writer(".hb", _write_result, _result_version),
    "result.json": Writer(".json", _write_result, _result_version),
}
"""Writers by name."""
