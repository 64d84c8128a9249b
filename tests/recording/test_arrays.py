from pathlib import Path

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
    with pytest.raises(ValueError, match=r"r1.npy does not contain its sampling rate"):
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
    with pytest.raises(ValueError, match="has no array 'x'"):
        read_recording(path, fs=100, variable="x")


def test_counts_are_told(tmp_path):
    np.save(tmp_path / "r1.npy", np.arange(500, 540))
    message = r"r1.npy holds integers from 500 to 539 .* convert them to mV\.$"
    with pytest.warns(UserWarning, match=message):
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


@pytest.mark.parametrize("compress", [False, True])
def test_a_tag_that_matlab_does_not_have(tmp_path, compress):
    """scipy takes the type of an element for an index in a table and ends the process."""
    path = tmp_path / "r1.mat"
    held = {"ecg": np.zeros((300, 2)), "cells": np.array([["II", np.eye(2)]], dtype=object)}
    savemat(path, held | {"fields": {"a": 1, "b": {"c": "x"}}}, do_compression=compress)
    assert read_recording(path, fs=250, variable="ecg").n_leads == 2
    savemat(path, {"ecg": np.zeros((300, 2))}, do_compression=False)
    content = bytearray(path.read_bytes())
    at = content.index(np.array([9, 4800], "<u4").tobytes())  # the tag of 600 doubles
    for kind in (0, 14, 20, 255, 65_535):
        content[at : at + 4] = np.array([kind], "<u4").tobytes()
        path.write_bytes(content)
        with pytest.raises(ValueError, match="r1.mat is not a readable MATLAB file: the element"):
            read_recording(path, fs=250)


def test_the_files_that_scipy_tests_with_pass(tmp_path):
    import scipy.io
    from scipy.io import loadmat

    from heartbeat.recording._mat_tags import check_tags

    folder = Path(scipy.io.__file__).parent / "matlab" / "tests" / "data"
    files = sorted(folder.glob("test*.mat"))
    if not files:
        pytest.skip("this scipy brings no MATLAB files")
    for path in files:
        if "hdf5" not in path.name:
            loadmat(path)
        check_tags(path)
