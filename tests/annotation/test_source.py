"""Where samples come from: memory, files read whole, WFDB records read part by part."""

import numpy as np
import pytest
import wfdb

from heartbeat.annotation._source import MemorySource, WFDBSource, open_source
from heartbeat.datasets import make_recording
from heartbeat.recording import write_annotations, write_recording


@pytest.fixture(scope="module")
def recording():
    return make_recording(20, n_leads=2, random_state=0, name="made")


@pytest.fixture
def record(recording, tmp_path):
    """A WFDB record of the leads, with a channel in between that is no ECG."""
    signal = np.insert(recording.signal.astype(float), 1, 20.0, axis=1)
    wfdb.wrsamp(
        "made", recording.fs, ["mV", "mmHg", "mV"], ["MLII", "ABP", "V1"], signal,
        fmt=["16"] * 3, adc_gain=[1000.0] * 3, baseline=[0] * 3, write_dir=str(tmp_path),
    )  # fmt: skip
    write_annotations(tmp_path / "made", recording.annotations, "atr", fs=recording.fs)
    return tmp_path / "made"


def test_a_record_is_read_in_parts(recording, record):
    source = open_source(record)
    assert isinstance(source, WFDBSource)
    assert source.recording is None
    assert (source.name, source.leads, source.fs) == ("made", ("MLII", "V1"), recording.fs)
    assert source.n_samples == recording.n_samples
    # Lead 1 is the file's third channel.
    part = source.read(1, 1000, 1500)
    assert np.allclose(part, recording.signal[1000:1500, 1], atol=1e-3)
    assert source.reference().sample.tolist() == recording.annotations.sample.tolist()


@pytest.mark.parametrize("suffix", [".hea", ".dat", ".atr"])
def test_any_file_of_a_record_names_it(record, suffix):
    assert isinstance(open_source(record.with_suffix(suffix)), WFDBSource)


def test_a_tilde_stands_for_the_home_folder(record, monkeypatch):
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(record.parent))
    source = open_source("~/made.hea")
    assert isinstance(source, WFDBSource)
    assert source.path == record


def test_a_damaged_file_says_which(record):
    source = open_source(record)
    record.with_suffix(".dat").write_bytes(b"\0" * 10)
    with pytest.raises(ValueError, match=r"samples 100 to 200 of record .*made"):
        source.read(0, 100, 200)


def test_other_files_and_recordings_are_kept_in_memory(recording, tmp_path):
    path = write_recording(tmp_path / "made.npz", recording)
    for source in (open_source(path), open_source(recording)):
        assert isinstance(source, MemorySource)
        assert np.array_equal(source.read(0, 10, 20), recording.signal[10:20, 0])
        assert len(source.reference()) == len(recording.annotations)
    with pytest.raises(TypeError, match="Wrap an array"):
        open_source(recording.signal)
