import numpy as np
import pytest

from heartbeat.context import BeatSequence, compute_context, context_feature_names
from heartbeat.context._rhythm import sample_entropy


def columns(rr, block="rhythm"):
    waveforms = np.zeros((len(rr), 1, 100), np.float32)
    values = compute_context(BeatSequence(np.cumsum(rr), waveforms, 125.0, 37), block)
    return dict(zip(context_feature_names(block), values.T, strict=True))


def slow_sample_entropy(values, tolerance):
    pairs = followed = 0
    for j in range(len(values) - 1):
        for k in range(j + 1, len(values) - 1):
            if abs(values[j] - values[k]) <= tolerance:
                pairs += 1
                followed += abs(values[j + 1] - values[k + 1]) <= tolerance
    return np.log((pairs + 1) / (followed + 1))


@pytest.mark.parametrize("window", [(-10, 10), (-20, 0), (-3, 5)])
def test_sample_entropy_by_the_definition(window):
    values = np.random.default_rng(0).normal(size=50)
    fast = sample_entropy(values, *window, tolerance=0.5)
    for i in range(50):
        part = values[max(i + window[0], 0) : i + window[1] + 1]
        assert fast[i] == pytest.approx(slow_sample_entropy(part, 0.5))


def test_rhythms_are_told_apart():
    rng = np.random.default_rng(1)
    regular = columns(np.full(200, 0.8) + rng.normal(0, 0.01, 200))
    bigeminy = columns(np.tile([0.5, 1.1], 100))
    fibrillation = columns(rng.uniform(0.4, 1.1, 200))
    for name in ("rhythm_irregular_around10", "rhythm_irregular_around50"):
        assert regular[name].max() == 0
        assert bigeminy[name][60:140].min() > 0.95
        assert fibrillation[name][60:140].mean() > 0.7
    for name in ("rhythm_entropy_around10", "rhythm_entropy_around30"):
        assert bigeminy[name][60:140].max() < 0.01
        assert fibrillation[name][60:140].mean() > 1 > regular[name].max()


def test_long_windows_remember_the_sinus_rhythm():
    """In a run of early beats the neighbours say nothing; minutes around it do."""
    rr = np.full(300, 0.8)
    rr[150:180] = 0.45
    rhythm = columns(rr)
    assert rhythm["rhythm_log_prev_over_p50_around5"][165] == pytest.approx(0, abs=1e-6)
    assert rhythm["rhythm_log_prev_over_p50_around150"][165] == pytest.approx(np.log(0.45 / 0.8))


def test_percentiles_are_numpys():
    rr = np.random.default_rng(2).uniform(0.4, 1.2, 100)
    around = columns(rr)
    i, log_rr = 50, np.log(rr)
    for p in (10, 50, 90):
        expected = log_rr[i] - np.percentile(log_rr[i - 15 : i + 16], p)
        got = around[f"rhythm_log_prev_over_p{p}_around15"][i]
        assert got == pytest.approx(expected, rel=1e-5)
    causal = columns(rr, "rhythm_causal")["rhythm_causal_log_prev_over_p10_last10"][i]
    assert causal == pytest.approx(log_rr[i] - np.percentile(log_rr[i - 9 : i + 1], 10), rel=1e-5)
