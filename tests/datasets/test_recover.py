import numpy as np
import pandas as pd
import pytest
from scipy.signal import resample

from heartbeat.datasets import load_recordings, make_recording, recover_records
from heartbeat.labels import AAMI_CLASSES, classes_of_symbols
from heartbeat.segmentation import segment_beats
from heartbeat.segmentation._kaggle import crop_lengths


def rows_cut_otherwise(recording, lead, rng, n_rows, noise_mv):
    """Cut rows of the Kaggle layout with FFT resampling, jitter of R and of length, and noise."""
    beats = recording.annotations.beats()
    # A multiple of 72 samples at 360 Hz is a whole number of samples at 125 Hz.
    signal = np.nan_to_num(recording.lead(lead))[: recording.n_samples // 72 * 72]
    at_125 = resample(signal, len(signal) * 25 // 72)
    lengths = crop_lengths(beats.sample / recording.fs)
    rows, samples = [], []
    for beat in rng.permutation(len(beats))[:n_rows]:
        start = max(round(beats.sample[beat] * 125 / recording.fs) + rng.integers(-2, 3), 0)
        length = min(int(lengths[beat] * rng.uniform(0.96, 1.04)), 187)
        cut = at_125[start : start + length]
        cut = cut + rng.normal(0, noise_mv, len(cut))
        cut = (cut - cut.min()) / np.ptp(cut)
        rows.append(np.pad(cut, (0, 187 - len(cut))))
        samples.append(beats.sample[beat])
    return np.array(rows, np.float32), np.array(samples)


@pytest.fixture(scope="module")
def synthetic():
    recordings = [make_recording(60, name=f"p{i}", random_state=i) for i in range(5)]
    rng = np.random.default_rng(0)
    cut = [rows_cut_otherwise(r, 0, rng, 30, noise_mv=0.01) for r in recordings]
    X = np.concatenate([rows for rows, _ in cut])
    record = np.repeat([r.name for r in recordings], [len(rows) for rows, _ in cut])
    return recordings, X, record


def test_rows_cut_with_another_resampler_and_noise_are_recovered(synthetic):
    recordings, X, record = synthetic
    found = recover_records(X, recordings, lead="lead")
    assert (found["record"] == record).mean() > 0.97
    assert (found["record"] == record)[found["recovered"]].all()
    assert found["recovered"].mean() > 0.9


def test_order_of_rows_is_kept_and_each_row_is_judged_alone(synthetic):
    recordings, X, _ = synthetic
    together = recover_records(X, recordings, lead="lead")
    backwards = recover_records(X[::-1].copy(), recordings, lead="lead")
    assert backwards["sample"].tolist() == together["sample"].tolist()[::-1]


def test_rows_of_somebody_else_are_not_recovered(synthetic):
    recordings, X, record = synthetic
    strangers = X[record == "p4"]
    found = recover_records(strangers, recordings[:4], lead="lead")
    assert found["recovered"].mean() < 0.2
    loose = recover_records(strangers, recordings[:4], lead="lead", max_distance=1)
    assert loose["recovered"].mean() >= found["recovered"].mean()
    assert (found["distance"][found["recovered"]] <= 0.07).all()
    known = recover_records(strangers, recordings, lead="lead")
    assert found["distance"].median() > 3 * known["distance"].median()


def test_one_recording_has_no_rival(synthetic):
    recordings, X, _ = synthetic
    found = recover_records(X[:3], recordings[:1], lead="lead")
    assert np.isinf(found["margin"]).all()


def test_workers_change_nothing(synthetic):
    recordings, X, _ = synthetic
    one, two = (recover_records(X[:40], recordings, lead="lead", n_jobs=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one, two)


def test_bad_input_is_named(synthetic):
    recordings, X, _ = synthetic
    with pytest.raises(ValueError, match="without the label, got 188 columns"):
        recover_records(np.ones((2, 188)), recordings)
    bare = make_recording(5, random_state=0)
    bare = type(bare)(bare.signal, bare.fs)
    with pytest.raises(ValueError, match="with their reference annotations"):
        recover_records(X, [bare])


@pytest.mark.realdata
def test_real_beats_are_recovered(mitdb):
    recordings = list(load_recordings("mitdb", data_home=mitdb.parent)[::6])
    rng = np.random.default_rng(0)
    X, record, sample = [], [], []
    for recording in recordings:
        lead = "MLII" if "MLII" in recording.leads else 0
        rows, samples = rows_cut_otherwise(recording, lead, rng, 20, noise_mv=0.01)
        X.append(rows)
        sample.append(samples)
        record += [recording.name] * len(rows)
    found = recover_records(np.concatenate(X), recordings)
    right = found["record"] == record
    assert right.mean() > 0.99
    assert found["recovered"].mean() > 0.95
    assert right[found["recovered"]].all()
    near = np.abs(found["sample"] - np.concatenate(sample)) <= 3
    assert near.mean() > 0.9


@pytest.mark.realdata
def test_published_rows_are_recovered(mitdb):
    folder = mitdb.parent / "kaggle_heartbeat"
    paths = [folder / f"mitbih_{subset}_first10.csv" for subset in ("train", "test")]
    rows = np.concatenate([pd.read_csv(path, header=None).to_numpy(np.float32) for path in paths])
    found = recover_records(rows[:, :187], load_recordings("mitdb", data_home=mitdb.parent))
    assert found["recovered"].sum() >= 15
    found["label"] = [AAMI_CLASSES[int(label)] for label in rows[:, 187]]
    for row in found[found["recovered"]].itertuples():
        (recording,) = load_recordings("mitdb", records=[row.record], data_home=mitdb.parent)
        marks = recording.annotations
        assert classes_of_symbols(marks.symbol[marks.sample == row.sample]) == row.label


def test_progress_is_told_by_rows(capsys):
    recording = make_recording(30, name="a", random_state=0)
    rows = segment_beats(recording, layout="kaggle", leads=[0]).data
    recover_records(rows, [recording], lead="lead", progress=True)
    assert capsys.readouterr().err.endswith(f"{len(rows)} of {len(rows)} rows\n")
    recover_records(rows, [recording], lead="lead")
    assert capsys.readouterr().err == ""
