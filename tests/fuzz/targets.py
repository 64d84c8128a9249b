"""Every reader of the package, with intact files for it, small, for `tests.fuzz` to damage."""

import importlib.util
import io
import json
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from heartbeat.boosting import BoostedTreesClassifier
from heartbeat.boosting._file import read_trees, write_trees
from heartbeat.browser import MarkedRecording, Review
from heartbeat.datasets import load_kaggle_heartbeat, load_prepared
from heartbeat.datasets._cache import TableCache
from heartbeat.datasets._registry import parse_checksums
from heartbeat.export import (
    OnnxClassifier,
    export_onnx,
    load_pipeline,
    save_pipeline,
)
from heartbeat.neural import CNNClassifier, load_classifier, save_classifier
from heartbeat.recording import (
    Annotations,
    Recording,
    read_recording,
    write_annotations,
    write_recording,
)
from heartbeat.recording._wfdb_library import wfdb
from heartbeat.weights import _registry as weights_registry
from heartbeat.weights import list_weights
from heartbeat.weights._card import read_card
from tests.fuzz import damage
from tests.fuzz.devices import write_kardia, write_mfer, write_scp
from tests.recording.test_formats import MICROVOLTS, write_aecg, write_ishne, write_muse

NAME = "r1fuzz"
"""What the files are called, and thus what an error about them must say."""

_FS = 250
_SIGNAL = np.sin(np.arange(600)[:, None] / np.array([11.0, 17.0]))
_MARKS = Annotations([0, 50, 300], ["+", "N", "V"], aux=["(N", "", ""], num=[0, 0, 5])


@dataclass(frozen=True)
class Target:
    """A reader and its files.

    `write` makes intact files in a folder, the first of them the one to read; `read` reads it and
    returns something that is not None; `harm` damages one of them.
    """

    write: Callable[[Path], list[Path]]
    read: Callable[[Path], Any]
    harm: damage.Damage = damage.damaged
    needs: tuple[str, ...] = field(default=())

    @property
    def can_run(self) -> bool:
        """Tell whether the libraries are there that the format needs."""
        return all(importlib.util.find_spec(name) for name in self.needs)


def _recording(path: Path) -> Recording:
    recording = read_recording(path, fs=_FS if path.suffix == ".npy" else None)
    assert recording.n_samples > 0 and recording.signal.dtype == np.float32
    return recording


def _wfdb(fmt: str, name: str = NAME) -> Callable[[Path], list[Path]]:
    def write(folder: Path) -> list[Path]:
        wfdb.wrsamp(
            name, _FS, ["mV"] * 2, ["II", "V1"], _SIGNAL, fmt=[fmt] * 2, write_dir=str(folder)
        )
        write_annotations(folder / name, _MARKS, "atr", fs=_FS)
        return [folder / f"{name}.{suffix}" for suffix in ("hea", "dat", "atr")]

    return write


def _wfdb_packed(folder: Path) -> list[Path]:
    """Write format 310, three samples of ten bits in four bytes, which wfdb only reads."""
    files = _wfdb("16")(folder)
    header, data = files[:2]
    header.write_text(header.read_text().replace(".dat 16 ", ".dat 310 "))
    data.write_bytes(np.random.default_rng(0).bytes(1600))
    return files


def _wfdb_segments(folder: Path) -> list[Path]:
    parts = [
        path
        for segment in (f"{NAME}a", f"{NAME}b")
        for path in _wfdb("16", segment)(folder)
        if path.suffix != ".atr"
    ]
    outline = folder / f"{NAME}o.hea"
    outline.write_text(
        f"{NAME}o 2 {_FS} 0\n~ 0 200/mV 12 0 0 0 0 II\n~ 0 200/mV 12 0 0 0 0 V1\n", encoding="ascii"
    )
    whole = folder / f"{NAME}.hea"
    whole.write_text(
        f"{NAME}/4 2 {_FS} 1700\n{NAME}o 0\n{NAME}a 600\n~ 500\n{NAME}b 600\n", encoding="ascii"
    )
    return [whole, outline, *parts]


def _csv(folder: Path) -> list[Path]:
    path = folder / f"{NAME}.csv"
    rows = "\n".join(f"{i / 250:.3f},{a:.3f},{b:.3f}" for i, (a, b) in enumerate(_SIGNAL[:100]))
    path.write_text(f"time (s),ECG II (mV),V1\n{rows}\n")
    return [path]


