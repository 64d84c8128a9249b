import pickle
from functools import cache

import numpy as np
import pytest
from sklearn.base import clone

from heartbeat.datasets import load_sample_recording, make_beats
from heartbeat.neural import load_classifier
from heartbeat.pipelines import (
    load_interpatient_classifier,
    make_forest_baseline,
    make_interpatient_classifier,
    make_rocket_classifier,
)
from heartbeat.segmentation import segment_beats

MAKERS = {
    "forest": lambda **layout: make_forest_baseline(20, random_state=0, **layout),
    "rocket": lambda **layout: make_rocket_classifier(420, random_state=0, **layout),
    "inter-patient": lambda **layout: make_interpatient_classifier(
        max_epochs=25, max_iter=30, random_state=0, **layout
    ),
}
each = pytest.mark.parametrize("name", MAKERS)


@pytest.fixture(scope="module")
def frame():
    return make_beats(240, n_leads=2, context=("rr",), random_state=0, as_frame=True)


@pytest.fixture(scope="module")
def fitted(frame):
    """Return what is fitted on the frame, each once."""

    @cache
    def fit(name):
        return MAKERS[name]().fit(frame.data, frame.target)

    return fit


@each
def test_plain_beats_are_classified(name):
    beats = make_beats(240, random_state=0)
    assert MAKERS[name]().fit(beats.data, beats.target).score(beats.data, beats.target) > 0.95


@pytest.mark.parametrize("name", ["forest", "rocket"])
def test_a_frame_tells_its_leads_and_context(name, fitted, frame):
    model = fitted(name)
    assert model.score(frame.data, frame.target) > 0.95
    names = model[:-1].get_feature_names_out()
    assert "rr_prev_s" in names
    assert model[-1].n_features_in_ == len(names)


@each
def test_an_array_with_its_layout_gives_the_same(name, fitted, frame):
    X = frame.data.to_numpy()
    layout = {"n_leads": frame.n_leads, "n_context": frame.n_context}
    from_array = MAKERS[name](**layout).fit(X, frame.target).predict(X)
    np.testing.assert_array_equal(from_array, fitted(name).predict(frame.data))


@each
def test_same_seed_same_predictions_after_clone_and_pickle(name, fitted, frame):
    model = fitted(name)
    expected = model.predict(frame.data)
    np.testing.assert_array_equal(
        clone(model).fit(frame.data, frame.target).predict(frame.data), expected
    )
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(frame.data), expected)


@pytest.mark.parametrize("part", ["network", "boosting"])
def test_classes_of_the_parts_are_weighted_by_sample_weight(frame, part):
    """Labels reach the parts as numbers, and the error names what works instead."""
    model = make_interpatient_classifier(max_epochs=2, max_iter=2, random_state=0)
    weighted = clone(model).set_params(**{f"{part}__class_weight": {"V": 50.0}})
    with pytest.raises(ValueError, match="VotingClassifier.*sample_weight.*ClassOddsClassifier"):
        weighted.fit(frame.data, frame.target)
    weight = np.where(frame.target == "V", 50.0, 1.0)
    found, without = (
        model.fit(frame.data, frame.target, sample_weight=given).predict_proba(frame.data)
        for given in (weight, None)
    )
    of_v = model.classes_.tolist().index("V")
    assert found[:, of_v].mean() > without[:, of_v].mean() + 0.1


def test_network_and_boosting_have_the_context_and_the_mean_of_their_probabilities(fitted, frame):
    model = fitted("inter-patient")
    network, boosting = model.named_estimators_["network"], model.named_estimators_["boosting"]
    assert network.layout_.n_context == frame.n_context
    assert boosting.feature_names_in_[-1] == frame.data.columns[-1]
    mean = (network.predict_proba(frame.data) + boosting.predict_proba(frame.data)) / 2
    np.testing.assert_allclose(model.predict_proba(frame.data), mean)


def test_the_forest_knows_the_names_of_what_it_weighs(fitted):
    assert "MLII_qrs_width_ms" in fitted("forest")[-1].feature_names_in_


def test_what_ships_is_the_mean_of_a_network_and_trees():
    classifier = load_interpatient_classifier("any-lead-ds1")
    segmentation = classifier.card_.segmentation
    beats = segment_beats(load_sample_recording(), as_frame=True, **segmentation)
    parts = classifier.named_estimators_
    alone = load_classifier("any-lead-ds1").predict_proba(beats.data)
    np.testing.assert_array_equal(parts["network"].predict_proba(beats.data), alone)
    mean = (alone + parts["boosting"].predict_proba(beats.data)) / 2
    np.testing.assert_allclose(classifier.predict_proba(beats.data), mean, rtol=0, atol=1e-6)
    labels = classifier.classes_[mean.argmax(axis=1)]
    np.testing.assert_array_equal(classifier.predict(beats.data), labels)
    made = make_interpatient_classifier(random_state=0)
    assert [name for name, _ in made.estimators] == list(parts)
    assert made.estimators[1][1].get_params() == parts["boosting"].get_params()


def test_weights_without_trees_say_which_have_some():
    with pytest.raises(ValueError, match=r"network without trees. Choose one of \['any-lead'"):
        load_interpatient_classifier("mitdb-centered")
