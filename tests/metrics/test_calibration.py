import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from heartbeat.metrics import expected_calibration_error, reliability_curve

CLASSES = ["F", "N", "Q", "S", "V"]


@pytest.fixture
def calibrated():
    rng = np.random.default_rng(0)
    y_prob = rng.dirichlet([0.2, 2, 0.2, 0.5, 0.5], 20_000)
    codes = (rng.random((20_000, 1)) > np.cumsum(y_prob, axis=1)).sum(axis=1)
    return np.array(CLASSES)[codes.clip(max=4)], y_prob


def test_probabilities_that_come_true_have_no_error(calibrated):
    y_true, y_prob = calibrated
    assert expected_calibration_error(y_true, y_prob, classes=CLASSES) < 0.012
    assert expected_calibration_error(y_true, y_prob, classes=CLASSES, label="V") < 0.012


def test_overconfidence_is_measured(calibrated):
    y_true, y_prob = calibrated
    sharp = y_prob**4 / (y_prob**4).sum(axis=1, keepdims=True)
    error = expected_calibration_error(y_true, sharp, classes=CLASSES)
    confidence, right = sharp.max(axis=1), np.array(CLASSES)[sharp.argmax(axis=1)] == y_true
    # All bins are overconfident, so that bins do not matter.
    assert error == pytest.approx(confidence.mean() - right.mean(), abs=2e-3)
    assert error > 0.1


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_one_class_is_what_sklearn_computes(calibrated, strategy):
    y_true, y_prob = calibrated
    curve = reliability_curve(
        y_true, y_prob, classes=CLASSES, label="V", n_bins=10, strategy=strategy
    )
    observed, predicted = calibration_curve(
        y_true == "V", y_prob[:, 4], n_bins=10, strategy=strategy
    )
    np.testing.assert_allclose(curve.observed, observed)
    np.testing.assert_allclose(curve.predicted, predicted)
    assert curve.weight.sum() == pytest.approx(1)
    assert (curve.low < curve.high).all()


def test_equal_probabilities_are_one_bin():
    curve = reliability_curve(
        list("NNV"), [[0.6, 0.4]] * 3, classes=["N", "V"], strategy="quantile"
    )
    assert (curve.low, curve.high, curve.weight) == (0, 1, 1)
    assert curve.observed == pytest.approx(2 / 3)


def test_weights_of_whole_numbers_repeat_beats(calibrated):
    y_true, y_prob = (values[:500] for values in calibrated)
    times = np.arange(500) % 3
    weighted = expected_calibration_error(y_true, y_prob, classes=CLASSES, sample_weight=times)
    repeated = expected_calibration_error(
        np.repeat(y_true, times), np.repeat(y_prob, times, axis=0), classes=CLASSES
    )
    assert weighted == pytest.approx(repeated)


def test_order_of_columns_is_what_classes_say(calibrated):
    y_true, y_prob = calibrated
    swapped = expected_calibration_error(y_true, y_prob[:, ::-1], classes=CLASSES[::-1])
    assert swapped == pytest.approx(expected_calibration_error(y_true, y_prob, classes=CLASSES))


def test_a_label_outside_the_classes_is_never_right():
    curve = reliability_curve(["Q", "N"], [[1.0, 0], [1, 0]], classes=["N", "V"])
    assert curve.observed == [0.5]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"classes": ["N"]}, r"shape \(n_beats, 1\)"),
        ({"label": "S"}, "label must be None or one of the classes N V"),
        ({"n_bins": 0}, "n_bins"),
        ({"strategy": "even"}, "strategy must be"),
        ({"sample_weight": [1.0]}, "2 finite weights"),
        ({"sample_weight": [0.0, 0.0]}, "sample_weight must be above 0"),
        ({"y_prob": [[2.0, -1], [0, 1]]}, "not negative"),
        ({"y_prob": [[2.0, 1], [0, 1]]}, "sum to 1, but one sums to 3"),
        ({"y_true": ["N"]}, "one label for each row"),
    ],
)
def test_bad_input_is_named(keywords, message):
    good = {"y_true": ["N", "V"], "y_prob": [[0.9, 0.1], [0, 1]], "classes": ["N", "V"]}
    keywords = {**good, **keywords}
    with pytest.raises(ValueError, match=message):
        reliability_curve(keywords.pop("y_true"), keywords.pop("y_prob"), **keywords)
