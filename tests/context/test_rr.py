import numpy as np
import pytest

from heartbeat.context import BeatSequence, compute_context, context_feature_names


def columns(times, block="rr"):
    waveforms = np.zeros((len(times), 1, 100), np.float32)
    values = compute_context(BeatSequence(np.asarray(times), waveforms, 125.0, 37), block)
    return dict(zip(context_feature_names(block), values.T, strict=True))


@pytest.fixture
def premature_atrial():
    """Sinus rhythm at 0.8 s; beat 20 comes 0.3 s early and resets the sinus node."""
    rr = np.full(40, 0.8)
    rr[20] = 0.5
    return np.cumsum(rr)


@pytest.fixture
def premature_ventricular():
    """Beat 20 comes 0.3 s early; the next one comes when it would have come anyway."""
    rr = np.full(40, 0.8)
    rr[20], rr[21] = 0.5, 1.1
    return np.cumsum(rr)


def test_premature_atrial_beat(premature_atrial):
    rr = columns(premature_atrial)
    assert rr["rr_prev_s"][20] == pytest.approx(0.5)
    assert rr["rr_next_s"][20] == pytest.approx(0.8)
    assert rr["rr_prematurity"][20] == pytest.approx(0.375)
    assert rr["rr_compensation"][20] == pytest.approx(1.3 / 1.6)
    assert rr["rr_log_prev_over_prev2"][20] == pytest.approx(np.log(0.5 / 0.8), abs=1e-6)
    assert np.abs(np.delete(rr["rr_prematurity"], 20)).max() < 1e-6


def test_premature_ventricular_beat(premature_ventricular):
    rr = columns(premature_ventricular)
    assert rr["rr_prematurity"][20] == pytest.approx(0.375)
    assert rr["rr_compensation"][20] == pytest.approx(1.0)
    assert rr["rr_log_next_over_prev"][20] == pytest.approx(np.log(1.1 / 0.5), abs=1e-6)


def test_intervals_and_means_are_those_of_the_docstring():
    times = np.cumsum(np.random.default_rng(0).uniform(0.4, 1.2, 60))
    rr, i = columns(times), 30
    assert rr["rr_prev3_s"][i] == pytest.approx(times[i - 2] - times[i - 3])
    assert rr["rr_prev2_s"][i] == pytest.approx(times[i - 1] - times[i - 2])
    assert rr["rr_prev_s"][i] == pytest.approx(times[i] - times[i - 1])
    assert rr["rr_next_s"][i] == pytest.approx(times[i + 1] - times[i])
    assert rr["rr_next2_s"][i] == pytest.approx(times[i + 2] - times[i + 1])
    assert rr["rr_mean_last10_s"][i] == pytest.approx((times[i] - times[i - 10]) / 10)
    assert rr["rr_mean_around10_s"][i] == pytest.approx((times[i + 10] - times[i - 10]) / 20)
    reference = np.median(np.diff(times)[i - 11 : i - 1])
    assert rr["rr_prematurity"][i] == pytest.approx(1 - (times[i] - times[i - 1]) / reference)


def test_edges():
    rr = columns([0.0, 0.7, 1.5])
    assert rr["rr_prev_s"].tolist() == pytest.approx([0.7, 0.7, 0.8])
    assert rr["rr_next_s"].tolist() == pytest.approx([0.7, 0.8, 0.8])
    causal = columns([0.0, 0.7, 1.5], "rr_causal")
    assert causal["rr_causal_prev_s"].tolist() == pytest.approx([0.8, 0.7, 0.8])
    assert causal["rr_causal_prematurity"][0] == 0
    assert columns([3.0])["rr_prev_s"] == pytest.approx([0.8])


def test_causal_columns_are_those_of_rr_but_for_the_first_beats():
    times = np.cumsum(np.random.default_rng(0).uniform(0.4, 1.2, 60))
    rr, causal = columns(times), columns(times, "rr_causal")
    for name, values in causal.items():
        expected = rr[name.replace("_causal", "")]
        np.testing.assert_allclose(values[11:], expected[11:], atol=1e-6)