def _csv_with_annotations(folder: Path) -> list[Path]:
    [path] = _csv(folder)
    marks = Annotations([0, 20, 80], ["N", "V", '"'], aux=["", "", "moved"])
    return [path, write_annotations(folder / NAME, marks, "atr", fs=_FS)]


def _watch(folder: Path) -> list[Path]:
    path = folder / f"{NAME}.csv"
    rows = "\n".join(f"{1000 * a:.1f}".replace(".", ",") for a in _SIGNAL[:100, 0])
    head = 'Name,"Jo"\nRecorded Date,"2024-03-06 15:12:32"\nSample Rate,"512 hertz"\n\n'
    path.write_text(f'{head}Lead,"Lead I"\nUnit,"µV"\n\n{rows}\n', encoding="utf-8")
    return [path]


def _stamps(folder: Path) -> list[Path]:
    path = folder / f"{NAME}.csv"
    rows = "\n".join(
        f"2024-05-01T10:00:{i / 100:06.3f};{a:.2f}".replace(".", ",")
        for i, a in enumerate(_SIGNAL[:100, 0])
    )
    path.write_text(f"when;II\n{rows}\n")
    return [path]


def _npz(folder: Path) -> list[Path]:
    recording = Recording(_SIGNAL, _FS, ("II", "V1"), NAME, annotations=_MARKS)
    return [write_recording(folder / f"{NAME}.npz", recording)]


def _npy(folder: Path) -> list[Path]:
    np.save(folder / f"{NAME}.npy", _SIGNAL)
    return [folder / f"{NAME}.npy"]


def _mat(compressed: bool) -> Callable[[Path], list[Path]]:
    def write(folder: Path) -> list[Path]:
        from scipy.io import savemat

        path = folder / f"{NAME}.mat"
        held = {"ecg": _SIGNAL, "fs": _FS, "leads": np.array(["II", "V1"], dtype=object)}
        savemat(path, held, do_compression=compressed)
        return [path]

    return write


def _edf(suffix: str) -> Callable[[Path], list[Path]]:
    def write(folder: Path) -> list[Path]:
        from pyedflib import FILETYPE_BDFPLUS, EdfWriter

        from tests.recording.test_edf import write_edf

        path = folder / f"{NAME}{suffix}"
        signals = [np.tile(lead, 4)[:1000] for lead in _SIGNAL.T]
        if suffix == ".edf":
            return [write_edf(path, signals, [250] * 2, ["mV"] * 2, ["II", "V1"], [(0.2, "N")])]
        with EdfWriter(str(path), 1, file_type=FILETYPE_BDFPLUS) as writer:
            limits = {"physical_min": -1, "physical_max": 1}
            limits |= {"digital_min": -(2**23), "digital_max": 2**23 - 1}
            head = {"label": "II", "dimension": "mV", "sample_frequency": 250}
            writer.setSignalHeader(0, head | limits | {"transducer": "", "prefilter": ""})
            writer.writeSamples(signals[:1])
            writer.writeAnnotation(0.2, -1, "moved")
        return [path]

    return write


def _dicom(folder: Path) -> list[Path]:
    import pydicom
    from pydicom.data import get_testdata_file

    file = pydicom.dcmread(get_testdata_file("waveform_ecg.dcm"))
    # Two hundred samples of the ten seconds: damage shall not get lost in them.
    group = file.WaveformSequence[0]
    group.NumberOfWaveformSamples = 200
    group.WaveformData = group.WaveformData[: 200 * group.NumberOfWaveformChannels * 2]
    del file.WaveformSequence[1:]
    path = folder / f"{NAME}.dcm"
    file.save_as(path)
    return [path]


def _device(write: Callable[..., Path], suffix: str, *more: Any) -> Callable[[Path], list[Path]]:
    return lambda folder: [write(folder / f"{NAME}{suffix}", *more)]


def _kaggle(suffix: str) -> Callable[[Path], list[Path]]:
    def write(folder: Path) -> list[Path]:
        import gzip
        import zipfile

        table = np.round(np.random.default_rng(0).random((4, 188)), 3)
        table[:, -1] = [0, 1, 2, 4]
        home = folder / NAME
        home.mkdir(exist_ok=True)
        path = home / f"mitbih_train.csv{suffix.removeprefix('.fixed')}"
        plain = home / "plain"
        np.savetxt(plain, table, fmt="%.18e" if suffix == ".fixed" else "%.3f", delimiter=",")
        content = plain.read_bytes()
        plain.unlink()
        if suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("mitbih_train.csv", content)
        else:
            path.write_bytes(gzip.compress(content) if suffix == ".gz" else content)
        return [path]

    return write


