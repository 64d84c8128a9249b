"""Add noise at a stated signal-to-noise ratio, as in the MIT-BIH Noise Stress Test Database.

The signal-to-noise ratio of that database does not depend on the heart rate. Its signal power is
that of a sine wave with the peak-to-peak amplitude of the normal QRS complex, amplitude² / 8. Its
noise power is the mean square of the noise after removing the mean of each second.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from heartbeat._checks import check_number
from heartbeat.recording import Recording

__all__ = [
    "MOST_MEASUREMENTS",
    "QRS_HALF_WIDTH",
    "add_noise",
    "measured_noise",
    "noise_gain",
    "noise_rms",
    "peak_to_peak",
    "qrs_amplitude",
    "trimmed_mean",
]

QRS_HALF_WIDTH = 0.05
"""Seconds before and after the annotation in which a QRS complex is measured."""
_NORMAL = frozenset("NLRBejn")
MOST_MEASUREMENTS = 300
"""Number of measurements: seconds at the beginning of the noise, and beats."""
_TRIM = 0.05
"""Share of the measurements that is ignored at either end."""
_CLEAN_START, _STRETCH = 300.0, 120.0
"""Seconds without noise at the beginning, then the length of each noisy and clean stretch."""


def qrs_amplitude(recording: Recording) -> np.ndarray:
    """Return the peak-to-peak amplitude of the normal QRS complexes of each lead.

    It is the trimmed mean over the first 300 normal beats, which include bundle branch block and
    supraventricular escape beats, measured within 50 ms of their annotations.

    Parameters
    ----------
    recording : Recording
        Recording with beat annotations.

    Returns
    -------
    ndarray of shape (n_leads,)
        In mV.

    Raises
    ------
    ValueError
        If the recording has no normal beat.

    Examples
    --------
    >>> from heartbeat.datasets import make_recording
    >>> from heartbeat.inspection import qrs_amplitude
    >>> amplitude = qrs_amplitude(make_recording(30, random_state=0))
    >>> amplitude.shape, bool(0.3 < amplitude[0] < 4)
    ((1,), True)
    """
    marks = recording.annotations
    sample = np.zeros(0, int) if marks is None else marks.sample
    if marks is not None and len(marks):
        sample = sample[np.isin(marks.symbol, list(_NORMAL))]
    if len(sample) == 0:
        raise ValueError(
            f"recording {recording.name!r} has no beat annotated as normal, which is needed to "
            "measure its amplitude. Pass the amplitude (see noise_gain), or annotate the recording."
        )
    half = round(QRS_HALF_WIDTH * recording.fs)
    around = sample[:MOST_MEASUREMENTS, None] + np.arange(-half, half + 1)
    heights = peak_to_peak(recording.signal[np.clip(around, 0, recording.n_samples - 1)], axis=1)
    return trimmed_mean(heights)


def noise_rms(noise: Any, fs: float | None = None) -> np.ndarray:
    """Return the root mean square of noise, computed per second and averaged.

    The mean of each second is removed and a trimmed mean is taken over the first 300 seconds, so
    that slow drift and rare bursts have little effect.

    Parameters
    ----------
    noise : Recording or array-like of shape (n_samples,) or (n_samples, n_channels)
        Noise in mV.
    fs : float, optional
        Sampling rate in Hz; required for an array.

    Returns
    -------
    ndarray of shape (n_channels,)
        In mV.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.inspection import noise_rms
    >>> drift = np.linspace(0, 1, 3600)
    >>> noise_rms(drift + np.random.default_rng(0).normal(0, 0.1, 3600), fs=360).round(2)
    array([0.1])
    """
    noise, fs = _samples(noise, fs)
    second = max(round(fs), 1)
    n_seconds = min(len(noise) // second, MOST_MEASUREMENTS)
    if n_seconds == 0:
        raise ValueError(f"noise must last at least one second, got {len(noise) / fs:.2g} s.")
    seconds = noise[: n_seconds * second].reshape(n_seconds, second, -1)
    return trimmed_mean(seconds.std(axis=1))


def noise_gain(amplitude: Any, rms: Any, snr: float) -> np.ndarray:
    """Return the factor that scales noise to a signal-to-noise ratio.

    The gain follows from ``snr = 10 log10(amplitude² / 8 / (gain · rms)²)``.

    Parameters
    ----------
    amplitude : array-like
        Peak-to-peak amplitude of normal QRS complexes, see `qrs_amplitude`.
    rms : array-like
        Root mean square of the noise in the same unit, see `noise_rms`.
    snr : float
        Signal-to-noise ratio in dB.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> from heartbeat.inspection import noise_gain
    >>> float(noise_gain(2**1.5, 0.1, snr=0).round(6))
    10.0
    """
    check_number("snr", snr)
    rms = np.asarray(rms, dtype=float)
    if not (rms > 0).all():
        raise ValueError(
            "noise must not be constant, because it cannot be scaled to a signal-to-noise ratio."
        )
    return np.asarray(amplitude, dtype=float) / (np.sqrt(8) * rms) * 10 ** (-snr / 20)


def add_noise(
    recording: Recording,
    noise: Any,
    snr: float,
    *,
    amplitude: Any = None,
    alternate: bool = False,
    start: int = 0,
) -> Recording:
    """Add noise to a recording at a stated signal-to-noise ratio.

    Signal and noise are measured with `qrs_amplitude` and `noise_rms`, as the program ``nst`` did
    for the records ``118e24`` to ``119e_6`` of the MIT-BIH Noise Stress Test Database. The
    channels of the noise are assigned to the leads in turn. Noise that is shorter than the
    recording is repeated.

    Parameters
    ----------
    recording : Recording
        Clean recording with beat annotations. Without annotations, give `amplitude`.
    noise : Recording or array-like of shape (n_samples,) or (n_samples, n_channels)
        Noise, such as record ``bw``, ``em`` or ``ma`` of the database. A recording is resampled if
        necessary; an array must have the sampling rate of `recording`.
    snr : float
        Signal-to-noise ratio in dB, for every lead.
    amplitude : float or array-like of shape (n_leads,), optional
        Peak-to-peak amplitude of normal QRS complexes in mV; by default it is measured.
    alternate : bool, default=False
        Whether to add noise as in the records of the database: after five clean minutes, two
        minutes with and two minutes without noise alternate, with offsets that avoid steps. False
        adds noise to the whole recording.
    start : int, default=0
        First sample of the noise to use.

    Returns
    -------
    Recording
        Recording with noise and the same annotations.

    Raises
    ------
    ValueError
        If the signal cannot be measured, or the noise is constant, shorter than a second or not
        finite.

    See Also
    --------
    add_noise_to_beats : Add noise to a table of beats.
    noise_stress : Score a classifier at several signal-to-noise ratios.

    References
    ----------
    Moody, Muldrow, Mark (1984). A noise stress test for arrhythmia detectors. Computers in
    Cardiology 11:381-384. How amplitudes are measured: WFDB Applications Guide, ``nst`` and
    ``sigamp``.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.datasets import make_recording
    >>> from heartbeat.inspection import add_noise, noise_rms, qrs_amplitude
    >>> clean = make_recording(30, random_state=0)
    >>> noise = np.random.default_rng(0).normal(size=10_800)
    >>> noisy = add_noise(clean, noise, snr=6)
    >>> added = noise_rms(noisy.signal - clean.signal, fs=clean.fs)
    >>> (20 * np.log10(qrs_amplitude(clean) / 8**0.5 / added)).round(2)
    array([6.])
    """
    fs = recording.fs
    samples, rms = measured_noise(noise, fs)
    amplitude = qrs_amplitude(recording) if amplitude is None else np.asarray(amplitude, float)
    channels = np.arange(recording.n_leads) % samples.shape[1]
    gain = noise_gain(amplitude, rms[channels], snr)
    when = (start + np.arange(recording.n_samples)) % len(samples)
    added = gain * samples[when][:, channels]
    if alternate:
        added = _in_stretches(added, fs)
    return replace(recording, signal=(recording.signal + added).astype(np.float32))


def _in_stretches(added: np.ndarray, fs: float) -> np.ndarray:
    """Keep every other stretch, and repeat the last value in between to avoid steps."""
    seconds = np.arange(len(added)) / fs - _CLEAN_START
    noisy = (seconds >= 0) & (seconds // _STRETCH % 2 == 0)
    steps = np.diff(added, axis=0, prepend=added[:1])
    return np.cumsum(np.where(noisy[:, None], steps, 0.0), axis=0)


def measured_noise(noise: Any, fs: float) -> tuple[np.ndarray, np.ndarray]:
    """Return noise at `fs`, of shape (n_samples, n_channels), and the rms of each channel.

    The rms is measured before resampling, so that it includes what resampling removes.
    """
    rms = noise_rms(noise, fs)
    if isinstance(noise, Recording):
        noise = noise.resample(fs)
    return _samples(noise, fs)[0], rms


def peak_to_peak(values: np.ndarray, axis: int) -> np.ndarray:
    """Return the maximum minus the minimum, or 0 if all values are invalid (NaN)."""
    low = np.where(np.isnan(values), np.inf, values).min(axis=axis)
    high = np.where(np.isnan(values), -np.inf, values).max(axis=axis)
    return np.maximum(high - low, 0.0).astype(float)


def trimmed_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean of each column without the extreme values."""
    cut = int(len(values) * _TRIM)
    return np.sort(values, axis=0)[cut : len(values) - cut].mean(axis=0)


def _samples(noise: Any, fs: float | None) -> tuple[np.ndarray, float]:
    """Return noise as a finite float array (n_samples, n_channels), and its sampling rate."""
    if isinstance(noise, Recording):
        noise, fs = noise.signal, noise.fs
    if fs is None:
        raise ValueError("fs is required for noise in an array, which has no sampling rate.")
    noise = np.asarray(noise, dtype=float)
    if noise.ndim not in (1, 2) or noise.size == 0:
        raise ValueError(
            f"noise must have shape (n_samples,) or (n_samples, n_channels), got {noise.shape}."
        )
    if not np.isfinite(noise).all():
        raise ValueError("noise must not hold NaN or infinity. Remove those parts.")
    return noise.reshape(len(noise), -1), fs
