import numpy as np
import pytest
from scipy import signal

from heartbeat.preprocessing import BeatResampler


def band_limited(n_beats, n_times, highest, seed=0):
    """Return smooth random beats, and a function that reads them at any time."""
    rng = np.random.default_rng(seed)
    frequency = rng.uniform(0, highest, size=(n_beats, 8, 1))
    phase = rng.uniform(0, 2 * np.pi, size=(n_beats, 8, 1))
    return lambda t: np.sin(2 * np.pi * frequency * t + phase).sum(axis=1)


@pytest.mark.parametrize("target_fs, n_times", [(250, 375), (360, 540), (100, 150), (62.5, 93)])
def test_reads_beats_at_the_new_times(target_fs, n_times):
    read = band_limited(5, 187, 20)
    t_in = (np.arange(187) - 62) / 125
    resampler = BeatResampler(target_fs=target_fs).fit(read(t_in))
    result = resampler.transform(read(t_in))
    assert result.shape == (5, n_times) and resampler.fs_out_ == target_fs
    t_out = (np.arange(n_times) - int(0.5 * target_fs)) / target_fs
    inside = np.abs(t_out - 0.25) < 0.5
    np.testing.assert_allclose(result[:, inside], read(t_out)[:, inside], atol=0.03)


def test_equals_resample_poly_away_from_the_ends():
    x = np.random.default_rng(0).normal(size=(3, 200)).cumsum(axis=1)
    for up, down in ((2, 1), (1, 2), (3, 2)):
        expected = signal.resample_poly(x, up, down, axis=1, padtype="line")
        result = BeatResampler(n_times=expected.shape[1]).fit_transform(x)
        inside = slice(40 * up // down, -40 * up // down)
        np.testing.assert_allclose(result[:, inside], expected[:, inside], atol=0.02)


def test_level_is_kept_exactly_and_the_same_rate_changes_nothing():
    X = np.random.default_rng(0).normal(size=(3, 187))
    np.testing.assert_allclose(BeatResampler(target_fs=125).fit_transform(X), X, atol=1e-12)
    for parameters in ({"n_times": 60}, {"n_times": 501}, {"target_fs": 77}):
        flat = BeatResampler(**parameters).fit_transform(np.full((1, 187), 2.5))
        np.testing.assert_allclose(flat, 2.5)


def test_what_the_new_rate_cannot_hold_is_taken_out():
    t = (np.arange(187) - 62) / 125
    X = np.sin(2 * np.pi * 45 * t)[np.newaxis]
    result = BeatResampler(target_fs=50).fit_transform(X)
    assert np.abs(result[0, 15:-15]).max() < 0.02


def test_r_lands_where_segmentation_would_put_it():
    for fs, target in ((125, 360), (360, 125), (125, 111), (500, 120)):
        r_in, n_in = int(0.5 * fs), int(1.5 * fs)
        X = np.exp(-(((np.arange(n_in) - r_in) / fs / 0.02) ** 2))[np.newaxis]
        result = BeatResampler(target_fs=target, fs=fs).fit_transform(X)
        assert result.argmax() == int(0.5 * target)