def _load_kaggle(path: Path) -> Any:
    beats = load_kaggle_heartbeat(data_home=path.parent, cache=False)
    assert np.isfinite(beats.data).all()
    return beats


def _prepared(suffix: str) -> Callable[[Path], list[Path]]:
    def write(folder: Path) -> list[Path]:
        from heartbeat.cli import main

        source = folder / "source.npz"
        signal = np.random.default_rng(0).normal(size=3000).astype(np.float32)
        marks = Annotations([700, 1200, 1800], ["N", "V", "N"])
        write_recording(source, Recording(signal, _FS, ("MLII",), "source", annotations=marks))
        path = folder / f"{NAME}{suffix}"
        command = ["prepare", str(source), "-o", str(path), "--beat-fs", "20", "--context", "rr"]
        with redirect_stdout(io.StringIO()):
            assert not main(command)
        source.unlink()
        return [path]

    return write


def _load_prepared(path: Path) -> Any:
    beats = load_prepared(path, as_frame=True)
    assert len(beats.data) == len(beats.target)
    return beats


@lru_cache(maxsize=1)
def _small_classifier() -> CNNClassifier:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20, 30)) + np.repeat([0, 1], 10)[:, None]
    model = CNNClassifier(width=4, depth=1, max_epochs=1, random_state=0)
    return model.fit(X, np.repeat(["N", "V"], 10))


def _classifier(folder: Path) -> list[Path]:
    return [save_classifier(_small_classifier(), folder / f"{NAME}.safetensors")]


def _load_classifier(path: Path) -> CNNClassifier:
    model = load_classifier(path)
    # What is loaded must work: a description that does not fit is to be refused here, not later.
    scores = model.predict_proba(np.zeros((2, model.n_features_in_), dtype=np.float32))
    assert scores.shape == (2, len(model.classes_))
    return model


def _trees(folder: Path) -> list[Path]:
    rng = np.random.default_rng(0)
    model = BoostedTreesClassifier(2, min_samples_leaf=2, random_state=0)
    path = folder / f"{NAME}.safetensors"
    write_trees(model.fit(rng.standard_normal((30, 3)), np.repeat(list("NSV"), 10)), path)
    return [path]


def _read_trees(path: Path) -> BoostedTreesClassifier:
    model = read_trees(path)
    scores = model.predict_proba(np.zeros((2, model.n_features_in_), dtype=np.float32))
    assert scores.shape == (2, len(model.classes_))
    return model


def _onnx(folder: Path) -> list[Path]:
    return [export_onnx(_small_classifier(), folder / f"{NAME}.onnx")]


def _load_onnx(path: Path) -> OnnxClassifier:
    model = OnnxClassifier(path).fit()
    scores = model.predict_proba(np.zeros((2, model.n_features_in_), dtype=np.float32))
    assert scores.shape == (2, len(model.classes_))
    return model


def _skops(folder: Path) -> list[Path]:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    X = np.random.default_rng(0).standard_normal((20, 3))
    return [save_pipeline(pipeline.fit(X, np.repeat(["N", "V"], 10)), folder / f"{NAME}.skops")]


def _card(folder: Path) -> list[Path]:
    source = Path(weights_registry.__file__).parent / f"{list_weights()[0]}.json"
    card = json.loads(source.read_text(encoding="utf-8"))
    path = folder / f"{NAME}.json"
    path.write_text(json.dumps(card, indent=1), encoding="utf-8")
    return [path]


def _read_card(path: Path) -> Any:
    card = read_card(path)
    assert str(card) and card.segmentation
    return card


@lru_cache(maxsize=1)
def _marked() -> MarkedRecording:
    marks = Annotations([50, 300, 500], ["N", "V", "N"])
    return MarkedRecording.from_recording(Recording(_SIGNAL, _FS, name="r", annotations=marks))


def _journal(folder: Path) -> list[Path]:
    path = folder / f"{NAME}.review"
    with Review(_marked(), path) as review:
        review.relabel(50, "V")
        review.move(300, 310)
        review.undo()
        review.add(20, "S")
        review.delete(500)
        review.relabel_all(0, 400, "N")
        review.save(folder / NAME)
    (folder / f"{NAME}.rev").unlink()
    return [path]


