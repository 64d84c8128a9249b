import numpy as np
import pytest
from scipy import signal

from heartbeat.preprocessing._zero_phase import (
    design,
    settling_samples,
    zero_phase_matrix,
    zero_phase_signal,
)

FS = 125.0


def test_settling_samples_is_when_the_impulse_response_has_died_down():
    sos = design("highpass", 0.5, FS, 2)
    response = np.abs(signal.sosfilt(sos, np.eye(1, 4000)[0]))
    n = settling_samples(sos)
    assert response[n:].max() < 1e-3 * response[1:].max() * 3
    assert response[n // 2 :].max() > 1e-3 * response[1:].max()


@pytest.mark.parametrize("kind, cutoff", [("highpass", 0.5), ("lowpass", 40.0), ("lowpass", 20.0)])
def test_the_middle_of_a_long_row_is_what_filtfilt_makes_of_a_long_signal(kind, cutoff):
    sos = design(kind, cutoff, FS, 2)
    x = np.random.default_rng(0).normal(size=4000)
    start = 1500
    expected = signal.sosfiltfilt(sos, x)[start : start + 1000]
    actual = x[start : start + 1000] @ zero_phase_matrix(sos, 1000)
    inside = slice(400, 600)
    assert np.abs(actual - expected)[inside].max() < 3e-3


@pytest.mark.parametrize("kind, cutoff", [("highpass", 0.5), ("lowpass", 40.0)])
@pytest.mark.parametrize("frequency", [0.25, 0.5, 2.0, 10.0, 40.0, 50.0])
def test_frequency_response_is_the_square_of_the_filters(kind, cutoff, frequency):
    sos = design(kind, cutoff, FS, 2)
    n_times = 2001
    phase = 2 * np.pi * frequency * (np.arange(n_times) - n_times // 2) / FS
    matrix = zero_phase_matrix(sos, n_times)
    _, response = signal.sosfreqz(sos, [frequency], fs=FS)
    for wave in (np.cos(phase), np.sin(phase)):
        middle = slice(900, 1101)
        expected = np.abs(response[0]) ** 2 * wave
        np.testing.assert_allclose((wave @ matrix)[middle], expected[middle], atol=2e-3)


def test_padding_much_longer_than_the_beat_is_cut_and_still_removes_the_level():
    matrix = zero_phase_matrix(design("highpass", 0.05, FS, 2), 60)
    np.testing.assert_allclose(np.full(60, 3.0) @ matrix, 0, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_block", [1, 7, 100, 2999, 10_000])
def test_blocks_do_not_change_a_bit(dtype, n_block):
    n = 3000 if n_block > 50 else 200
    x = np.random.default_rng(0).normal(size=(n, 2)).astype(dtype)
    sos = np.vstack([design("highpass", 0.5, FS, 2), design("lowpass", 40, FS, 2)])
    whole = zero_phase_signal(sos, x, n)
    assert whole.dtype == dtype
    np.testing.assert_array_equal(zero_phase_signal(sos, x, n_block), whole)


def test_a_long_signal_is_filtered_as_scipy_does_it_with_the_same_padding():
    x = np.random.default_rng(0).normal(size=(3000, 2))
    sos = design("highpass", 0.5, FS, 2)
    n_padding = settling_samples(sos)
    expected = signal.sosfiltfilt(sos, x, axis=0, padtype="even", padlen=n_padding)
    np.testing.assert_allclose(zero_phase_signal(sos, x, 500), expected, atol=1e-10)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_very_short_signals_pass(n):
    result = zero_phase_signal(design("highpass", 0.5, FS, 2), np.ones((n, 1)), 10)
    np.testing.assert_allclose(result, 0, atol=1e-9)
