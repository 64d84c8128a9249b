import os
from datetime import datetime

import numpy as np
import pytest

from heartbeat.recording import Annotations, Recording, read_recording, write_recording


def test_what_is_written_is_read(tmp_path):
    signal = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    signal[3] = np.nan
    marks = Annotations([1, 7], ["+", "N"], aux=["(N", ""], subtype=[0, 3])
    recording = Recording(
        signal, 250.5, ("I", "II"), "r1", "p1", "mydb", marks, datetime(2024, 2, 29, 12)
    )
    path = write_recording(tmp_path / "r1.npz", recording)
    assert os.listdir(tmp_path) == ["r1.npz"]
    read = read_recording(path)
    np.testing.assert_array_equal(read.signal, signal)
    for name in ("fs", "leads", "name", "subject", "database", "begin"):
        assert getattr(read, name) == getattr(recording, name)
    for name in ("sample", "symbol", "aux", "subtype", "chan", "num"):
        np.testing.assert_array_equal(getattr(read.annotations, name), getattr(marks, name))
    assert read_recording(path, annotator=None).annotations is None
    assert read_recording(path, leads=["II"], subject="x").leads == ("II",)


def test_a_signal_alone_needs_fs(tmp_path):
    path = tmp_path / "r1.npz"
    np.savez(path, signal=np.zeros(100))
    recording = read_recording(path, fs=125)
    assert (recording.fs, recording.name, recording.subject) == (125, "r1", "r1")
    with pytest.raises(ValueError, match="Give fs in Hz"):
        read_recording(path)
    np.savez(path, signal=np.zeros(100), fs=360)
    with pytest.raises(ValueError, match="fs=125 contradicts"):
        read_recording(path, fs=125)


def test_malformed(tmp_path):
    path = tmp_path / "r1.npz"
    np.savez(path, ecg=np.zeros(100), fs=100)
    with pytest.raises(ValueError, match=r"no array 'signal', only \['ecg', 'fs'\]"):
        read_recording(path)
    np.savez(path, signal=np.array([object()]), fs=100)
    with pytest.raises(ValueError, match="not a readable NPZ file of plain arrays"):
        read_recording(path)
    np.savez(path, signal=np.zeros(100), fs=100, annotation_sample=[3])
    with pytest.raises(ValueError, match="no array 'annotation_symbol'"):
        read_recording(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="not a readable NPZ"):
        read_recording(path)
    with path.open("wb") as file:
        np.save(file, np.zeros(5))
    with pytest.raises(ValueError, match="not a readable NPZ"):
        read_recording(path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="is empty"):
        read_recording(path)


def test_a_rate_in_an_array_of_one(tmp_path):
    for fs in (np.array([360.0]), np.array([[360]])):
        np.savez(tmp_path / "r1.npz", signal=np.zeros(100), fs=fs)
        assert read_recording(tmp_path / "r1.npz").fs == 360


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"signal": np.zeros(100, complex), "fs": 360}, "real numbers in mV"),
        ({"signal": np.zeros(100), "fs": "fast"}, "fs must be a number"),
        ({"signal": np.zeros(100), "fs": [1, 2]}, "fs must be a number"),
        ({"signal": np.zeros(100), "fs": -1}, "fs must be a positive"),
        (
            {"signal": np.zeros(9), "fs": 1, "annotation_sample": [1.5], "annotation_symbol": "N"},
            "must hold integers",
        ),
    ],
)
def test_what_is_no_recording_is_the_files_fault(tmp_path, arrays, message):
    np.savez(tmp_path / "r1.npz", **arrays)
    with pytest.raises(ValueError, match=f"r1.npz does not hold a valid recording: .*{message}"):
        read_recording(tmp_path / "r1.npz")


def test_damage_inside_a_compressed_file(tmp_path):
    path = tmp_path / "r1.npz"
    np.savez_compressed(path, signal=np.random.default_rng(0).normal(size=5000), fs=360)
    whole = path.read_bytes()
    for position in range(50, len(whole) - 400, len(whole) // 40):
        path.write_bytes(whole[:position] + b"\xff" * 100 + whole[position + 100 :])
        with pytest.raises(ValueError, match="not a readable NPZ"):
            read_recording(path)


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(ValueError, match="must end in .npz"):
        write_recording(tmp_path / "r1.csv", Recording(np.zeros(5), 1))
