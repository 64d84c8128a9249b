import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from heartbeat.metrics import ReliabilityDisplay, expected_calibration_error


@pytest.fixture
def fitted():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 2))
    y = np.where(X[:, 0] + rng.standard_normal(300) > 0, "V", "N")
    return LogisticRegression().fit(X, y), X, y


def test_curve_and_shares_are_those_of_the_function(fitted):
    model, X, y = fitted
    display = ReliabilityDisplay.from_estimator(model, X, y, n_bins=10)
    diagonal, line = display.ax_.lines
    np.testing.assert_allclose(line.get_xdata(), display.curve.predicted)
    np.testing.assert_allclose(line.get_ydata(), display.curve.observed)
    np.testing.assert_array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    heights = [bar.get_height() for bar in display.ax_.patches]
    np.testing.assert_allclose(heights, 0.25 * display.curve.weight / display.curve.weight.max())
    error = expected_calibration_error(y, model.predict_proba(X), classes=model.classes_, n_bins=10)
    assert line.get_label() == f"LogisticRegression, ECE {error:.3f}"
    assert display.ax_.get_xlabel() == "predicted probability of the predicted class"


def test_several_curves_share_axes(fitted):
    model, X, y = fitted
    ax = plt.figure().add_subplot()
    for label in "VN":
        display = ReliabilityDisplay.from_estimator(model, X, y, label=label, name=label, ax=ax)
        assert display.ax_ is ax
    names = [line.get_label().split(",")[0] for line in ax.lines]
    assert names == ["perfect", "V", "N"]
    assert ax.lines[1].get_color() != ax.lines[2].get_color()
    assert ax.get_xlabel() == "predicted probability"


def test_line_keywords_reach_the_line(fitted):
    model, X, y = fitted
    curve = ReliabilityDisplay.from_estimator(model, X, y).curve
    display = ReliabilityDisplay(curve).plot(color="black", linestyle=":")
    assert display.ax_.lines[1].get_color() == "black"
    assert display.ax_.lines[1].get_linestyle() == ":"


def test_classifier_without_probabilities_is_named(fitted):
    _, X, y = fitted
    with pytest.raises(TypeError, match="LinearSVC has no predict_proba.*CalibratedClassifierCV"):
        ReliabilityDisplay.from_estimator(LinearSVC().fit(X, y), X, y)
