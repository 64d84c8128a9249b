"""Generate noise and add it to beats at a given SNR.

Noise is cut at random places from a *bank*, a long stretch of noise that is generated once. Some
of very many beats have the same piece of noise. This does no harm in training and is several times
faster than new noise for every beat.
"""

from typing import Any

import numpy as np

from heartbeat._checks import check_number
from heartbeat.resampling._dice import Dice

__all__ = ["BANK_SIZE", "MUSCLE_BAND", "WANDER_BAND", "add_windows", "coloured_bank", "mains",
           "recorded_bank", "white_bank"]  # fmt: skip

BANK_SIZE = 2**18
"""Longest bank, in samples: 35 minutes at 125 Hz."""

MUSCLE_BAND = (20.0, 150.0)
"""Hz. Surface EMG lies at about 20-500 Hz; electrocardiographs pass no more than 150 Hz of it."""

WANDER_BAND = (0.05, 0.5)
"""Hz: respiration and slow drift."""


def white_bank(dice: Dice, n_wanted: int) -> Any:
    """Return white noise of unit variance, no longer than is useful for `n_wanted` samples."""
    return dice.normal(min(n_wanted, BANK_SIZE))


def coloured_bank(dice: Dice, band: tuple[float, float], fs: float, n_wanted: int) -> Any:
    """Return Gaussian noise of unit variance whose spectrum is flat within `band` (Hz).

    The band ends at the Nyquist frequency at most; a band wholly above it is an error.
    """
    low, high = band
    fs = check_number("fs", fs, above=0)
    if low >= fs / 2:
        raise ValueError(
            f"noise of {low}-{high} Hz cannot be sampled at fs={fs} Hz, because fs must be above "
            f"{2 * low} Hz."
        )
    # At least three periods of the slowest part, so that the band holds some frequencies.
    size = int(max(min(n_wanted, BANK_SIZE), 3 * fs / low, 16))
    size += size % 2
    frequencies = np.fft.rfftfreq(size, 1 / fs)
    passed = dice.array((frequencies >= low) & (frequencies <= high))
    spectrum = dice.normal(2 * len(frequencies)).reshape(2, -1) * passed
    bank = dice.xp.fft.irfft(spectrum[0] + 1j * spectrum[1], n=size)
    bank = dice.array(bank)
    return bank / (bank**2).mean() ** 0.5


def recorded_bank(dice: Dice, noise: Any, fs: float, length: int) -> Any:
    """Return recorded noise as one row of samples, one channel after another.

    `noise` is a `Recording`, which is resampled to `fs`, or samples at `fs`, (n_samples,) or
    (n_samples, n_channels).
    """
    if hasattr(noise, "resample"):
        noise = noise.resample(fs).signal
    noise = np.asarray(noise, dtype=float)
    if noise.ndim not in (1, 2) or len(noise) < length:
        raise ValueError(
            f"electrode noise must hold samples at fs, (n_samples,) or (n_samples, n_channels), "
            f"and at least the {length} samples of a beat, got shape {noise.shape}."
        )
    if not np.isfinite(noise).all():
        raise ValueError("electrode noise must not hold NaN or infinity. Remove those parts.")
    return dice.array(noise.reshape(len(noise), -1).T.reshape(-1))


def add_windows(dice: Dice, waveforms: Any, bank: Any, snr: float | tuple[float, float]) -> Any:
    """Add windows of `bank`, each scaled to the SNR of its beat and lead."""
    n_times = waveforms.shape[-1]
    n_rows = int(np.prod(waveforms.shape[:-1]))
    starts = dice.integers(0, len(bank) - n_times, n_rows)
    noise = dice.windows(bank, n_times, starts).reshape(waveforms.shape)
    return add_at_snr(dice, waveforms, noise, snr)


def mains(dice: Dice, waveforms: Any, frequency: float, fs: float, snr: Any) -> Any:
    """Add a sine of `frequency` Hz with a random phase that all leads of a beat share."""
    frequency, fs = check_number("frequency", frequency, above=0), check_number("fs", fs, above=0)
    if frequency >= fs / 2:
        raise ValueError(
            f"mains noise of {frequency} Hz cannot be sampled at fs={fs} Hz, because the frequency "
            f"must be below {fs / 2} Hz."
        )
    shape = (len(waveforms),) + (1,) * (waveforms.ndim - 1)
    # Whole turns of phase in a table of one period; a sine of a sum needs no sine per sample.
    angle = 2 * np.pi * frequency / fs * dice.arange(waveforms.shape[-1])
    phase = dice.uniform(0, 2 * np.pi, len(waveforms)).reshape(shape)
    sine, cosine = dice.xp.sin(angle), dice.xp.cos(angle)
    noise = dice.xp.cos(phase) * sine + dice.xp.sin(phase) * cosine
    return add_at_snr(dice, waveforms, noise, snr)


def add_at_snr(dice: Dice, waveforms: Any, noise: Any, snr: float | tuple[float, float]) -> Any:
    """Add noise so that 10 log10(signal power / noise power) is `snr` in every beat and lead.

    Powers are variances over the beat: constant offsets count neither as signal nor as noise.
    """
    low, high = snr if isinstance(snr, (tuple, list)) else (snr, snr)
    shape = (len(waveforms),) + (1,) * (waveforms.ndim - 1)
    wanted = dice.uniform(low, high, len(waveforms)).reshape(shape)
    noise, noise_power = _centred(dice, noise)
    _, signal_power = _centred(dice, waveforms)
    gain = (signal_power / (noise_power + 1e-30) * 10 ** (-wanted / 10)) ** 0.5
    return waveforms + gain * noise


def _centred(dice: Dice, values: Any) -> tuple[Any, Any]:
    """Return values less the mean over time, and the variance over time."""
    centred = values - values.mean(-1)[..., None]
    power = dice.xp.einsum("...t,...t->...", centred, centred) / values.shape[-1]
    return centred, power[..., None]
