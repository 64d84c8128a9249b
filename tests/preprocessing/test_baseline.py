import numpy as np
import pytest
from scipy import signal
from scipy.ndimage import median_filter

from heartbeat.preprocessing import BaselineRemover
from heartbeat.recording import read_recording

T = (np.arange(187) - 62) / 125
QRS = np.exp(-((T / 0.02) ** 2))


@pytest.mark.parametrize("method, tolerance", [("highpass", 0.2), ("median", 0.02)])
def test_slow_wander_goes_and_the_qrs_complex_stays(method, tolerance):
    wander = 0.5 * np.sin(2 * np.pi * 0.2 * (T + 0.5))
    result = BaselineRemover(method).fit_transform((QRS + wander)[np.newaxis])[0]
    assert result.argmax() == 62
    assert np.abs(result[80:]).max() < tolerance
    assert np.ptp(result) == pytest.approx(1, abs=0.2)


def test_spline_puts_the_pr_segment_at_zero_and_changes_nothing_else():
    X = (QRS + 0.7)[np.newaxis]
    np.testing.assert_allclose(BaselineRemover("spline").fit_transform(X)[0], QRS, atol=1e-5)


def test_median_equals_scipys_two_medians_of_every_beat():
    X = np.random.default_rng(0).normal(size=(6, 187))
    baseline = [
        median_filter(median_filter(np.pad(x, 49, mode="reflect"), 25), 75)[49:-49] for x in X
    ]
    np.testing.assert_allclose(BaselineRemover("median").fit_transform(X), X - baseline)


@pytest.mark.parametrize("n_times", [2, 10, 40])
def test_median_of_beats_shorter_than_its_window(n_times):
    X = np.random.default_rng(0).normal(size=(3, n_times))
    result = BaselineRemover("median").fit_transform(X)
    assert result.shape == X.shape and np.isfinite(result).all()


@pytest.mark.realdata
@pytest.mark.parametrize("method, share", [("highpass", 0.45), ("median", 0.35), ("spline", 0.3)])
def test_real_beats_lose_most_of_added_wander_and_keep_r(data_home, mitdb, method, share):
    recording = read_recording(mitdb / "103").crop(0, 600)
    noise = read_recording(data_home / "nstdb" / "bw").crop(0, 600).lead(0)
    noise = signal.sosfiltfilt(signal.butter(2, 0.4, fs=360, output="sos"), noise)
    ecg = recording.lead(0).astype(np.float64)
    r = recording.annotations.beats().sample[2:-2]
    around = r[:, np.newaxis] + np.arange(-180, 360)
    X, wander = ecg[around], noise[around]
    remover = BaselineRemover(method, fs=360).fit(X)
    left = remover.transform(X + wander) - remover.transform(X)
    middle = slice(90, 360)
    assert np.sqrt(np.mean(left[:, middle] ** 2)) < share * np.sqrt(np.mean(wander**2))
    moved = remover.transform(X)[:, 170:191].argmax(axis=1) - X[:, 170:191].argmax(axis=1)
    assert np.mean(np.abs(moved) <= 1) > 0.99
