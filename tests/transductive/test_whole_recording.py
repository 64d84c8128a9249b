import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from heartbeat._layout import resolve_layout
from heartbeat.annotation import BeatAnnotator, BeatStream
from heartbeat.calibration import ClassOddsClassifier
from heartbeat.datasets import load_beats, load_sample_recording, make_beats, make_recording
from heartbeat.export import load_pipeline, save_pipeline
from heartbeat.segmentation import segment_beats
from heartbeat.transductive import WholeRecordingClassifier
from heartbeat.transductive._evidence import Spread, evidence


def make(**changes):
    return WholeRecordingClassifier(
        LogisticRegression(max_iter=300), **({"cv": 3, "random_state": 0} | changes)
    )


@pytest.fixture(scope="module")
def beats():
    return make_beats(600, n_subjects=6, context=("rr",), random_state=0, as_frame=True)


@pytest.fixture(scope="module")
def fitted(beats):
    return make().fit(beats.data, beats.target, groups=beats.subject, recordings=beats.record)


def blobs(n_recordings, seed, n=200):
    """Return beats of two shapes whose class changes sides between recordings by chance.

    A single beat is ambiguous, but its position between the two clusters of its recording is not.
    """
    rng = np.random.default_rng(seed)
    y = rng.random((n_recordings, n)) < 0.3
    offset = 3 * rng.normal(size=(n_recordings, 1))
    wave = np.stack([np.zeros_like(y, dtype=float), 3.0 * y + offset], axis=-1)
    X = wave + 0.3 * rng.normal(size=wave.shape)
    recordings = np.repeat(np.arange(n_recordings), n)
    return X.reshape(-1, 2), np.where(y.ravel(), "S", "N"), recordings


def test_it_learns_what_only_the_whole_recording_shows():
    X, y, recordings = blobs(30, 0)
    X_new, y_new, new = blobs(10, 1)
    model = WholeRecordingClassifier(
        LogisticRegression(), n_context=1, fs=1.0, before=0.0, weight=1.0, random_state=0
    ).fit(X, y, recordings=recordings)
    plain = model.estimator_.score(X_new, y_new)
    found = np.mean(model.predict(X_new, recordings=new) == y_new)
    assert found > plain + 0.03
    assert model.score(X_new, y_new, recordings=new) == pytest.approx(found)


def test_recordings_are_not_mixed(beats, fitted):
    together = fitted.predict_proba(beats.data, recordings=beats.record)
    for record in np.unique(beats.record):
        rows = np.flatnonzero(beats.record == record)
        alone = fitted.predict_proba(beats.data.iloc[rows])
        np.testing.assert_allclose(together[rows], alone, atol=1e-12)
    mixed = fitted.predict_proba(beats.data)
    assert np.abs(mixed - together).max() > 0.01


def test_the_order_of_recordings_changes_nothing(beats, fitted):
    record = np.asarray(beats.record)
    order = np.concatenate([np.flatnonzero(record == r) for r in np.unique(record)[::-1]])
    moved = fitted.predict_proba(beats.data.iloc[order], recordings=record[order])
    expected = fitted.predict_proba(beats.data, recordings=record)[order]
    np.testing.assert_allclose(moved, expected, atol=1e-12)


