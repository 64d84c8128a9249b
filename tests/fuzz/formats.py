"""Intact files of every format, small, for `tests.fuzz` to damage."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from heartbeat.recording import Annotations, Recording, write_annotations, write_recording
from heartbeat.recording._wfdb_library import wfdb

_SIGNAL = np.sin(np.arange(600)[:, None] / np.array([11.0, 17.0]))
_MARKS = Annotations([50, 300], ["N", "V"])


def _wfdb(folder: Path) -> list[Path]:
    wfdb.wrsamp(
        "r1fuzz", 250, ["mV"] * 2, ["II", "V1"], _SIGNAL, fmt=["212"] * 2, write_dir=str(folder)
    )
    write_annotations(folder / "r1fuzz", _MARKS, "atr", fs=250)
    return [folder / f"r1fuzz.{suffix}" for suffix in ("hea", "dat", "atr")]


def _csv(folder: Path) -> list[Path]:
    path = folder / "r1fuzz.csv"
    rows = "\n".join(f"{i / 250:.3f},{a:.3f},{b:.3f}" for i, (a, b) in enumerate(_SIGNAL[:100]))
    path.write_text(f"time (s),ECG II (mV),V1\n{rows}\n")
    return [path]


def _watch(folder: Path) -> list[Path]:
    path = folder / "r1fuzz.csv"
    rows = "\n".join(f"{1000 * a:.1f}".replace(".", ",") for a in _SIGNAL[:100, 0])
    head = 'Name,"Jo"\nRecorded Date,"2024-03-06 15:12:32"\nSample Rate,"512 hertz"\n\n'
    path.write_text(f'{head}Lead,"Lead I"\nUnit,"µV"\n\n{rows}\n', encoding="utf-8")
    return [path]


def _stamps(folder: Path) -> list[Path]:
    path = folder / "r1fuzz.csv"
    rows = "\n".join(
        f"2024-05-01T10:00:{i / 100:06.3f};{a:.2f}".replace(".", ",")
        for i, a in enumerate(_SIGNAL[:100, 0])
    )
    path.write_text(f"when;II\n{rows}\n")
    return [path]


def _npz(folder: Path) -> list[Path]:
    recording = Recording(_SIGNAL, 250, ("II", "V1"), "r1fuzz", annotations=_MARKS)
    return [write_recording(folder / "r1fuzz.npz", recording)]


def _npy(folder: Path) -> list[Path]:
    np.save(folder / "r1fuzz.npy", _SIGNAL)
    return [folder / "r1fuzz.npy"]


def _mat(folder: Path) -> list[Path]:
    from scipy.io import savemat

    savemat(folder / "r1fuzz.mat", {"ecg": _SIGNAL, "fs": 250}, do_compression=True)
    return [folder / "r1fuzz.mat"]


def _edf(folder: Path) -> list[Path]:
    from tests.recording.test_edf import write_edf

    path = folder / "r1fuzz.edf"
    signals = [np.tile(lead, 4)[:1000] for lead in _SIGNAL.T]
    return [write_edf(path, signals, [250] * 2, ["mV"] * 2, ["II", "V1"], [(0.2, "N")])]


def _ishne(folder: Path) -> list[Path]:
    from tests.recording.test_formats import write_ishne

    return [write_ishne(folder / "r1fuzz.ecg")]


def _aecg(folder: Path) -> list[Path]:
    from tests.recording.test_formats import write_aecg

    return [write_aecg(folder / "r1fuzz.xml")]


def _muse(folder: Path) -> list[Path]:
    from tests.recording.test_formats import write_muse

    return [write_muse(folder / "r1fuzz.xml")]


FORMATS: dict[str, Callable[[Path], list[Path]]] = {
    "aecg": _aecg,
    "csv": _csv,
    "edf": _edf,
    "ishne": _ishne,
    "mat": _mat,
    "muse": _muse,
    "npy": _npy,
    "npz": _npz,
    "stamps": _stamps,
    "watch": _watch,
    "wfdb": _wfdb,
}
"""How a file of each format is written; the first path that comes back is the one to read."""
