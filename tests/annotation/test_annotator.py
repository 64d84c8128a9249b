"""A recording in, labelled beats out: whatever unit, polarity, rate or length it has."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import wfdb
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import (
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
)
from threadpoolctl import threadpool_info, threadpool_limits

from heartbeat.annotation import BeatAnnotator
from heartbeat.annotation._blocks import examine
from heartbeat.annotation._engine import label_signals
from heartbeat.annotation._labeller import make_labeller
from heartbeat.annotation._source import open_source
from heartbeat.annotation._working import WorkingSignal
from heartbeat.datasets import load_sample_recording
from heartbeat.metrics import compare_beats
from heartbeat.neural import load_classifier
from heartbeat.pipelines import load_interpatient_classifier
from heartbeat.recording import Recording
from heartbeat.segmentation import segment_beats


@pytest.fixture(scope="module")
def recording():
    return load_sample_recording()


@pytest.fixture(scope="module")
def annotated(recording):
    return BeatAnnotator().annotate(recording)


def changed(recording, signal, **changes):
    return replace(recording, signal=signal.astype(np.float32), **changes)


def agreement(a, b):
    """Share of the beats of both that are at one place, give or take 20 ms, and of one label."""
    at = b.beats["sample"].to_numpy()
    near = np.abs(a.beats["sample"].to_numpy()[:, None] - at).argmin(axis=0)
    close = np.abs(a.beats["sample"].to_numpy()[near] - at) <= 0.02 * a.fs
    same = a.beats["label"].to_numpy()[near] == b.beats["label"].to_numpy()
    return np.mean(close & same)


@pytest.mark.parametrize("seconds", [5, 9, 15])
def test_a_pause_is_counted_however_long(recording, annotated, seconds):
    start = 39_010  # between a T and a P wave
    rng = np.random.default_rng(0)
    noise = rng.normal(scale=0.01, size=(round(seconds * recording.fs), recording.n_leads))
    parts = recording.signal[:start], recording.signal[start] + noise, recording.signal[start:]
    paused = changed(recording, np.concatenate(parts), annotations=None)
    summary = BeatAnnotator().annotate(paused).summary()
    assert summary.pauses == annotated.summary().pauses + 1
    assert seconds < summary.longest_rr < seconds + 1
    assert summary.unreadable == 0


def test_the_sample_is_labelled_as_cardiologists_do(recording, annotated):
    # The weights have seen this person: the point is that every part of the way works.
    report = compare_beats(recording.annotations, annotated.annotations, fs=recording.fs, start=0)
    table = report.to_frame()
    assert table.loc["VEB", "Se"] > 0.9
    assert len(annotated.beats) > 500
    assert {"sample", "time_s", "symbol", "label", "p_V", "rr_s", "quality", "readable"} <= set(
        annotated.beats.columns
    )
    assert annotated.provenance["lead"] == "MLII"


@pytest.mark.parametrize("gain", [1e-3, -1.0, 0.3, 200.0])
def test_unit_and_polarity_do_not_matter(recording, annotated, gain):
    other = BeatAnnotator().annotate(changed(recording, gain * recording.signal))
    # The detector prefers complexes that point up: a beat or two may differ.
    assert agreement(annotated, other) > 0.99


@pytest.mark.parametrize("fs", [100.0, 250.0, 500.0, 257.3])
def test_the_rate_hardly_matters(recording, annotated, fs):
    other = BeatAnnotator().annotate(recording.resample(fs))
    letters = [a.beats["label"].value_counts().get("V", 0) for a in (annotated, other)]
    assert abs(letters[0] - letters[1]) <= 0.1 * letters[0]


@pytest.mark.parametrize("block_s", [10.0, 36.0, 101.0])
def test_labels_do_not_depend_on_the_parts(recording, block_s):
    labeller = make_labeller("any-lead", None)
    working = WorkingSignal(open_source(recording), 0, labeller.fs)
    whole = label_signals([working], labeller)
    parts = label_signals([working], labeller, block_s=block_s, n_jobs=2)
    # The detector's thresholds learn from what it has seen before: a beat may differ.
    common, a, b = np.intersect1d(whole.beats, parts.beats, return_indices=True)
    assert len(common) >= 0.99 * len(whole.beats)
    assert np.mean(whole.labels[a] == parts.labels[b]) > 0.99


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_matrix_products_take_one_thread(recording, n_jobs, monkeypatch):
    seen = []

    def watched(*arguments):
        seen.append(blas_threads())
        return examine(*arguments)

    monkeypatch.setattr("heartbeat.annotation._engine.examine", watched)
    with threadpool_limits(2, "blas"):
        before = blas_threads()
        BeatAnnotator(n_jobs=n_jobs).annotate(recording)
        assert blas_threads() == before
    assert seen == [{1}]


def test_blocks_equal_segmenting_the_whole(recording):
    labeller = make_labeller("any-lead", None)
    working = WorkingSignal(open_source(recording), 0, labeller.fs)
    labelled = label_signals([working], labeller, block_s=60.0)
    whole = recording.resample(labeller.fs)
    table = segment_beats(whole, beats=labelled.beats, leads=0, **labeller.segmentation)
    names = labeller.classifier.feature_names_in_
    wanted = labeller.classifier.predict_proba(pd.DataFrame(table.data, columns=names))
    rows = labelled.readable
    # Intervals that differ by exactly a tenth may fall on either side of that limit.
    different = np.abs(labelled.probabilities[rows] - wanted[rows]).max(axis=1)
    assert np.mean(different > 1e-3) < 0.05
    assert different.max() < 0.05


def test_any_lead_is_labelled_by_a_network_and_trees(recording):
    by_name = BeatAnnotator("any-lead-ds1").annotate(recording)
    loaded = load_interpatient_classifier("any-lead-ds1")
    assert list(loaded.named_estimators_) == ["network", "boosting"]
    pd.testing.assert_frame_equal(BeatAnnotator(loaded).annotate(recording).beats, by_name.beats)
    network = BeatAnnotator(load_classifier("any-lead-ds1")).annotate(recording)
    assert (network.beats["p_V"] - by_name.beats["p_V"]).abs().max() > 0.1


def test_noise_gets_no_labels():
    rng = np.random.default_rng(0)
    noise = Recording(rng.normal(size=(360 * 120, 1)), 360.0, name="noise")
    annotated = BeatAnnotator().annotate(noise)
    assert not annotated.beats["readable"].any()
    assert set(annotated.beats["label"]) <= {""}
    summary = annotated.summary()
    assert summary.unreadable == pytest.approx(120, abs=1)
    assert sum(summary.reasons.values()) == summary.unreadable
    assert "unreadable  0:02:00 (100.0 %): " in str(summary)
    assert annotated.notes


def test_the_summary_names_the_lead_and_why_stretches_are_unreadable(recording):
    signal = recording.signal.copy()
    signal[36_000:54_000] = np.nan
    summary = BeatAnnotator().annotate(replace(recording, signal=signal)).summary()
    assert summary.lead == "MLII"
    assert summary.reasons == {"missing": 50.0}
    told = str(summary).splitlines()
    assert told[0].endswith("0:05:00, lead MLII")
    assert told[1].endswith("0:00:50 (16.7 %): missing 0:00:50")
    rates = f"lowest {summary.lowest_rate:.0f}, highest {summary.highest_rate:.0f}"
    assert f"mean {summary.mean_rate:.0f} per minute; over one minute {rates}" in str(summary)
    short = str(BeatAnnotator().annotate(recording.crop(0, 30)).summary())
    assert "per minute\n" in short and "over one minute" not in short


@pytest.mark.parametrize("value", [0.0, np.nan, 3.2])
def test_a_lead_without_signal_is_a_result(value):
    annotated = BeatAnnotator().annotate(Recording(np.full((360 * 30, 1), value), 360.0))
    assert not len(annotated.beats)
    assert annotated.summary().n_beats == 0
    assert "no beats were found" in annotated.notes[-1]
    assert len(annotated.annotations) == 1  # the noise mark at the start


def test_missing_signal_is_marked_and_breaks_no_neighbourhood(recording):
    signal = recording.signal.copy()
    signal[36_000:54_000] = np.nan
    annotated = BeatAnnotator().annotate(changed(recording, signal))
    assert annotated.unreadable["reason"].tolist() == ["missing"]
    start, stop = annotated.unreadable[["start", "stop"]].iloc[0]
    assert abs(start - 36_000) < 10
    assert abs(stop - 54_000) < 10
    marks = annotated.annotations
    assert marks.sample[marks.symbol == "~"].tolist() == [start, stop]
    assert np.isnan(annotated.beats.loc[annotated.beats["sample"] > stop, "rr_s"].iloc[0])


def test_a_wrong_rate_is_told(recording):
    fast = replace(recording, fs=720.0)
    assert any("sampling rate" in note for note in BeatAnnotator().annotate(fast).notes)
    notes = BeatAnnotator().annotate(recording).notes
    assert not any("sampling rate" in note for note in notes)


def test_weights_that_have_seen_the_recording_say_so(recording, annotated):
    assert "were trained on recording 208" in annotated.notes[0]
    stranger = replace(recording, name="somebody", database="")
    assert not BeatAnnotator().annotate(stranger).notes


def test_weights_for_millivolts_are_given_millivolts(recording):
    plain = BeatAnnotator("mitdb-centered").annotate(recording)
    volts = BeatAnnotator("mitdb-centered").annotate(changed(recording, recording.signal / 1000))
    assert any("treated as volts" in note for note in volts.notes)
    assert agreement(plain, volts) > 0.99


def test_another_lead_than_the_weights_know_is_told(recording):
    strange = replace(recording, leads=("V1",), name="somebody", database="")
    assert "trained on lead MLII" in BeatAnnotator("mitdb-centered").annotate(strange).notes[0]
    assert not BeatAnnotator().annotate(strange).notes


def test_any_classifier_of_beats_will_do(recording):
    beats = segment_beats(recording, context="rr", as_frame=True)
    tree = DecisionTreeClassifier(max_depth=4, random_state=0).fit(beats.data, beats.target)
    annotated = BeatAnnotator(tree).annotate(recording)
    assert set(annotated.beats["label"]) <= {"N", "S", "V", "F", "Q", ""}
    plain = DecisionTreeClassifier(random_state=0).fit(beats.data.to_numpy(), beats.target)
    with pytest.raises(ValueError, match="Set segmentation to the arguments of segment_beats"):
        BeatAnnotator(plain).annotate(recording)
    given = BeatAnnotator(plain, segmentation={"leads": "MLII", "context": "rr"})
    assert len(given.annotate(recording).beats)


@pytest.mark.parametrize(
    "more",
    [{"edges": "drop"}, {"as_frame": True}, {"beats": "annotations"}, {"convention": "ec57"}],
    ids=str,
)
def test_which_beats_were_trained_on_changes_no_labels(recording, more):
    beats = segment_beats(recording, context="rr", as_frame=True)
    tree = DecisionTreeClassifier(max_depth=4, random_state=0).fit(beats.data, beats.target)
    cut = {"leads": "MLII", "context": "rr"}
    found, expected = (
        BeatAnnotator(tree, segmentation=segmentation).annotate(recording).beats
        for segmentation in (cut | more, cut)
    )
    pd.testing.assert_frame_equal(found, expected)


def test_the_rate_of_a_segmentation_must_be_a_number(recording):
    with pytest.raises(ValueError, match="fs must be a finite number > 0, got '125'"):
        BeatAnnotator("mitdb-centered", segmentation={"fs": "125"}).annotate(recording)


@pytest.mark.parametrize("segmentation", ["MLII", 3, {"lead": "MLII"}, {"recording": 1}], ids=str)
def test_a_segmentation_must_be_arguments_of_segment_beats(recording, segmentation):
    with pytest.raises(TypeError, match="segmentation must be a mapping of arguments of segment_"):
        BeatAnnotator(segmentation=segmentation).annotate(recording)


def test_a_classifier_may_be_fitted_again(recording):
    beats = segment_beats(recording, context="rr", as_frame=True)
    dummy = DummyClassifier(strategy="prior")
    annotator = BeatAnnotator(dummy.fit(beats.data, np.resize(["N", "V"], len(beats.data))))
    annotator.annotate(recording)
    dummy.fit(beats.data, np.resize(["F", "N", "V"], len(beats.data)))
    assert {"p_F", "p_N", "p_V"} < set(annotator.annotate(recording).beats)


def test_another_segmentation_at_the_same_place_in_memory_is_used(recording):
    beats = segment_beats(recording, context="rr", as_frame=True)
    tree = DecisionTreeClassifier(max_depth=1).fit(beats.data, beats.target)
    annotator = BeatAnnotator(tree, segmentation={"context": "rr"})
    annotator.annotate(recording)
    before, annotator.segmentation = id(annotator.segmentation), None
    others = [{"context": "rhythm"} for _ in range(100)]
    annotator.segmentation = next((each for each in others if id(each) == before), others[0])
    with pytest.raises(ValueError, match="on a column 'rr_prev3_s' at position 187, but"):
        annotator.annotate(recording)


def test_it_is_an_estimator():
    annotator = BeatAnnotator("mitdb-centered", lead="V1")
    assert clone(annotator).get_params() == annotator.get_params()
    assert annotator.set_params(lead="II").lead == "II"
    check_no_attributes_set_in_init("BeatAnnotator", annotator)
    check_parameters_default_constructible("BeatAnnotator", annotator)
    assert "BeatAnnotator" in annotator._repr_html_()


@pytest.mark.parametrize(
    ("what", "error", "message"),
    [
        (np.zeros(1000), TypeError, "Recording"),
        ("no/such/file", FileNotFoundError, "there is no file"),
        (Recording(np.zeros((1000, 1)), 50.0), ValueError, "at least 100 Hz"),
    ],
)
def test_what_cannot_be_annotated_is_refused(what, error, message):
    with pytest.raises(error, match=message):
        BeatAnnotator().annotate(what)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"lead": None}, TypeError, 'lead must be "auto", "all", a name, .* got None'),
        ({"lead": 1.5}, TypeError, "a position or a sequence of them, got 1.5"),
        ({"n_jobs": 0}, ValueError, "n_jobs must be None or an integer other than 0"),
        ({"n_jobs": "all"}, ValueError, "n_jobs must be None or an integer .* got 'all'"),
    ],
)
def test_bad_parameters_are_named(recording, parameters, error, message):
    with pytest.raises(error, match=message):
        BeatAnnotator(**parameters).annotate(recording)


def test_labels_are_saved_for_other_programs(annotated, tmp_path):
    path = annotated.save(tmp_path / "208.hb")
    read = wfdb.rdann(str(tmp_path / "208"), "hb")
    assert path.name == "208.hb"
    assert read.sample.tolist() == annotated.annotations.sample.tolist()
    assert read.symbol == annotated.annotations.symbol.tolist()
    with pytest.raises(FileExistsError, match="already exists"):
        annotated.save(path)
    annotated.save(path, overwrite=True)
    table = pd.read_csv(annotated.save(tmp_path / "beats.csv"), keep_default_na=False)
    assert table["label"].tolist() == annotated.beats["label"].tolist()
    told = json.loads(annotated.save(tmp_path / "beats.json").read_text())
    assert told["beats"]["sample"] == annotated.beats["sample"].tolist()
    assert told["summary"]["n_beats"] == annotated.summary().n_beats


@pytest.mark.realdata
def test_a_file_is_read_in_parts_and_gives_the_same():
    from heartbeat.datasets import get_data_home
    from heartbeat.recording import read_recording

    path = get_data_home() / "mitdb" / "208"
    from_disk, whole = (BeatAnnotator().annotate(w) for w in (path, read_recording(path)))
    np.testing.assert_array_equal(from_disk.beats["sample"], whole.beats["sample"])
    np.testing.assert_array_equal(from_disk.beats["label"], whole.beats["label"])
    assert from_disk.recording is None
    assert len(from_disk.reference)
