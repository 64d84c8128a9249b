import numpy as np
import pytest
from scipy import signal

from heartbeat.preprocessing import NotchFilter

FS = 360.0
T = np.arange(540) / FS


@pytest.mark.parametrize("frequency", [50, 60])
def test_steady_hum_and_harmonics_vanish_at_any_phase(frequency):
    rng = np.random.default_rng(0)
    multiples = np.arange(frequency, FS / 2, frequency)
    phases = rng.uniform(0, 2 * np.pi, size=(5, len(multiples), 1))
    hum = np.sin(2 * np.pi * multiples[:, np.newaxis] * T + phases).sum(axis=1)
    result = NotchFilter(frequency, fs=FS).fit_transform(hum)
    assert np.abs(result).max() < 1e-6


def test_harmonics_can_be_left_in():
    hum = np.sin(2 * np.pi * 120 * T)[np.newaxis]
    np.testing.assert_allclose(
        NotchFilter(60, n_harmonics=1, fs=FS).fit_transform(hum), hum, atol=0.02
    )


def test_a_beat_without_hum_hardly_changes():
    beat = np.exp(-(((T - 0.5) / 0.02) ** 2))[np.newaxis]
    result = NotchFilter(60, fs=FS).fit_transform(beat)
    assert np.abs(result - beat).max() < 0.02
    assert result.argmax() == beat.argmax()


def test_response_is_that_of_the_notches_run_both_ways():
    n_times = 1801
    t = (np.arange(n_times) - n_times // 2) / FS
    notch = NotchFilter(60, fs=FS).fit(np.zeros((1, n_times)))
    sos = notch._sections(FS)
    for frequency in (20, 57, 61, 63, 100):
        wave = np.cos(2 * np.pi * frequency * t)[np.newaxis]
        middle = slice(800, 1001)
        _, response = signal.sosfreqz(sos, [frequency], fs=FS)
        expected = np.abs(response[0]) ** 2 * wave[0, middle]
        result = notch.transform(wave)[0, middle]
        np.testing.assert_allclose(result, expected, atol=2e-3)
