from collections import Counter

import numpy as np
import pandas as pd
import pytest

from heartbeat.datasets import make_beats, make_recording
from heartbeat.labels import AAMI_CLASSES


@pytest.fixture(scope="module")
def beats():
    return make_beats(600, n_subjects=6, random_state=0)


def test_table(beats):
    assert beats.data.shape == (600, 187)
    assert beats.data.dtype == np.float32
    assert np.isfinite(beats.data).all()
    for name in ("target", "symbol", "sample", "record", "subject"):
        assert beats[name].shape == (600,), name
    assert beats.feature_names[0] == "MLII_000"
    assert (beats.n_leads, beats.n_context) == (1, 0)
    assert (beats.n_dropped, beats.n_padded) == (0, 0)
    assert "Gaussian" in make_recording.__doc__
    assert beats.DESCR


def test_people_have_equal_parts_in_the_order_of_time(beats):
    assert set(Counter(beats.subject.tolist()).values()) == {100}
    for subject in np.unique(beats.subject):
        assert (np.diff(beats.sample[beats.subject == subject]) > 0).all()


def test_r_peaks_stand_where_the_layout_says(beats):
    narrow = beats.symbol == "N"
    peaks = 40 + beats.data[narrow, 40:85].argmax(axis=1)
    assert (np.abs(peaks - 62) <= 1).mean() > 0.95


def test_ventricular_beats_are_early_wide_and_followed_by_a_pause():
    recording = make_recording(600, noise=0, weights={"N": 0.9, "V": 0.1}, random_state=2)
    marks = recording.annotations
    rr = np.diff(marks.sample) / recording.fs
    alone = np.flatnonzero(
        (marks.symbol[1:-1] == "V") & (marks.symbol[:-2] != "V") & (marks.symbol[2:] != "V")
    )
    normal = np.median(rr[(marks.symbol[1:] != "V") & (marks.symbol[:-1] != "V")])
    assert (rr[alone] < 0.9 * normal).mean() > 0.9
    np.testing.assert_allclose(np.median(rr[alone] + rr[alone + 1]), 2 * normal, rtol=0.1)

    def energy_beside_the_peak(symbols):
        at = marks.sample[np.isin(marks.symbol, symbols)][1:-1]
        around = np.abs(np.stack([recording.lead(0)[s - 22 : s + 23] for s in at])).mean(axis=0)
        return (around.sum() - around[15:30].sum()) / around.sum()

    assert energy_beside_the_peak(["V"]) > 1.5 * energy_beside_the_peak(["N", "L", "R"])


def test_atrial_premature_beats_reset_the_sinus_node():
    recording = make_recording(600, weights={"N": 0.9, "S": 0.1}, random_state=1)
    classes = recording.annotations.classes()
    rr = np.diff(recording.annotations.sample) / recording.fs
    alone = np.flatnonzero((classes[1:-1] == "S") & (classes[:-2] != "S") & (classes[2:] != "S"))
    normal = np.median(rr[(classes[1:] == "N") & (classes[:-1] == "N")])
    assert np.median(rr[alone]) < 0.85 * normal
    assert np.median(rr[alone] + rr[alone + 1]) < 1.95 * normal  # no full compensation


@pytest.mark.parametrize("n_beats, n_subjects", [(5, 5), (40, 2), (100, 10), (1000, 7), (53, 1)])
def test_every_class_is_there(n_beats, n_subjects):
    target = make_beats(n_beats, n_subjects=n_subjects, random_state=3).target
    counts = Counter(target.tolist())
    assert set(counts) == set(AAMI_CLASSES)
    assert min(counts.values()) >= max(1, min(n_subjects, n_beats // 40))
    assert len(target) == n_beats


def test_classes_are_shared_by_several_people():
    beats = make_beats(400, n_subjects=8, random_state=4)
    for letter in AAMI_CLASSES:
        assert len(set(beats.subject[beats.target == letter])) >= 2, letter


def test_tables_too_small_for_every_class_are_normal():
    assert make_beats(3, n_subjects=2, random_state=0).target.tolist() == ["N"] * 3


def test_weights_are_obeyed_exactly():
    beats = make_beats(200, n_subjects=3, weights={"N": 3, "V": 1}, random_state=0)
    assert Counter(beats.target.tolist()) == {"N": 150, "V": 50}


def test_one_seed_one_table(beats):
    again = make_beats(600, n_subjects=6, random_state=0)
    np.testing.assert_array_equal(again.data, beats.data)
    np.testing.assert_array_equal(again.symbol, beats.symbol)
    assert not np.array_equal(make_beats(600, n_subjects=6, random_state=1).data, beats.data)


def test_global_generator_is_left_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    make_recording(5, random_state=0)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_people_differ(beats):
    medians = [
        np.median(beats.data[(beats.subject == s) & (beats.target == "N")], axis=0)
        for s in np.unique(beats.subject)
    ]
    distances = [np.abs(a - b).max() for a in medians for b in medians if a is not b]
    assert min(distances) > 0.05


def test_leads_layouts_and_context():
    beats = make_beats(60, n_subjects=2, n_leads=2, context="rr", random_state=0)
    assert beats.n_leads == 2 and beats.n_context > 0
    assert beats.data.shape[1] == 2 * 187 + beats.n_context == len(beats.feature_names)
    kaggle = make_beats(60, n_subjects=2, layout="kaggle", random_state=0)
    assert kaggle.data.shape == (60, 187)
    assert (kaggle.data.min(), kaggle.data.max()) == (0.0, 1.0)


def test_frames_and_pairs(beats):
    frame = make_beats(60, n_subjects=2, as_frame=True, random_state=0)
    assert isinstance(frame.data, pd.DataFrame) and isinstance(frame.target, pd.Series)
    assert list(frame.data.columns) == frame.feature_names
    X, y = make_beats(600, n_subjects=6, return_X_y=True, random_state=0)
    np.testing.assert_array_equal(X, beats.data)
    np.testing.assert_array_equal(y, beats.target)


def test_recording():
    recording = make_recording(duration=20, fs=250, n_leads=3, name="r", random_state=0)
    assert recording.signal.shape == (5000, 3)
    assert recording.leads == ("MLII", "V1", "V2")
    assert (recording.name, recording.subject, recording.database) == ("r", "r", "synthetic")
    assert 15 < len(recording.annotations.beats()) < 50
    assert np.abs(recording.signal).max() < 6


def test_noise_can_be_left_out():
    clean = make_recording(10, noise=0, random_state=0).lead(0)
    noisy = make_recording(10, noise=2, random_state=0).lead(0)
    assert 0.02 < (noisy - clean).std() < 1


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"n_beats": 0}, "n_beats must be an integer >= 1, got 0"),
        ({"n_beats": 5, "n_subjects": 6}, "one beat for each subject"),
        ({"n_leads": 8}, "n_leads must be at most 7"),
        ({"noise": -1}, "noise must be a finite number >= 0, got -1"),
        ({"weights": {"X": 1}}, r"keys of weights must be .*, got \['X'\]"),
        ({"weights": {"N": -1}}, "not negative"),
        ({"layout": "spiral"}, "layout must be one of"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        make_beats(**parameters)


def test_bad_recordings_are_refused():
    with pytest.raises(ValueError, match="duration must be a finite number > 0, got 0"):
        make_recording(0)
    with pytest.raises(TypeError, match="weights must map AAMI classes"):
        make_recording(10, weights=[1, 2, 3])
