import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heartbeat.resampling._alignment import align_to_mean, best_lags, shift_beats

SETTINGS = {"max_lag": 0.05, "fs": 125.0, "before": 0.5}
TIME = np.arange(187) - 62


def qrs(lag, n_leads=1):
    beat = np.exp(-0.5 * ((TIME - lag) / 2) ** 2) - 0.4 * np.exp(-0.5 * ((TIME - lag - 5) / 2) ** 2)
    return np.tile(beat, (1, n_leads, 1))


@pytest.mark.parametrize("n_leads", [1, 2])
@pytest.mark.parametrize("lag", range(-6, 7))
def test_finds_whole_lags(lag, n_leads):
    assert best_lags(qrs(lag, n_leads), qrs(0, n_leads), **SETTINGS) == [lag]
    np.testing.assert_allclose(
        shift_beats(qrs(lag), np.array([lag]))[..., 20:160], qrs(0)[..., 20:160]
    )


@settings(deadline=None, max_examples=25)
@given(st.integers(-6, 6), st.floats(0.1, 10), st.floats(-5, 5))
def test_scale_and_baseline_do_not_matter(lag, scale, baseline):
    beat = scale * qrs(lag) + baseline
    assert best_lags(beat, scale * qrs(0), **SETTINGS) == [lag]


def test_flat_and_short_beats_stay():
    flat = np.ones((3, 1, 187))
    np.testing.assert_array_equal(best_lags(flat, flat[:1], **SETTINGS), 0)
    short = np.random.default_rng(0).normal(size=(3, 1, 10))
    np.testing.assert_array_equal(best_lags(short, short[:1], **SETTINGS), 0)


def test_jittered_beats_are_brought_together():
    lags = np.random.default_rng(0).integers(-4, 5, 60)
    beats = np.concatenate([qrs(lag) for lag in lags])
    aligned = align_to_mean(beats, **SETTINGS)
    assert aligned.std(axis=0).max() < 0.25 * beats.std(axis=0).max()
