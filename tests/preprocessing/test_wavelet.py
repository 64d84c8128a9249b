import numpy as np
import pytest
import pywt

from heartbeat.preprocessing import WaveletDenoiser


@pytest.mark.parametrize("wavelet, level", [("sym4", 3), ("db4", 2), ("haar", 5), ("bior4.4", 1)])
@pytest.mark.parametrize("mode", ["soft", "hard", "garrote"])
@pytest.mark.parametrize("n_times", [187, 90])
def test_equals_pywavelets_beat_by_beat(wavelet, level, mode, n_times):
    X = np.random.default_rng(0).normal(size=(4, n_times)).cumsum(axis=1)
    expected = []
    for x in X:
        approximation, *details = pywt.wavedec(x, wavelet, "symmetric", level)
        noise = np.median(np.abs(details[-1])) / 0.6745
        threshold = noise * np.sqrt(2 * np.log(n_times))
        details = [pywt.threshold(detail, threshold, mode) for detail in details]
        expected.append(pywt.waverec([approximation, *details], wavelet)[:n_times])
    result = WaveletDenoiser(wavelet, level=level, mode=mode).fit_transform(X)
    np.testing.assert_allclose(result, expected, atol=1e-9)


@pytest.mark.parametrize("fs, level", [(125, 3), (360, 5), (500, 5), (5, 1)])
def test_default_level_stays_above_4_hz(fs, level):
    assert WaveletDenoiser(fs=fs).fit(np.zeros((2, 600))).level_ == level


def test_no_threshold_no_change():
    X = np.random.default_rng(0).normal(size=(4, 187))
    np.testing.assert_allclose(WaveletDenoiser(scale=0).fit_transform(X), X, atol=1e-9)


def test_noise_goes_and_the_qrs_complex_stays():
    t = (np.arange(187) - 62) / 125
    beat = np.exp(-((t / 0.02) ** 2)) + 0.2 * np.exp(-(((t - 0.3) / 0.06) ** 2))
    noise = np.random.default_rng(0).normal(scale=0.03, size=(50, 187))
    result = WaveletDenoiser().fit_transform(beat + noise)
    assert np.std(result - beat) < 0.8 * noise.std()
    assert result[:, 62].mean() > 0.93
