import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from heartbeat.metrics import GroupConfusionDisplay, aami_report


@pytest.fixture
def beats():
    y_true = np.array(list("NNNNSSVV"))
    y_pred = np.array(list("NNNSSNVN"))
    return y_true, y_pred, np.array(["100"] * 4 + ["201"] * 4)


def numbers(ax):
    """Drawn counts by (predicted, reference)."""
    letters = [tick.get_text() for tick in ax.get_xticklabels()]
    return {
        (letters[int(x)], letters[int(y)]): text.get_text()
        for text in ax.texts
        for x, y in [text.get_position()]
    }


def test_each_recording_shows_its_counts(beats):
    display = GroupConfusionDisplay.from_predictions(beats[0], beats[1], groups=beats[2])
    assert [ax.get_title() for ax in display.axes_] == ["100", "201"]
    assert numbers(display.axes_[0]) == {("N", "N"): "3", ("S", "N"): "1"}
    assert numbers(display.axes_[1]) == {
        ("S", "S"): "1",
        ("N", "S"): "1",
        ("V", "V"): "1",
        ("N", "V"): "1",
    }


def test_shades_are_shares_of_the_reference_class(beats):
    display = GroupConfusionDisplay.from_predictions(beats[0], beats[1], groups=beats[2])
    shade = display.axes_[0].images[0].get_array()
    np.testing.assert_allclose(np.asarray(shade)[0], [0.75, 0.25, 0])
    # The recording holds neither S nor V: no row of zeros.
    assert np.ma.getmaskarray(shade)[1:].all()


def test_classes_that_occur_nowhere_are_left_out(beats):
    display = GroupConfusionDisplay.from_predictions(beats[0], beats[1], groups=beats[2])
    letters = [tick.get_text() for tick in display.axes_[0].get_xticklabels()]
    assert letters == ["N", "S", "V"]


def test_thousands_are_shortened_and_grids_filled():
    groups = [str(k) for k in range(7)] * 1500
    display = GroupConfusionDisplay.from_predictions(
        ["N"] * len(groups), ["N"] * len(groups), groups=groups
    )
    assert len(display.axes_) == 7
    # Six in a row: the seventh stands below the first.
    assert [bool(ax.get_xlabel()) for ax in display.axes_] == [0, 1, 1, 1, 1, 1, 1]
    assert [bool(ax.get_ylabel()) for ax in display.axes_] == [1, 0, 0, 0, 0, 0, 1]
    assert display.axes_[0].texts[0].get_text() == "1.5k"


def test_from_report_and_from_estimator(beats):
    y_true, _, groups = beats
    X = np.arange(8)[:, None]
    model = DecisionTreeClassifier(random_state=0).fit(X, y_true)
    ax = plt.figure().add_subplot()
    display = GroupConfusionDisplay.from_estimator(model, X, y_true, groups=groups, ax=ax)
    assert display.ax_ is ax
    assert numbers(display.axes_[1]) == {("S", "S"): "2", ("V", "V"): "2"}
    with pytest.raises(ValueError, match="groups="):
        GroupConfusionDisplay.from_report(aami_report(["N"], ["N"]))
