"""Annotators asked for beside files that are no WFDB records."""

import numpy as np
import pytest

from heartbeat.recording import (
    Annotations,
    Recording,
    read_recording,
    write_annotations,
    write_recording,
)

SIGNAL = np.sin(np.arange(1000) / 10).astype(np.float32)


def csv(folder):
    path = folder / "night.csv"
    path.write_text("II\n" + "\n".join(f"{v:.3f}" for v in SIGNAL) + "\n")
    return path


def npz(folder):
    marks = Annotations([5], ["N"])
    return write_recording(
        folder / "night.npz", Recording(SIGNAL, 250, "II", "night", annotations=marks)
    )


def edf(folder):
    pyedflib = pytest.importorskip("pyedflib")
    path = folder / "night.edf"
    with pyedflib.EdfWriter(str(path), 1) as writer:
        writer.setSignalHeader(
            0,
            {
                "label": "ECG II", "dimension": "mV", "sample_frequency": 250, "physical_min": -2,
                "physical_max": 2, "digital_min": -32768, "digital_max": 32767,
                "transducer": "", "prefilter": "",
            },
        )  # fmt: skip
        writer.writeSamples([SIGNAL.astype(float)])
        writer.writeAnnotation(0.02, -1, "N")
    return path


@pytest.mark.parametrize("make", [csv, npz, edf])
def test_the_annotator_asked_for_is_read(tmp_path, make):
    path = make(tmp_path)
    fs = 250 if path.suffix == ".csv" else None
    with pytest.raises(FileNotFoundError, match=r"night.hb does not exist. .* annotator=None"):
        read_recording(path, fs=fs, annotator="hb")
    marks = Annotations([100, 200], ["N", "V"])
    write_annotations(tmp_path / "night", marks, fs=250)
    read = read_recording(path, fs=fs, annotator="hb").annotations
    assert (read.sample.tolist(), read.symbol.tolist()) == ([100, 200], ["N", "V"])
    own = read_recording(path, fs=fs).annotations
    assert own is None if path.suffix == ".csv" else own.sample.tolist() == [5]
    assert read_recording(path, fs=fs, annotator=None).annotations is None


def test_samples_follow_the_rate_of_the_annotations(tmp_path):
    write_annotations(tmp_path / "night", Annotations([100], ["V"]), fs=500)
    path = csv(tmp_path)
    assert read_recording(path, fs=250, annotator="hb").annotations.sample.tolist() == [50]
    write_annotations(path, Annotations([7], ["V"]), "atr", fs=250)  # night.csv.atr
    assert read_recording(path, fs=250).annotations.sample.tolist() == [7]
