"""The beats of a recording in another rhythm."""

from dataclasses import replace

import numpy as np
import pytest

from heartbeat.datasets import augment_rhythm, load_recordings, make_recording
from heartbeat.detection import detect_beats
from heartbeat.recording import Annotations, Recording
from heartbeat.segmentation import segment_beats

RHYTHMS = ("premature", "irregular")


@pytest.fixture(scope="module")
def recording():
    return make_recording(
        300, n_leads=2, weights={"N": 0.8, "S": 0.15, "V": 0.05}, noise=0, random_state=0
    )


def intervals(recording):
    return np.diff(recording.annotations.sample) / recording.fs


def detection(recording):
    """Return sensitivity and positive predictivity of the beats detected within 0.1 s."""
    found, there = detect_beats(recording), recording.annotations.sample
    near = np.abs(found[:, np.newaxis] - there) < 0.1 * recording.fs
    return near.any(axis=0).mean(), near.any(axis=1).mean()


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_it_is_a_recording_of_the_same_person(recording, rhythm):
    made = augment_rhythm(recording, rhythm, n_beats=200, random_state=0)
    assert len(made.annotations.beats()) == 200
    assert made.name == f"synthetic~{rhythm}"
    for kept in ("subject", "leads", "fs", "database"):
        assert getattr(made, kept) == getattr(recording, kept)
    assert intervals(made).min() >= 0.28 - 1 / recording.fs
    assert np.isfinite(made.signal).all()


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_each_qrs_complex_is_one_of_the_recording_with_the_same_symbol(recording, rhythm):
    made = augment_rhythm(recording, rhythm, n_beats=100, random_state=1)

    def complexes(one):
        around = np.arange(-20, 30)
        cut = one.signal[one.annotations.sample[1:-1, np.newaxis] + around]
        return cut - cut[:, :1], one.annotations.symbol[1:-1]

    there, symbols = complexes(recording)
    for qrs, symbol in zip(*complexes(made), strict=True):
        distance = np.abs(there[symbols == symbol] - qrs).max(axis=(1, 2))
        assert distance.min() < 1e-5


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_there_is_no_qrs_complex_between_beats(recording, rhythm):
    made = augment_rhythm(recording, rhythm, n_beats=300, random_state=2)
    sensitivity, positive_predictivity = detection(made)
    assert positive_predictivity > 0.99
    assert sensitivity > 0.98


def test_where_beats_meet_the_signal_does_not_jump(recording):
    made = augment_rhythm(recording, n_beats=300, random_state=0)
    step = np.abs(np.diff(recording.signal, axis=0)).max(axis=0)
    assert (np.abs(np.diff(made.signal, axis=0)).max(axis=0) <= 1.05 * step).all()


def test_s_beats_are_anything_from_rare_to_the_rule(recording):
    shares, longest = [], []
    for seed in range(30):
        made = augment_rhythm(recording, n_beats=300, random_state=seed)
        classes = made.annotations.classes()
        assert set(classes) == {"N", "S"}
        shares.append(np.mean(classes == "S"))
        runs = "".join(classes).split("N")
        longest.append(max(map(len, runs)))
    assert min(shares) < 0.15
    assert max(shares) > 0.7
    assert 1 <= min(longest) <= 3
    assert 10 <= max(longest) <= 25


def test_s_beats_are_early_and_followed_by_a_pause(recording):
    for seed in range(5):
        made = augment_rhythm(recording, n_beats=500, random_state=seed)
        classes = made.annotations.classes()
        before = intervals(made)
        to_s = before[(classes[:-1] == "N") & (classes[1:] == "S")]
        to_n = before[(classes[:-1] == "S") & (classes[1:] == "N")]
        assert np.median(to_s) < 0.95 * np.median(to_n)


def test_an_irregular_rhythm_has_only_n_beats_at_irregular_intervals(recording):
    spreads = []
    for seed in range(10):
        made = augment_rhythm(recording, "irregular", n_beats=400, random_state=seed)
        assert set(made.annotations.classes()) == {"N"}
        spreads.append(np.std(np.log(intervals(made))))
    assert 0.08 < min(spreads) < max(spreads) < 0.33


def test_the_random_state_decides_and_the_recording_stays(recording):
    before = recording.signal.copy()
    one, same, other = (augment_rhythm(recording, random_state=seed) for seed in (0, 0, 1))
    assert np.array_equal(one.signal, same.signal)
    assert np.array_equal(one.annotations.sample, same.annotations.sample)
    assert not np.array_equal(one.annotations.sample[:50], other.annotations.sample[:50])
    assert np.array_equal(recording.signal, before)


def test_missing_samples_stay_missing_in_the_beats_that_have_them(recording):
    signal = recording.signal.copy()
    signal[len(signal) // 3 : len(signal) // 2, 1] = np.nan
    made = augment_rhythm(replace(recording, signal=signal), n_beats=300, random_state=0)
    missing = np.isnan(made.signal).mean(axis=0)
    assert missing[0] == 0
    assert 0.05 < missing[1] < 0.4


def test_its_beats_have_the_context_of_the_new_rhythm(recording):
    made = augment_rhythm(recording, "irregular", n_beats=200, random_state=3)
    beats = segment_beats(made, leads="any", scaling="qrs", context=("rr",), as_frame=True)
    of_first_lead = beats.data[beats.lead == beats.lead[0]]
    assert np.allclose(of_first_lead["rr_prev_s"].to_numpy()[1:], intervals(made), atol=0.01)
    assert set(beats.subject) == {recording.subject}


def test_normal_beats_at_two_rates_have_a_usual_interval_between_them():
    peaks = np.cumsum(np.repeat([0.5, 1.5], 60)) * 100
    symbols = np.where(np.arange(120) % 12 == 11, "A", "N")
    marks = Annotations(peaks.astype(int), symbols)
    recording = Recording(np.zeros(12_500), fs=100, annotations=marks)
    made = augment_rhythm(recording, n_beats=100, random_state=0)
    assert 0.28 <= intervals(made).min() <= intervals(made).max() <= 3.01


def test_few_beats_are_an_error_that_says_what_to_do(recording):
    marks = recording.annotations
    without_s = replace(recording, annotations=marks[marks.classes() != "S"])
    with pytest.raises(ValueError, match="0 annotated S beats.*at least 5.*irregular"):
        augment_rhythm(without_s)
    augment_rhythm(without_s, "irregular", n_beats=10)
    for short in (replace(recording, annotations=marks[:20]), Recording(np.zeros(900), fs=360)):
        with pytest.raises(ValueError, match="annotated N beats.*at least 50"):
            augment_rhythm(short, "irregular")


@pytest.mark.parametrize(
    ("parameter", "match"),
    [({"rhythm": "af"}, "rhythm must be one of .*premature"), ({"n_beats": 1}, "n_beats must be")],
)
def test_wrong_parameters_are_named(recording, parameter, match):
    with pytest.raises(ValueError, match=match):
        augment_rhythm(recording, **parameter)


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["100", "209", "232"])
def test_beats_of_real_recordings_are_found_where_they_are_put(data_home, name):
    recording = load_recordings("mitdb", records=[name], data_home=data_home)[0]
    made = augment_rhythm(recording, random_state=0)
    assert min(detection(made)) > 0.98
