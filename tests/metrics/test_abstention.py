import numpy as np
import pytest

from heartbeat.metrics import risk_coverage_curve


def two_classes(p):
    p = np.asarray(p, dtype=float)
    return np.column_stack([p, 1 - p])


def curve(y_true, p, **keywords):
    return risk_coverage_curve(list(y_true), two_classes(p), classes=["N", "V"], **keywords)


def test_counts_by_hand():
    result = curve("NNVN", [0.9, 0.8, 0.4, 0.3])
    # Confidences .9 .8 .7 .6; the one of .7 is wrong.
    np.testing.assert_allclose(result.threshold, [0.9, 0.8, 0.7, 0.6])
    np.testing.assert_allclose(result.coverage, [0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(result.risk, [0, 0, 1 / 3, 1 / 4])
    assert result.area == pytest.approx((0 + 0 + 1 / 3 + 1 / 4) / 4)


def test_ends_at_the_error_of_all_beats():
    rng = np.random.default_rng(0)
    p, y = rng.random(500), rng.choice(["N", "V"], 500)
    result = curve(y, p)
    assert result.coverage[-1] == 1
    assert result.risk[-1] == pytest.approx(np.mean(np.where(p >= 0.5, "N", "V") != y))
    assert (np.diff(result.coverage) > 0).all()


def test_equal_confidences_get_a_label_together():
    result = curve("NVN", [0.8, 0.8, 0.6])
    np.testing.assert_allclose(result.coverage, [2 / 3, 1])
    np.testing.assert_allclose(result.risk, [1 / 2, 1 / 3])


def test_lookups():
    result = curve("NNVN", [0.9, 0.8, 0.4, 0.3])
    assert result.risk_at(0.5) == 0
    assert result.risk_at(0.6) == pytest.approx(1 / 3)
    assert result.coverage_at(0.0) == 0.5
    assert result.coverage_at(0.3) == 1
    assert curve("V", [0.9]).coverage_at(0.1) == 0
    with pytest.raises(ValueError, match="coverage must be a number"):
        result.risk_at(0)


def test_own_confidence_and_weights():
    result = curve("NV", [0.9, 0.6], confidence=[0, 1])
    np.testing.assert_allclose(result.risk, [1, 0.5])
    weighted = curve("NV", [0.9, 0.6], sample_weight=[3, 1])
    np.testing.assert_allclose(weighted.coverage, [0.75, 1])
    np.testing.assert_allclose(weighted.risk, [0, 0.25])
    with pytest.raises(
        ValueError, match="confidence must hold a number, not NaN, for each of the 2"
    ):
        curve("NV", [0.9, 0.6], confidence=[1])