def test_labels_of_the_recording_are_not_needed_and_all_beats_count(beats, fitted):
    rows = np.flatnonzero(beats.record == beats.record[0])
    whole = fitted.predict_proba(beats.data.iloc[rows])
    half = fitted.predict_proba(beats.data.iloc[rows[: len(rows) // 2]])
    assert np.abs(whole[: len(half)] - half).max() > 1e-3


def test_weight_0_is_the_estimator(beats):
    model = make(weight=0.0)
    model.fit(beats.data, beats.target, groups=beats.subject, recordings=beats.record)
    plain = LogisticRegression(max_iter=300).fit(beats.data, beats.target)
    np.testing.assert_allclose(
        model.predict_proba(beats.data, beats.record), plain.predict_proba(beats.data)
    )


def test_the_second_stage_gets_probabilities_of_unseen_subjects(beats):
    class Remembers(LogisticRegression):
        """A classifier that is sure of every beat it has seen."""

        def fit(self, X, y):
            self.seen_ = dict(zip(map(bytes, X.to_numpy()), y, strict=True))
            return super().fit(X, y)

        def predict_proba(self, X):
            probability = np.full((len(X), len(self.classes_)), 1 / len(self.classes_))
            for row, key in enumerate(map(bytes, X.to_numpy())):
                if key in self.seen_:
                    probability[row] = self.classes_ == self.seen_[key]
            return probability

    model = WholeRecordingClassifier(Remembers(max_iter=300), cv=3, random_state=0)
    code = np.unique(beats.target, return_inverse=True)[1]
    model.classes_ = np.unique(beats.target)
    found = model._cross_predict(beats.data, np.asarray(beats.target), code, beats.subject, 0)
    np.testing.assert_allclose(found, 1 / len(model.classes_))


def test_given_probabilities_replace_the_folds(beats):
    known = cross_val_predict(
        LogisticRegression(max_iter=300), beats.data, beats.target, method="predict_proba", cv=3
    )

    class Counts(LogisticRegression):
        n_fitted = 0

        def fit(self, X, y):
            type(self).n_fitted += 1
            return super().fit(X, y)

    model = WholeRecordingClassifier(Counts(max_iter=300), random_state=0)
    model.fit(beats.data, beats.target, recordings=beats.record, probability=known)
    assert Counts.n_fitted == 1
    bads = (
        (known[:, :1], "one column for each"),
        (known[:-1], "one row for each of the 600 beats"),
        (known * np.nan, "finite"),
        (known / 2, "must sum to 1"),
    )
    for bad, message in bads:
        with pytest.raises(ValueError, match=message):
            model.fit(beats.data, beats.target, recordings=beats.record, probability=bad)


def test_a_class_of_one_subject_is_kept(beats):
    target = np.asarray(beats.target).copy()
    target[np.flatnonzero(beats.subject == beats.subject[0])[::9]] = "F"
    model = make().fit(beats.data, target, groups=beats.subject, recordings=beats.record)
    assert "F" in model.classes_
    probability = model.predict_proba(beats.data, recordings=beats.record)
    np.testing.assert_allclose(probability.sum(axis=1), 1)


def test_the_same_seed_gives_the_same_probabilities(beats, fitted):
    again = make().fit(beats.data, beats.target, groups=beats.subject, recordings=beats.record)
    np.testing.assert_array_equal(
        again.predict_proba(beats.data, beats.record),
        fitted.predict_proba(beats.data, beats.record),
    )
    assert clone(fitted).get_params().keys() == fitted.get_params().keys()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight": 1.5}, "weight must be a finite number >= 0 and <= 1, got 1.5"),
        ({"cv": 1}, "cv must be an integer >= 2, got 1"),
        ({"fs": 0}, "fs must be a finite number > 0, got 0"),
        ({"before": -1.0}, "before must be a finite number >= 0, got -1.0"),
        ({"before": 2.0}, "before=2.0 s at fs=125.0 Hz places the R peak at sample 250, but"),
        ({"cv": 7}, "need at least 7 groups, got 6"),
    ],
)
def test_bad_parameters_are_named(beats, changes, message):
    with pytest.raises(ValueError, match=message):
        make(**changes).fit(beats.data, beats.target, groups=beats.subject, recordings=beats.record)


def test_beats_that_are_all_the_same_are_refused():
    model = WholeRecordingClassifier(DummyClassifier(), cv=2, before=0.0)
    with pytest.raises(ValueError, match="there is nothing to learn from"):
        model.fit(np.zeros((60, 5)), list("NNV") * 20)


def test_several_subjects_without_recordings_are_refused(beats):
    with pytest.raises(ValueError, match="6 subjects, but recordings was not given"):
        make().fit(beats.data, beats.target, groups=beats.subject)
    same = np.where(beats.record == beats.record[-1], beats.record[0], beats.record)
    with pytest.raises(ValueError, match="recording .* has beats of 2 subjects in groups"):
        make().fit(beats.data, beats.target, groups=beats.subject, recordings=same)
    with pytest.raises(TypeError, match="estimator must be a classifier with predict_proba"):
        WholeRecordingClassifier("lite").fit(beats.data, beats.target)


@pytest.fixture(scope="module")
def of_recordings():
    """A classifier of recordings, and the arguments of its segmentation."""
    cut = {"leads": "any", "scaling": "qrs", "context": ("rr", "rhythm"), "as_frame": True}
    tables = [segment_beats(make_recording(60, random_state=seed), **cut) for seed in range(4)]
    data = pd.concat([table.data for table in tables], ignore_index=True)
    target = np.concatenate([table.target for table in tables])
    recordings = np.repeat(np.arange(4), [len(table.data) for table in tables])
    model = make(cv=2).fit(data, target, recordings=recordings)
    return model, {"scaling": "qrs", "context": ("rr", "rhythm")}


def test_the_annotator_labels_a_recording_as_a_whole(of_recordings):
    model, cut = of_recordings
    recording = load_sample_recording()
    annotator = BeatAnnotator(model, segmentation=cut | {"leads": "any"})
    assert annotator._labeller().lookahead is None
    found = annotator.annotate(recording).beats
    assert found.label[found.readable].isin(list(model.classes_)).all()
    plain = BeatAnnotator(model.estimator_, segmentation=cut | {"leads": "any"})
    columns = [f"p_{letter}" for letter in model.classes_]
    before = plain.annotate(recording).beats[columns].to_numpy()
    assert np.nanmax(np.abs(found[columns].to_numpy() - before)) > 1e-3
    # Labels at the end depend on the beginning, but not on how many threads there are.
    threads = annotator.set_params(n_jobs=2).annotate(recording).beats
    pd.testing.assert_frame_equal(found, threads)


@pytest.fixture(scope="module")
def within_others(of_recordings):
    """The classifier as a part of others."""
    model, cut = of_recordings
    table = segment_beats(load_sample_recording(), as_frame=True, **cut | {"leads": "any"})
    frozen = FrozenEstimator(model)
    voting = VotingClassifier([("whole", frozen)], voting="soft")
    parts = (ClassOddsClassifier(part) for part in (frozen, voting))
    # What is frozen learns nothing more.
    return [part.fit(table.data, np.resize(model.classes_, len(table.data))) for part in parts]


def test_a_stream_refuses_it(of_recordings, within_others):
    model, cut = of_recordings
    for classifier in (model, make_pipeline("passthrough", model), *within_others):
        with pytest.raises(ValueError, match="transductive"):
            BeatStream(fs=360.0, classifier=classifier, segmentation=cut | {"leads": "any"})


def test_the_annotator_knows_it_within_others(of_recordings, within_others):
    model, cut = of_recordings
    cut = cut | {"leads": "any"}
    alone = BeatAnnotator(model, segmentation=cut).annotate(load_sample_recording())
    for classifier in within_others:
        found = BeatAnnotator(classifier, segmentation=cut).annotate(load_sample_recording())
        pd.testing.assert_frame_equal(found.beats, alone.beats)


def test_a_day_is_compared_with_evenly_spaced_beats(monkeypatch, beats, fitted):
    monkeypatch.setattr("heartbeat.transductive._evidence._N_COMPARED", 40)
    few = fitted.predict_proba(beats.data, recordings=beats.record)
    assert np.isfinite(few).all()
    np.testing.assert_allclose(few.sum(axis=1), 1)


def test_one_beat_and_other_classifiers_around_it(beats, fitted):
    one = fitted.predict_proba(beats.data.iloc[:1])
    assert one.shape == (1, len(fitted.classes_)) and np.isfinite(one).all()
    odds = ClassOddsClassifier(make(), odds={"S": 2.0})
    rows = np.flatnonzero(beats.record == beats.record[0])
    assert odds.fit(beats.data.iloc[rows], beats.target.iloc[rows]).predict(beats.data).shape


@pytest.mark.parametrize("factor", [-1.0, 32.0])
def test_gain_and_polarity_change_nothing(beats, factor):
    X, rows = beats.data.to_numpy(), np.flatnonzero(beats.record == beats.record[0])
    layout = resolve_layout(X.shape[1], beats.data.columns)
    probability = np.random.default_rng(0).dirichlet(np.ones(3), len(rows))
    spread, how = Spread.of(X[:, layout.context_slice]), {"usual": 0, "fs": 125.0, "before": 0.5}
    scaled = X[rows].copy()
    scaled[:, layout.waveform_slice] *= factor
    expected = evidence(X[rows], probability, layout, spread, **how)
    found = evidence(scaled, probability, layout, spread, **how)
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_votes_leave_the_beat_itself_out(beats):
    X, rows = beats.data.to_numpy(), np.flatnonzero(beats.record == beats.record[0])
    layout = resolve_layout(X.shape[1], beats.data.columns)
    spread, how = Spread.of(X[:, layout.context_slice]), {"usual": 0, "fs": 125.0, "before": 0.5}
    probability = np.full((len(rows), 2), 0.5)
    without = evidence(X[rows], probability, layout, spread, **how)
    probability[3] = [0.0, 1.0]
    changed = evidence(X[rows], probability, layout, spread, **how)
    own = [0, 1, 2]  # Logarithms of its probabilities, and their difference.
    differs = np.flatnonzero(~np.isclose(changed[3], without[3], equal_nan=True))
    assert set(own) == set(differs)
    assert not np.allclose(np.nan_to_num(changed), np.nan_to_num(without))


def test_it_can_be_saved(beats, fitted, tmp_path):
    pytest.importorskip("skops")
    path = tmp_path / "whole.skops"
    save_pipeline(fitted, path)
    read = load_pipeline(path)
    np.testing.assert_array_equal(
        read.predict_proba(beats.data, recordings=beats.record),
        fitted.predict_proba(beats.data, recordings=beats.record),
    )


@pytest.mark.realdata
def test_real_recordings():
    cut = {"context": ("rr", "template"), "leads": 0, "scaling": "qrs", "as_frame": True}
    train = load_beats("mitdb", records=["106", "116", "119", "203", "209", "223"], **cut)
    test = load_beats("mitdb", records=["118", "208"], **cut)
    keep = np.isin(train.target, list("NSV"))
    plain = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model = WholeRecordingClassifier(plain, cv=3, random_state=0).fit(
        train.data[keep], train.target[keep], train.subject[keep], train.record[keep]
    )
    known = np.isin(test.target, list("NSV"))
    found = model.predict(test.data, recordings=test.record)
    before = model.estimator_.predict(test.data)
    truth = np.asarray(test.target)
    assert np.mean((found == truth)[known]) > np.mean((before == truth)[known])


def test_recordings_with_few_usual_beats_are_left_as_they_are():
    X, y, recordings = blobs(30, 0)
    X_new, y_new, new = blobs(10, 1)
    X_rare, rare = X_new[y_new == "S"], np.full(np.sum(y_new == "S"), 99)
    X_new, new = np.concatenate([X_new, X_rare]), np.concatenate([new, rare])
    settings = {"n_context": 1, "fs": 1.0, "before": 0.0, "random_state": 0}
    model = WholeRecordingClassifier(LogisticRegression(), **settings).fit(
        X, y, recordings=recordings
    )
    plain = model.estimator_.predict_proba(X_new)
    is_usual = plain.argmax(axis=1) == 0
    share = np.array([is_usual[new == recording].mean() for recording in new])
    assert (share < 0.5).any() and (share > 0.5).any()
    changed = (model.predict_proba(X_new, recordings=new) != plain).any(axis=1)
    np.testing.assert_array_equal(changed, share >= 0.5)
    model.set_params(least_usual=0.0)
    assert (model.predict_proba(X_new, recordings=new) != plain).any(axis=1).all()
