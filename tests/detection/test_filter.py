import numpy as np
import pytest

from heartbeat.detection._filter import band_taps, filter_valid


@pytest.mark.parametrize("n_samples", [63, 64, 127, 128, 1000])
def test_as_correlate(n_samples):
    rng = np.random.default_rng(0)
    taps, signal = rng.normal(size=63), rng.normal(size=n_samples)
    np.testing.assert_allclose(filter_valid(signal, taps), np.correlate(signal, taps, "valid"))


@pytest.mark.parametrize("fs", [100.0, 125.0, 219.0])
def test_a_level_and_mains_are_stopped(fs):
    taps = band_taps(6, 22, 0.5, 8, fs)

    def gain(hz):
        return np.abs(np.exp(-2j * np.pi * hz / fs * np.arange(len(taps))) @ taps)

    assert gain(0) < 1e-12
    assert gain(12) == pytest.approx(1, abs=0.05)
    assert max(gain(hz) for hz in (40, 50, min(60, fs - 60))) < 1e-4
