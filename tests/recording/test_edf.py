import sys
from datetime import timedelta

import numpy as np
import pytest

from heartbeat.recording import read_recording

FS = 256


def write_edf(path, signals, rates, units, labels, annotations=(), plus=True):
    pyedflib = pytest.importorskip("pyedflib")
    kind = pyedflib.FILETYPE_EDFPLUS if plus else pyedflib.FILETYPE_EDF
    with pyedflib.EdfWriter(str(path), len(signals), file_type=kind) as writer:
        for i, (signal, rate, unit, label) in enumerate(
            zip(signals, rates, units, labels, strict=True)
        ):
            limit = float(np.ceil(np.abs(signal).max()))
            writer.setSignalHeader(
                i,
                {
                    "label": label, "dimension": unit, "sample_frequency": rate,
                    "physical_min": -limit, "physical_max": limit,
                    "digital_min": -32768, "digital_max": 32767,
                    "transducer": "", "prefilter": "",
                },
            )  # fmt: skip
        writer.writeSamples(list(signals))
        for onset, text in annotations:
            writer.writeAnnotation(onset, -1, text)
    return path


def sine(rate, seconds=10):
    return np.sin(2 * np.pi * 3 * np.arange(rate * seconds) / rate)


def test_units_rates_and_annotations(tmp_path):
    path = write_edf(
        tmp_path / "r1.edf",
        [1000 * sine(FS), sine(FS // 2), sine(32)],
        [FS, FS // 2, 32],
        ["uV", "mV", "L/s"],
        ["ECG II", "ECG V1", "Flow"],
        [(1.5, "N"), (2.002, "V"), (3.0, "patient moved")],
    )
    recording = read_recording(path)
    assert (recording.leads, recording.fs, recording.name) == (("ECG II", "ECG V1"), FS, "r1")
    np.testing.assert_allclose(recording.lead(0), sine(FS), atol=1e-3)
    np.testing.assert_allclose(recording.lead(1)[50:-50], sine(FS)[50:-50], atol=5e-3)
    marks = recording.annotations
    assert marks.sample.tolist() == [384, 513, 768]  # 2.002 s is sample 512.5
    assert marks.symbol.tolist() == ["N", "V", '"']
    assert marks.aux.tolist() == ["", "", "patient moved"]
    assert read_recording(path, annotator=None).annotations is None
    alone = read_recording(path, leads="ECG V1", fs=FS / 2)
    assert (alone.fs, alone.n_samples) == (FS / 2, 1280)


@pytest.mark.parametrize(
    ("units", "leads"),
    [(("uV", ""), ("ECG",)), (("", ""), ("ECG", "Flow")), (("", "mV"), ("Flow",))],
)
def test_signals_without_a_unit(tmp_path, units, leads):
    path = write_edf(tmp_path / "r1.edf", [sine(FS)] * 2, [FS] * 2, units, ["ECG", "Flow"])
    assert read_recording(path).leads == leads
    if units == ("uV", ""):
        with pytest.raises(ValueError, match="'Flow' of .* is in no unit, which is not a unit"):
            read_recording(path, leads="Flow")


def test_plain_edf_has_no_annotations(tmp_path):
    path = write_edf(tmp_path / "r1.edf", [sine(FS)], [FS], ["mV"], ["II"], plus=False)
    assert read_recording(path).annotations is None


def test_what_is_not_there(tmp_path):
    path = write_edf(tmp_path / "r1.edf", [sine(FS)], [FS], ["mV"], ["II"])
    with pytest.raises(ValueError, match=r"no lead 'V1' in .*, which has \['II'\]"):
        read_recording(path, leads="V1")
    with pytest.raises(ValueError, match="fs=100 contradicts"):
        read_recording(path, fs=100)
    path = write_edf(tmp_path / "r2.edf", [sine(FS)], [FS], ["L/s"], ["Flow"])
    with pytest.raises(ValueError, match="no signal in a unit of voltage"):
        read_recording(path)


@pytest.mark.parametrize("keep", [0, 100, 3000])
def test_truncated(tmp_path, keep):
    path = write_edf(tmp_path / "r1.edf", [sine(FS)], [FS], ["mV"], ["II"])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"r1\.edf (is empty|cannot be read as EDF)"):
        read_recording(path)


def test_without_pyedflib(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyedflib", None)
    path = tmp_path / "r1.edf"
    path.write_bytes(b"0")
    with pytest.raises(ImportError, match=r"pip install 'heartbeat-ecg\[edf\]'"):
        read_recording(path)


def test_the_start_is_told(tmp_path):
    path = write_edf(tmp_path / "a.edf", [sine(FS)], [FS], ["mV"], ["II"])
    recording = read_recording(path)
    pyedflib = pytest.importorskip("pyedflib")
    with pyedflib.EdfReader(str(path)) as reader:
        assert recording.begin == reader.getStartdatetime()
    assert recording.crop(2.0).begin - recording.begin == timedelta(seconds=2)
