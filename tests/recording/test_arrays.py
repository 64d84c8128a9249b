import numpy as np
import pytest
from scipy.io import savemat

from heartbeat.recording import read_recording

SIGNAL = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)


@pytest.mark.parametrize("array", [SIGNAL, SIGNAL.T, SIGNAL[:, 0]])
def test_an_array_of_numpy(tmp_path, array):
    path = tmp_path / "r1.npy"
    np.save(path, array)
    recording = read_recording(path, fs=250)
    assert (recording.n_samples, recording.fs, recording.name) == (500, 250, "r1")
    np.testing.assert_array_equal(recording.lead(), SIGNAL[:, 0])
    with pytest.raises(ValueError, match=r"r1.npy does not say its sampling rate"):
        read_recording(path)


def test_a_matlab_file(tmp_path):
    path = tmp_path / "r1.mat"
    savemat(path, {"ecg": SIGNAL.T, "Fs": 360, "leads": np.array(["II", "V1"], dtype=object)})
    recording = read_recording(path)
    assert (recording.fs, recording.leads) == (360, ("II", "V1"))
    np.testing.assert_array_equal(recording.signal, SIGNAL)
    savemat(path, {"ecg": SIGNAL, "ppg": SIGNAL[:, 0]})
    with pytest.raises(ValueError, match=r"variable=; its arrays .* ecg \(500, 2\), ppg \(1, 500"):
        read_recording(path, fs=100)
    assert read_recording(path, fs=100, variable="ecg").n_leads == 2
    with pytest.raises(ValueError, match="there is no 'x'"):
        read_recording(path, fs=100, variable="x")


def test_counts_are_told(tmp_path):
    np.save(tmp_path / "r1.npy", np.arange(500, 540))
    with pytest.warns(UserWarning, match=r"r1.npy holds whole numbers from 500 to 539"):
        read_recording(tmp_path / "r1.npy", fs=100)


@pytest.mark.parametrize("suffix", [".npy", ".mat"])
def test_damage_and_pickles(tmp_path, suffix):
    path = tmp_path / f"r1{suffix}"
    path.write_bytes(b"\x93NUMPY\x01\0v\0{(" + b"x" * 200)
    with pytest.raises(ValueError, match=f"r1{suffix} is not a readable"):
        read_recording(path, fs=100)
    np.save(tmp_path / "r1.npy", np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="is not a readable NPY file of numbers"):
        read_recording(tmp_path / "r1.npy", fs=100)
