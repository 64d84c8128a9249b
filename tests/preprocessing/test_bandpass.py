import numpy as np
import pytest
from scipy import signal

from heartbeat.preprocessing import BandpassFilter
from heartbeat.recording import read_recording

T = (np.arange(187) - 62) / 125


def test_r_stays_where_it_is():
    X = np.exp(-((T / 0.02) ** 2))[np.newaxis]
    assert BandpassFilter().fit_transform(X).argmax() == 62


def test_a_wave_is_kept_or_taken_by_its_frequency():
    middle = slice(50, 140)
    for frequency, kept in [(2, 0.995), (10, 0.99), (40, 0.5), (60, 0.01)]:
        X = np.sin(2 * np.pi * frequency * T)[np.newaxis]
        result = BandpassFilter().fit_transform(X)[0]
        ratio = result[middle] @ X[0, middle] / (X[0, middle] @ X[0, middle])
        assert ratio == pytest.approx(kept, abs=0.02), frequency


@pytest.mark.realdata
def test_real_beats_lose_drift_and_noise_and_keep_r(mitdb):
    recording = read_recording(mitdb / "105").crop(0, 300)
    ecg = recording.lead(0).astype(np.float64)
    r = recording.annotations.beats().sample
    X = ecg[r[1:-2, np.newaxis] + np.arange(-180, 360)]
    result = BandpassFilter(fs=recording.fs).fit_transform(X)
    reference = signal.sosfiltfilt(BandpassFilter()._sections(recording.fs), ecg)
    Y = reference[r[1:-2, np.newaxis] + np.arange(-180, 360)]
    # Beats filtered alone come close to beats cut from the filtered recording ...
    assert np.sqrt(np.mean((result - Y) ** 2)) < 0.4 * np.std(X.mean(axis=1))
    # ... their level wanders less, and hum at 60 Hz is all but gone.
    assert np.std(np.median(result, axis=1)) < 0.35 * np.std(np.median(X, axis=1))
    hum = np.exp(2j * np.pi * 60 * np.arange(540) / 360)
    assert (
        np.abs(result @ hum).mean() < 0.3 * np.abs((X - X.mean(axis=1, keepdims=True)) @ hum).mean()
    )
    around = slice(170, 191)
    moved = result[:, around].argmax(axis=1) - X[:, around].argmax(axis=1)
    assert np.mean(np.abs(moved) <= 1) > 0.95
