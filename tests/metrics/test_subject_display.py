import numpy as np
import pytest
from matplotlib.collections import PathCollection
from sklearn.tree import DecisionTreeClassifier

from heartbeat.metrics import SubjectScoreDisplay, aami_report
from heartbeat.metrics._subject_display import _apart, _spread


@pytest.fixture
def beats():
    rng = np.random.default_rng(0)
    groups = rng.choice(["a", "b", "c"], 600)
    y_true = np.where(rng.random(600) < 0.8, "N", "V")
    y_true[(groups == "a") & (rng.random(600) < 0.9)] = "N"
    return y_true, np.where(rng.random(600) < 0.8, y_true, "N"), groups


def strip(ax, place):
    """Return the dots of one class."""
    return [c for c in ax.collections if isinstance(c, PathCollection)][place]


def dots(ax, place):
    return np.sort(strip(ax, place).get_offsets()[:, 1])


@pytest.mark.parametrize("score", ["Se", "+P", "F1"])
def test_dots_are_the_subjects_scores(beats, score):
    y_true, y_pred, groups = beats
    display = SubjectScoreDisplay.from_predictions(y_true, y_pred, groups=groups, score=score)
    per_group = aami_report(y_true, y_pred, groups=groups).per_group
    for place, letter in enumerate("NV"):
        expected = np.sort(100 * per_group[f"{letter} {score}"].dropna())
        np.testing.assert_allclose(dots(display.ax_, place), expected)
    assert display.ax_.get_ylabel() == f"{score} (%)"


def test_area_grows_with_beats_and_heavy_subjects_are_named(beats):
    y_true, y_pred, groups = beats
    display = SubjectScoreDisplay.from_predictions(y_true, y_pred, groups=groups)
    support = aami_report(y_true, y_pred, groups=groups).per_group["V support"]
    assert np.argmax(strip(display.ax_, 1).get_sizes()) == np.argmax(support)
    names = [text.get_text() for text in display.ax_.texts]
    share = support / support.sum()
    assert f"{share.idxmax()} ({share.max():.0%})" in names
    assert all("(9%)" not in name for name in names)


def test_only_subjects_that_hold_the_class_have_a_dot():
    display = SubjectScoreDisplay.from_predictions(
        list("NNVN"), list("NVVN"), groups=["a", "a", "b", "b"]
    )
    labels = [tick.get_text() for tick in display.ax_.get_xticklabels()]
    assert labels == ["N\n2 subjects", "V\n1 subject"]
    assert dots(display.ax_, 1).tolist() == [100]


def test_from_estimator(beats):
    y_true, _, groups = beats
    X = (y_true == "V")[:, None].astype(float)
    model = DecisionTreeClassifier().fit(X, y_true)
    display = SubjectScoreDisplay.from_estimator(model, X, y_true, groups=groups)
    assert (dots(display.ax_, 0) == 100).all()


def test_unknown_score_is_named():
    with pytest.raises(ValueError, match="score must be"):
        SubjectScoreDisplay.from_predictions(["N"], ["N"], groups=["a"], score="recall")


def test_dots_and_names_keep_apart():
    x = _spread(np.full(5, 50.0))
    assert len(set(x)) == 5 and abs(x).max() < 0.4
    assert _spread(np.array([0.0, 50, 100])).tolist() == [0, 0, 0]
    assert np.diff(np.sort(_apart(np.array([98.0, 97, 99])))).min() >= 5
    assert _apart(np.array([98.0, 97, 99])).max() == 99
    assert _apart(np.array([0.0, 0])).tolist() == [0, 5]
