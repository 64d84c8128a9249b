"""Trees of scikit-learn that survive its versions, copies and files."""

import json
import pickle

import numpy as np
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from safetensors.numpy import load_file, save_file
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier

from heartbeat.boosting import BoostedTreesClassifier
from heartbeat.boosting._file import read_trees, write_trees
from heartbeat.datasets import make_beats
from heartbeat.export import load_pipeline, save_pipeline
from heartbeat.resampling import resample_with


@pytest.fixture(scope="module")
def beats():
    beats = make_beats(600, context=("rr",), random_state=0, as_frame=True)
    # scikit-learn bins weighted columns slowly.
    beats.data = beats.data.iloc[:, ::8]
    return beats


@pytest.fixture(scope="module")
def model(beats):
    return BoostedTreesClassifier(15, random_state=0).fit(beats.data, beats.target)


@pytest.mark.parametrize("two_classes", [False, True])
def test_probabilities_are_those_of_scikit_learn(beats, two_classes):
    y = np.where(beats.target == "N", "N", "V") if two_classes else beats.target
    model = BoostedTreesClassifier(15, class_weight="balanced", random_state=0)
    model.fit(beats.data, y)
    peer = HistGradientBoostingClassifier(early_stopping=False, **model.get_params())
    peer.fit(beats.data, y)
    wanted = peer.predict_proba(beats.data)
    np.testing.assert_allclose(model.predict_proba(beats.data), wanted, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(model.predict(beats.data), peer.predict(beats.data))


def test_weights_of_beats_count(beats):
    weight = np.where(beats.target == "N", 1.0, 0.0)
    weight[:300] = 1
    model = BoostedTreesClassifier(5, random_state=0).fit(beats.data, beats.target, weight)
    without = BoostedTreesClassifier(5, random_state=0).fit(beats.data, beats.target)
    assert (model.predict(beats.data) == "N").sum() > (without.predict(beats.data) == "N").sum()


def test_weights_of_classes_are_given_by_label(beats):
    by_label = BoostedTreesClassifier(5, class_weight={"V": 20.0}, random_state=0)
    by_label.fit(beats.data, beats.target)
    weight = np.where(beats.target == "V", 20.0, 1.0)
    by_beat = BoostedTreesClassifier(5, random_state=0).fit(beats.data, beats.target, weight)
    wanted = by_beat.predict_proba(beats.data)
    np.testing.assert_array_equal(by_label.predict_proba(beats.data), wanted)
    with pytest.raises(ValueError, match=r"names only classes that y does not hold, \['Z'\]"):
        BoostedTreesClassifier(class_weight={"Z": 1.0}).fit(beats.data, beats.target)


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_weights_that_a_sampler_did_not_resample_are_refused(beats, class_weight):
    X, y, weight = beats.data, beats.target, np.ones(600)
    sampler = RandomOverSampler(random_state=0)
    model = BoostedTreesClassifier(2, class_weight=class_weight)
    message = "sample_weight has 600 values.*beats.*with heartbeat.resampling.resample_with"
    with pytest.raises(ValueError, match=message):
        make_pipeline(sampler, model).fit(X, y, boostedtreesclassifier__sample_weight=weight)
    X, y, _, weight = resample_with(sampler, X, y, sample_weight=weight)
    assert len(weight) > 600
    model.fit(X, y, weight)


@pytest.mark.parametrize(
    ("label", "message"),
    [("N", r"at least 2 classes, got only one class: \['N'\]"), ("", "beats have no label")],
)
def test_labels_that_cannot_be_learnt_are_refused(beats, label, message):
    y = np.where(beats.target == "N", label, "N")
    with pytest.raises(ValueError, match=message):
        BoostedTreesClassifier(5).fit(beats.data, y)


def test_copies_decide_alike(model, beats, tmp_path):
    wanted = model.predict_proba(beats.data)
    write_trees(model, tmp_path / "m.trees.safetensors")
    skops = save_pipeline(model, tmp_path / "m.skops")
    copies = [
        pickle.loads(pickle.dumps(model)),
        read_trees(tmp_path / "m.trees.safetensors"),
        load_pipeline(skops),
    ]
    for copy in copies:
        np.testing.assert_array_equal(copy.predict_proba(beats.data), wanted)
        assert copy.feature_names_in_.tolist() == beats.data.columns.tolist()
        assert copy.get_params() == model.get_params()
    assert not hasattr(clone(model), "trees_")
    # What is computed from the arrays is left out of files.
    assert set(vars(copies[0].trees_)) - set(model.trees_.arrays) == {"_lookup"}
    assert set(pickle.loads(pickle.dumps(model)).trees_.__getstate__()) == set(model.trees_.arrays)


def test_a_file_that_is_not_ours_or_damaged(model, tmp_path):
    path = tmp_path / "m.trees.safetensors"
    write_trees(model, path)
    arrays, header = load_file(path), path.read_bytes()

    def rewritten(**changes):
        about = json.loads(json.loads(header[8 : 8 + int.from_bytes(header[:8], "little")])
                           ["__metadata__"]["heartbeat"])  # fmt: skip
        about |= changes
        save_file(arrays, path, metadata={"heartbeat": json.dumps(about)})
        return path

    assert read_trees(rewritten()).n_features_in_ == model.n_features_in_
    for changes in (
        {"format": "another/1"},
        {"classes": ["N", "V"]},
        {"classes": ["N"]},
        {"classes": ["N", "S", "V", None]},
        {"n_features": 3},
        {"n_features": 10**12},
        {"feature_names": ["a"]},
        {"feature_names": [0] * model.n_features_in_},
        {"parameters": {"depth": 3}},
    ):
        with pytest.raises(ValueError, match="is not a file of boosted trees saved by heartbeat"):
            read_trees(rewritten(**changes))


def test_the_same_seed_gives_the_same_file(beats, model, tmp_path):
    again = BoostedTreesClassifier(15, random_state=0).fit(beats.data, beats.target)
    for name, each in (("a", model), ("b", again)):
        write_trees(each, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_missing_values_are_refused(beats):
    X = beats.data.copy()
    X.iloc[3, 2] = np.nan
    with pytest.raises(ValueError, match="contains NaN"):
        BoostedTreesClassifier(5).fit(X, beats.target)


@pytest.mark.parametrize("all_columns", [1, 1.0, np.float32(1)], ids=repr)
def test_parameters_may_be_any_numbers(beats, all_columns):
    model = BoostedTreesClassifier(np.int64(2), max_features=all_columns, random_state=0)
    expected = BoostedTreesClassifier(2, max_features=1.0, random_state=0)
    found = (each.fit(beats.data, beats.target).predict_proba(beats.data) for each in
             (model, expected))  # fmt: skip
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_iter": 0}, "max_iter must be an integer >= 1, got 0"),
        ({"max_features": 1.5}, "max_features must be a finite number > 0 and <= 1, got 1.5"),
        ({"class_weight": "even"}, "class_weight must be None, 'balanced' or a dict, got 'even'"),
    ],
)
def test_bad_parameters_are_named(beats, parameters, message):
    with pytest.raises(ValueError, match=message):
        BoostedTreesClassifier(**parameters).fit(beats.data, beats.target)