def _open_journal(path: Path) -> Any:
    with Review(_marked(), path) as review:
        assert (np.diff(review.beats.sample) > 0).all()
        return review.annotations()


def _cache(folder: Path) -> list[Path]:
    place = TableCache(folder / NAME, "beats", {"a": 1}, "state")
    assert place.store({"data": _SIGNAL, "large": np.zeros(40_000)}, {"n": 2})
    return sorted(place.folder.iterdir(), key=lambda path: path.suffix != ".json")


def _load_cache(path: Path) -> Any:
    # A table that is damaged counts as not there: it is prepared again.
    found = TableCache(path.parents[2], "beats", {"a": 1}, "state").load()
    return "not there" if found is None else found


def _checksums(folder: Path) -> list[Path]:
    path = folder / f"{NAME}.txt"
    path.write_text("".join(f"{i:064x} 10{i}.{s}\n" for i in range(3) for s in ("hea", "dat")))
    return [path]


def _read_checksums(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    with tempfile.TemporaryDirectory() as place:
        names = parse_checksums(text, str(path))
        for name in names:
            # Where a file of that name would come to lie.
            assert (Path(place) / name).resolve().is_relative_to(Path(place).resolve()), name
    return names


_FORMATS, _EDF = ("ecgdatakit", "pydicom"), ("pyedflib",)

TARGETS: dict[str, Target] = {
    "aecg": Target(_device(write_aecg, ".xml"), _recording, needs=_FORMATS),
    "annotations": Target(_csv_with_annotations, _recording),
    "bdf": Target(_edf(".bdf"), _recording, needs=_EDF),
    "cache": Target(_cache, _load_cache, damage.damaged),
    "card": Target(_card, _read_card, damage.damaged_words),
    "checksums": Target(_checksums, _read_checksums),
    "classifier": Target(_classifier, _load_classifier, damage.damaged_header_of_tensors),
    "csv": Target(_csv, _recording),
    "dicom": Target(_dicom, _recording, needs=_FORMATS),
    "edf": Target(_edf(".edf"), _recording, needs=_EDF),
    "ishne": Target(_device(write_ishne, ".ecg"), _recording, needs=_FORMATS),
    "journal": Target(_journal, _open_journal, damage.damaged_words),
    "kaggle": Target(_kaggle(""), _load_kaggle),
    "kaggle-fixed": Target(_kaggle(".fixed"), _load_kaggle),
    "kaggle-gz": Target(_kaggle(".gz"), _load_kaggle),
    "kaggle-zip": Target(_kaggle(".zip"), _load_kaggle, damage.damaged_archive),
    "kardia": Target(
        _device(write_kardia, ".json", MICROVOLTS[:200]),
        _recording,
        damage.damaged_words,
        needs=_FORMATS,
    ),
    "mat": Target(_mat(False), _recording),
    "mat-compressed": Target(_mat(True), _recording),
    "mfer": Target(_device(write_mfer, ".mwf", MICROVOLTS), _recording, needs=_FORMATS),
    "muse": Target(_device(write_muse, ".xml"), _recording, needs=_FORMATS),
    "npy": Target(_npy, _recording),
    "npz": Target(_npz, _recording, damage.damaged_archive),
    "onnx": Target(_onnx, _load_onnx, needs=("onnx", "onnxscript", "onnxruntime")),
    "prepared": Target(_prepared(".npz"), _load_prepared, damage.damaged_archive),
    "prepared-csv": Target(_prepared(".csv"), _load_prepared),
    "scp": Target(_device(write_scp, ".scp", MICROVOLTS), _recording, needs=_FORMATS),
    "skops": Target(_skops, load_pipeline, damage.damaged_archive, needs=("skops",)),
    "stamps": Target(_stamps, _recording),
    "trees": Target(_trees, _read_trees, damage.damaged_header_of_tensors),
    "watch": Target(_watch, _recording),
    "wfdb-16": Target(_wfdb("16"), _recording),
    "wfdb-212": Target(_wfdb("212"), _recording),
    "wfdb-310": Target(_wfdb_packed, _recording),
    "wfdb-flac": Target(_wfdb("516"), _recording),
    "wfdb-segments": Target(_wfdb_segments, _recording),
}
"""Readers by name."""
