"""Add noise to tables of beats, for the noise stress test without the recordings."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from heartbeat._checks import fresh_random_state
from heartbeat._layout import BeatLayout, n_samples, resolve_layout, window
from heartbeat.inspection._noise import (
    MOST_MEASUREMENTS,
    QRS_HALF_WIDTH,
    measured_noise,
    noise_gain,
    peak_to_peak,
    trimmed_mean,
)

__all__ = ["add_noise_to_beats", "noisy_tables"]


def add_noise_to_beats(beats: Bunch, noise: Any, snr: float, *, random_state: Any = 0) -> Any:
    """Add noise to a table of beats at a stated signal-to-noise ratio.

    Use it if only the table of beats is available; otherwise prefer `add_noise` on the recordings.
    The differences are:

    - each beat gets a random part of the noise;
    - the signal amplitude is measured on the beats of class N of each record, or on all its beats
      if there are none, at their sampling rate;
    - context columns do not change, as if they had been computed from the clean signal.

    Parameters
    ----------
    beats : Bunch
        Beats from `load_beats` or `segment_beats`, in the centered layout and in mV.
    noise : Recording or array-like of shape (n_samples,) or (n_samples, n_channels)
        Noise. A recording is resampled; an array must have the sampling rate of the beats.
    snr : float
        Signal-to-noise ratio in dB, for every record and lead.
    random_state : int, RandomState instance or None, default=0
        Controls which parts of the noise are drawn. The same int draws the same parts at every
        signal-to-noise ratio.

    Returns
    -------
    ndarray or DataFrame of shape (n_beats, n_features)
        Table with noise, in the form of ``beats.data``.

    Raises
    ------
    ValueError
        If the beats are in the Kaggle layout, in which every beat is scaled, or the noise is too
        short, constant or not finite.

    See Also
    --------
    add_noise : Add noise to a recording.
    noise_stress : Score a classifier at several signal-to-noise ratios.
    heartbeat.resampling.add_electrode_noise : Augment training beats, with the same
        signal-to-noise ratio in every beat.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.inspection import add_noise_to_beats
    >>> beats = make_beats(100, context="rr", random_state=0)
    >>> noise = np.random.default_rng(0).normal(size=10_000)
    >>> noisy = add_noise_to_beats(beats, noise, snr=12)
    >>> noisy.shape == beats.data.shape
    True
    >>> bool((noisy[:, beats.context] == beats.data[:, beats.context]).all())
    True
    """
    return next(noisy_tables(beats, noise, [snr], random_state))


def noisy_tables(beats: Bunch, noise: Any, snrs: Any, random_state: Any) -> Iterator[Any]:
    """Yield the table with the same noise at each of several strengths."""
    if beats.layout != "centered":
        raise ValueError(
            f"the beats are in the layout {beats.layout!r}, in which each beat is scaled on its "
            "own. "
            'Load them in mV with layout="centered".'
        )
    data = beats.data
    values = np.asarray(data, dtype=np.float32)
    layout = resolve_layout(values.shape[1], None, beats.n_leads, beats.n_context)
    samples, rms = measured_noise(noise, beats.fs)
    if len(samples) < layout.n_times:
        raise ValueError(
            f"noise must be at least as long as a beat, which has {layout.n_times} samples, got "
            f"{len(samples)} samples at {beats.fs:g} Hz."
        )
    channels = np.arange(layout.n_leads) % samples.shape[1]
    rng = fresh_random_state(random_state)
    start = rng.randint(len(samples) - layout.n_times + 1, size=len(values))
    stretches = np.lib.stride_tricks.sliding_window_view(samples, layout.n_times, axis=0)
    amplitude = _amplitudes(beats, values, layout)
    # One unit of noise is the noise for 0 dB, in each beat and lead.
    unit = stretches[start][:, channels] * noise_gain(amplitude, rms[channels], 0.0)[..., None]
    unit = unit.reshape(len(values), layout.n_waveform).astype(np.float32)
    for snr in snrs:
        noisy = values.copy()
        noisy[:, layout.waveform_slice] += unit * np.float32(noise_gain(8**0.5, 1.0, snr))
        if isinstance(data, pd.DataFrame):
            noisy = pd.DataFrame(noisy, columns=data.columns, index=data.index)
        yield noisy


def _amplitudes(beats: Bunch, values: np.ndarray, layout: BeatLayout) -> np.ndarray:
    """Return the QRS amplitude of each beat's record, of shape (n_beats, n_leads)."""
    waveforms, _ = layout.split(values)
    r_index = n_samples(beats.before, beats.fs)
    complex_ = window(-QRS_HALF_WIDTH, QRS_HALF_WIDTH, r_index, beats.fs, layout.n_times)
    heights = peak_to_peak(waveforms[..., complex_], axis=2)
    normal = np.asarray(beats.target) == "N"
    amplitude = np.empty_like(heights)
    for record in np.unique(beats.record):
        rows = beats.record == record
        measured = rows & normal if (rows & normal).any() else rows
        amplitude[rows] = trimmed_mean(heights[measured][:MOST_MEASUREMENTS])
    return amplitude
