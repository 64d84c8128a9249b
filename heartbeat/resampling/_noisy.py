"""Add noise to beats in arrays or tensors (see `_augmentations`)."""

from typing import Any

import numpy as np

from heartbeat.resampling import _noise
from heartbeat.resampling._augmentations import peak_to_peak
from heartbeat.resampling._bounds import check_snr, check_strength
from heartbeat.resampling._dice import Dice, roll_dice

__all__ = [
    "add_electrode_noise",
    "add_mains_noise",
    "add_muscle_noise",
    "add_wander",
    "add_wander_from",
    "add_white_noise",
]


def add_wander(
    waveforms: Any, strength: float = 0.05, *, fs: float = 125.0, random_state: Any = None
) -> Any:
    """Augment beats by baseline wander of 0.05 to 0.5 Hz.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    strength : float, default=0.05
        Largest standard deviation of the wander, as a share of the peak-to-peak amplitude of the
        beat and lead. For each beat and lead it is drawn uniformly from 0 to this value. At most
        0.15.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    random_state : None, int or generator
        Controls the random draws. Pass an int for the same result every time, or a generator of
        NumPy or, for tensors, of torch. With None every call gives another result.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    change_offset : Adds constants to beats.
    BeatAugmenter : Over-samples a table by such changes.

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.sin(np.linspace(0, 6, 187)).reshape(1, -1)
    >>> add_wander(beats, 0.1, random_state=0).shape
    (1, 187)
    """
    dice = roll_dice(waveforms, random_state)
    bank = _noise.coloured_bank(dice, _noise.WANDER_BAND, fs, _size(waveforms))
    return add_wander_from(dice, waveforms, bank, strength)


def add_white_noise(
    waveforms: Any, snr: float | tuple[float, float] = 25.0, *, random_state: Any = None
) -> Any:
    """Augment beats by white noise at a given signal-to-noise ratio.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    snr : float or (float, float), default=25.0
        Signal-to-noise ratio in dB, from -6 to 60, which every beat and lead has exactly. With a
        pair (lowest, highest) each beat draws its own. The power is the variance over the beat.
    random_state : None, int or generator
        Controls the random draws. Pass an int for the same result every time, or a generator of
        NumPy or, for tensors, of torch. With None every call gives another result.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    add_muscle_noise : Adds noise of high frequencies.
    BeatAugmenter : Over-samples a table by such changes.

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.sin(np.linspace(0, 6, 187)).reshape(1, -1)
    >>> noise = add_white_noise(beats, 20, random_state=0) - beats
    >>> float(round(10 * np.log10(beats.var() / noise.var()), 3))
    20.0
    """
    dice = roll_dice(waveforms, random_state)
    bank = _noise.white_bank(dice, _size(waveforms))
    return _noise.add_windows(dice, waveforms, bank, check_snr(snr))


def add_muscle_noise(
    waveforms: Any,
    snr: float | tuple[float, float] = 25.0,
    *,
    fs: float = 125.0,
    random_state: Any = None,
) -> Any:
    """Augment beats by noise like that of muscles.

    The noise is Gaussian with a flat spectrum from 20 Hz to 150 Hz, or to half of `fs` if that is
    lower.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    snr : float or (float, float), default=25.0
        Signal-to-noise ratio in dB, as in `add_white_noise`.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    random_state : None, int or generator
        Controls the random draws. Pass an int for the same result every time, or a generator of
        NumPy or, for tensors, of torch. With None every call gives another result.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    add_white_noise : Adds noise of all frequencies.
    add_electrode_noise : Adds recorded noise.
    BeatAugmenter : Over-samples a table by such changes.

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.sin(np.linspace(0, 6, 187)).reshape(1, -1)
    >>> noise = add_muscle_noise(beats, (10, 20), random_state=0) - beats
    >>> bool(10 <= 10 * np.log10(beats.var() / noise.var()) <= 20)
    True
    """
    dice = roll_dice(waveforms, random_state)
    bank = _noise.coloured_bank(dice, _noise.MUSCLE_BAND, fs, _size(waveforms))
    return _noise.add_windows(dice, waveforms, bank, check_snr(snr))


def add_mains_noise(
    waveforms: Any,
    snr: float | tuple[float, float] = 25.0,
    *,
    frequency: float = 60.0,
    fs: float = 125.0,
    random_state: Any = None,
) -> Any:
    """Augment beats by mains interference, a sine of random phase.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    snr : float or (float, float), default=25.0
        Signal-to-noise ratio in dB, as in `add_white_noise`.
    frequency : float, default=60.0
        Mains frequency in Hz, below half of `fs`: 60 in North America, where MIT-BIH was recorded,
        and 50 in most other countries.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    random_state : None, int or generator
        Controls the random draws. Pass an int for the same result every time, or a generator of
        NumPy or, for tensors, of torch. With None every call gives another result.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    heartbeat.preprocessing.NotchFilter : Removes mains interference.
    BeatAugmenter : Over-samples a table by such changes.

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.sin(np.linspace(0, 6, 187)).reshape(1, -1)
    >>> hum = add_mains_noise(beats, 10, frequency=50, random_state=0) - beats
    >>> int(np.abs(np.fft.rfft(hum, n=1250)).argmax()) / 10
    50.0
    """
    dice = roll_dice(waveforms, random_state)
    return _noise.mains(dice, waveforms, frequency, fs, check_snr(snr))


def add_electrode_noise(
    waveforms: Any,
    noise: Any,
    snr: float | tuple[float, float] = 12.0,
    *,
    fs: float = 125.0,
    random_state: Any = None,
) -> Any:
    """Augment beats by pieces of recorded noise, such as that of moving electrodes.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    noise : Recording or array-like of shape (n_samples,) or (n_samples, n_channels)
        Recorded noise, such as record ``em`` of the MIT-BIH noise stress database. A recording is
        resampled to `fs`; an array must be sampled at `fs`.
    snr : float or (float, float), default=12.0
        Signal-to-noise ratio in dB, as in `add_white_noise`.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    random_state : None, int or generator
        Controls the random draws. Pass an int for the same result every time, or a generator of
        NumPy or, for tensors, of torch. With None every call gives another result.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    add_wander : Adds simulated baseline wander.
    BeatAugmenter : Over-samples a table by such changes.

    Examples
    --------
    >>> import numpy as np
    >>> steps = np.repeat(np.random.default_rng(0).normal(size=100), 50)
    >>> beats = np.sin(np.linspace(0, 6, 187)).reshape(1, -1)
    >>> add_electrode_noise(beats, steps, snr=6, random_state=0).shape
    (1, 187)
    """
    dice = roll_dice(waveforms, random_state)
    bank = _noise.recorded_bank(dice, noise, fs, waveforms.shape[-1])
    return _noise.add_windows(dice, waveforms, bank, check_snr(snr))


def add_wander_from(dice: Dice, waveforms: Any, bank: Any, strength: float) -> Any:
    n_times = waveforms.shape[-1]
    n_rows = int(np.prod(waveforms.shape[:-1]))
    starts = dice.integers(0, len(bank) - n_times, n_rows)
    wander = dice.windows(bank, n_times, starts).reshape(waveforms.shape)
    share = dice.uniform(0, check_strength("wander", strength), n_rows)
    share = share.reshape(*waveforms.shape[:-1], 1)
    return waveforms + share * peak_to_peak(dice, waveforms) * wander


def _size(waveforms: Any) -> int:
    # Twice what the beats hold, so that windows of a small batch differ.
    return 2 * int(np.prod(waveforms.shape))
