"""The arrays decide as scikit-learn's trees do, for any number of beats, at any value."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from heartbeat.boosting import _trees
from heartbeat.boosting._trees import Trees


@pytest.fixture(scope="module")
def beats():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 6)).astype(np.float32)
    X[:, 5] = rng.integers(0, 3, 2000)  # many equal values
    return X, np.array(list("NSV"))[np.argmax(X[:, :3] * X[:, 3:], axis=1)]


@pytest.fixture(scope="module")
def boosting(beats):
    return HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(*beats)


@pytest.fixture(scope="module")
def trees(boosting):
    return Trees.of_fitted(boosting)


def test_scores_are_those_of_scikit_learn(beats, boosting, trees):
    np.testing.assert_allclose(trees.scores(beats[0]), boosting.decision_function(beats[0]), 1e-5)


def test_a_value_at_a_threshold_goes_left(beats, boosting, trees):
    """Also next to thresholds that lie between two numbers of float32."""
    inner = np.flatnonzero(trees.right)
    rows = np.repeat(beats[0][:1], 3 * len(inner), axis=0)
    at = trees.number[inner]
    around = [np.nextafter(at, np.float32(-np.inf)), at, np.nextafter(at, np.float32(np.inf))]
    rows[np.arange(len(rows)), np.tile(trees.feature[inner], 3)] = np.concatenate(around)
    np.testing.assert_allclose(trees.scores(rows), boosting.decision_function(rows), 1e-5, 1e-6)


@pytest.mark.parametrize("n_beats", [1, 2, 63, 1999])
def test_scores_do_not_depend_on_the_beats_beside(beats, trees, n_beats, monkeypatch):
    whole = trees.scores(beats[0])
    np.testing.assert_array_equal(trees.scores(beats[0][:n_beats]), whole[:n_beats])
    monkeypatch.setattr(_trees, "_PAIRS", 100)
    np.testing.assert_array_equal(trees.scores(beats[0]), whole)


def test_trees_of_any_depth(beats):
    """Deeper ones than are followed for all beats, and single leaves."""
    X, y = beats
    deep = HistGradientBoostingClassifier(
        max_iter=3, max_leaf_nodes=None, min_samples_leaf=1, max_features=0.4, random_state=0
    ).fit(X, y)
    assert max(tree.get_max_depth() for each in deep._predictors for tree in each) > 12
    np.testing.assert_allclose(Trees.of_fitted(deep).scores(X), deep.decision_function(X), 1e-5)
    stumps = HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=1500).fit(X, y)
    leaves = Trees.of_fitted(stumps)
    assert len(leaves.number) == 6
    np.testing.assert_allclose(leaves.scores(X[:5]), stumps.decision_function(X[:5]), 1e-5)


def test_no_beats_no_scores(trees):
    assert trees.scores(np.empty((0, 6), dtype=np.float32)).shape == (0, 3)


def damaged(name):
    def change(arrays):
        {
            "a child of another tree": lambda: arrays["right"].__setitem__(0, len(arrays["right"])),
            "a child before its parent": lambda: arrays["right"].__setitem__(
                np.flatnonzero(arrays["right"])[-1], 1
            ),
            "a column that is missing": lambda: arrays["feature"].__setitem__(0, 6),
            "a negative column": lambda: arrays["feature"].__setitem__(0, -1),
            "a threshold that is none": lambda: arrays["number"].__setitem__(0, np.nan),
            "roots in disorder": lambda: arrays["root"].__setitem__(1, 0),
            "fewer roots": lambda: arrays.update(root=arrays["root"][:-1]),
            "another dtype": lambda: arrays.update(number=arrays["number"].astype(np.float64)),
            "no baseline": lambda: arrays.update(baseline=arrays["baseline"][:0]),
            "a missing array": lambda: arrays.pop("root"),
            "fewer thresholds": lambda: arrays.update(number=arrays["number"][:-1]),
        }[name]()

    return change


@pytest.mark.parametrize(
    "name",
    [
        "a child of another tree",
        "a child before its parent",
        "a column that is missing",
        "a negative column",
        "a threshold that is none",
        "roots in disorder",
        "fewer roots",
        "another dtype",
        "no baseline",
        "a missing array",
        "fewer thresholds",
    ],
)
def test_arrays_that_are_no_trees_are_refused(trees, name):
    arrays = {key: array.copy() for key, array in trees.arrays.items()}
    assert Trees.of_arrays(arrays, 6).n_outputs == 3
    damaged(name)(arrays)
    with pytest.raises(ValueError, match=r"its (array|arrays|nodes) "):
        Trees.of_arrays(arrays, 6)
