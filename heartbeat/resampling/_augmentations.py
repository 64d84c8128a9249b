"""Random changes of a beat's amplitude, timing and leads that keep its class.

The functions take arrays or tensors of shape (n_beats, n_times) or (n_beats, n_leads, n_times) and
return changed copies of the same shape, dtype and, for tensors, device. Each beat is changed by its
own random draw. `BOUNDS` holds the largest strength of each change, with reasons.
"""

from typing import Any

import numpy as np

from heartbeat._checks import check_number
from heartbeat._layout import n_samples
from heartbeat.resampling._bounds import check_strength
from heartbeat.resampling._dice import Dice, roll_dice

__all__ = [
    "change_amplitude",
    "change_offset",
    "draw_gains",
    "draw_shift",
    "draw_stretch",
    "drop_leads",
    "flip_polarity",
    "peak_to_peak",
    "shift_time",
    "stretch_time",
    "warp_time",
    "warp_with",
]

QRS = (0.10, 0.12)
"""Seconds before and after R that hold the QRS complex, wide ventricular ones included."""


def change_amplitude(waveforms: Any, strength: float = 0.2, *, random_state: Any = None) -> Any:
    """Augment beats by random gains, one for all leads of a beat.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    strength : float, default=0.2
        Range of the gains: between 1 / (1 + strength) and 1 + strength, with a uniformly
        distributed logarithm. At most 1.
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
    >>> beats = np.ones((3, 187), dtype=np.float32)
    >>> bool(change_amplitude(beats, 0.5, random_state=0).max() < 1.5)
    True
    """
    dice = roll_dice(waveforms, random_state)
    return waveforms * _per_beat(draw_gains(dice, len(waveforms), strength), waveforms)


def change_offset(waveforms: Any, strength: float = 0.05, *, random_state: Any = None) -> Any:
    """Augment beats by random constant offsets, one for each lead of a beat.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    strength : float, default=0.05
        Largest offset in either direction, as a share of the peak-to-peak amplitude of the beat
        and lead. At most 0.5.
    random_state : None, int or generator
        Controls the random draws. Pass an int for the same result every time, or a generator of
        NumPy or, for tensors, of torch. With None every call gives another result.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    add_wander : Adds slow changes of the baseline.
    BeatAugmenter : Over-samples a table by such changes.

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.sin(np.linspace(0, 6, 187)).reshape(1, -1)
    >>> bool(np.ptp(change_offset(beats, 0.1, random_state=0) - beats) < 1e-6)
    True
    """
    dice = roll_dice(waveforms, random_state)
    strength = check_strength("offset", strength)
    size = int(np.prod(waveforms.shape[:-1]))
    draws = dice.uniform(-strength, strength, size).reshape(*waveforms.shape[:-1], 1)
    return waveforms + draws * peak_to_peak(dice, waveforms)


def stretch_time(
    waveforms: Any,
    strength: float = 0.1,
    *,
    qrs_strength: float = 0.0,
    fs: float = 125.0,
    before: float = 0.5,
    random_state: Any = None,
) -> Any:
    """Augment beats by random changes of duration, as at another heart rate.

    The parts before and after the QRS complex are stretched or compressed.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    strength : float, default=0.1
        Range of the factors by which the parts around the QRS complex are stretched: between
        1 / (1 + strength) and 1 + strength. At most 0.25.
    qrs_strength : float, default=0.0
        The same for the QRS complex, from 0.10 s before to 0.12 s after R. At most 0.15. With 0 the
        QRS complex keeps its width, which distinguishes normal from ventricular beats.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s.
    random_state : None, int or generator
        Controls the random draws. Pass an int for the same result every time, or a generator of
        NumPy or, for tensors, of torch. With None every call gives another result.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    warp_time : Stretches beats by given factors.

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.random.default_rng(0).normal(size=(4, 187))
    >>> stretched = stretch_time(beats, 0.2, random_state=0)
    >>> bool(np.allclose(stretched[:, 50:77], beats[:, 50:77]))  # the QRS keeps its width
    True
    """
    dice = roll_dice(waveforms, random_state)
    stretch = draw_stretch(dice, len(waveforms), "stretch", strength)
    qrs_stretch = draw_stretch(dice, len(waveforms), "qrs_stretch", qrs_strength)
    return warp_time(waveforms, stretch=stretch, qrs_stretch=qrs_stretch, fs=fs, before=before)


def shift_time(
    waveforms: Any, strength: float = 0.016, *, fs: float = 125.0, random_state: Any = None
) -> Any:
    """Augment beats by random shifts in time, as if R had been marked elsewhere.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    strength : float, default=0.016
        Largest shift in either direction in s, at most 0.05. Shifts are whole numbers of samples,
        so that the QRS complex is not interpolated.
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
    stretch_time : Changes the duration of beats.
    warp_time : Stretches and shifts by given amounts.

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.eye(187)[[62]]
    >>> bool(60 <= shift_time(beats, 0.016, random_state=0).argmax() <= 64)
    True
    """
    dice = roll_dice(waveforms, random_state)
    fs = check_number("fs", fs, above=0)
    return warp_time(waveforms, shift=draw_shift(dice, len(waveforms), strength, fs), fs=fs)


def warp_time(
    waveforms: Any,
    *,
    stretch: Any = 1.0,
    qrs_stretch: Any = 1.0,
    shift: Any = 0,
    fs: float = 125.0,
    before: float = 0.5,
) -> Any:
    """Stretch and shift beats by given factors and samples.

    All changes are made in one interpolation. If a compressed beat needs samples from outside its
    window, the outermost sample is repeated.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    stretch : float or array of shape (n_beats,), default=1.0
        Factor of duration outside the QRS complex; with 1.1 everything there lasts 10 % longer.
    qrs_stretch : float or array of shape (n_beats,), default=1.0
        Factor of duration of the QRS complex, from 0.10 s before to 0.12 s after R.
    shift : int or array of shape (n_beats,), default=0
        Number of samples by which the beat is moved to the right, that is, to later times.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    stretch_time : Stretches beats by random factors.
    shift_time : Shifts beats by random numbers of samples.

    Examples
    --------
    >>> import numpy as np
    >>> beat = np.zeros((1, 187))
    >>> beat[0, 122] = 1  # 60 samples after R, of which 15 belong to the QRS
    >>> int(warp_time(beat, stretch=1.2).argmax()) - 62  # 15 + 1.2 * 45
    69
    """
    dice = roll_dice(waveforms)
    fs = check_number("fs", fs, above=0)
    before = check_number("before", before, least=0)
    return warp_with(
        dice, waveforms, stretch=stretch, qrs_stretch=qrs_stretch, shift=shift, fs=fs, before=before
    )


def warp_with(
    dice: Dice,
    waveforms: Any,
    *,
    stretch: Any,
    qrs_stretch: Any,
    shift: Any,
    fs: float,
    before: float,
) -> Any:
    """Do what `warp_time` does, with the generator `dice` and checked parameters."""
    n_times = waveforms.shape[-1]
    # The edges lie on whole samples, so that an unstretched QRS is copied, not interpolated.
    start, stop = (round(edge * fs) for edge in QRS)
    stretch, qrs_stretch, shift = (
        value.reshape(-1, 1) if getattr(value, "ndim", 0) else value
        for value in (dice.array(stretch), dice.array(qrs_stretch), dice.array(shift))
    )
    r_index = n_samples(before, fs)
    time = dice.arange(n_times) - r_index - shift
    inside = dice.xp.minimum(dice.xp.maximum(time, -start * qrs_stretch), stop * qrs_stretch)
    source = (time - inside) * (1 / stretch) + inside * (1 / qrs_stretch) + r_index
    # Just short of the last sample, so that there is always one to the right.
    source = source.clip(0, float(np.nextafter(np.float32(n_times - 1), np.float32(0))))
    left = dice.whole(source)
    fraction = source - dice.array(left)
    shape = (-1, *(1 for _ in waveforms.shape[1:-1]), n_times)
    rows = dice.row_starts(int(np.prod(waveforms.shape[:-1])), n_times)
    index = left.reshape(shape) + rows.reshape(*waveforms.shape[:-1], 1)
    flat = waveforms.reshape(-1)
    here, right = dice.take(flat, index), dice.take(flat, index + min(1, n_times - 1))
    return here + fraction.reshape(shape) * (right - here)


def drop_leads(waveforms: Any, probability: float = 0.1, *, random_state: Any = None) -> Any:
    """Augment beats by setting random leads to a constant, as loose electrodes do.

    A dropped lead is set to its mean. At least one lead of each beat is kept.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_leads, n_times)
        Beats. Beats with a single lead are returned unchanged.
    probability : float, default=0.1
        Probability that a lead of a beat is dropped. One lead, drawn for each beat, is never
        dropped.
    random_state : None, int or generator
        Controls the random draws. Pass an int for the same result every time, or a generator of
        NumPy or, for tensors, of torch. With None every call gives another result.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    flip_polarity : Inverts beats.
    BeatAugmenter : Over-samples a table by such changes.

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.random.default_rng(0).normal(size=(100, 2, 187))
    >>> flat = drop_leads(beats, 0.5, random_state=0).std(axis=-1) == 0
    >>> bool(flat.any()), bool(flat.all(axis=1).any())
    (True, False)
    """
    dice = roll_dice(waveforms, random_state)
    probability = check_number("lead_dropout", probability, least=0, most=1)
    if waveforms.ndim < 3 or waveforms.shape[1] == 1:
        return 1 * waveforms  # a copy, of arrays and tensors alike
    n_beats, n_leads = waveforms.shape[:2]
    dropped = dice.uniform(0, 1, n_beats * n_leads).reshape(n_beats, n_leads) < probability
    kept = dice.integers(0, n_leads - 1, n_beats).reshape(-1, 1)
    dropped = dropped & (dice.arange(n_leads) != kept)
    return dice.xp.where(dropped[..., None], waveforms.mean(-1)[..., None], waveforms)


def flip_polarity(waveforms: Any, probability: float = 0.5, *, random_state: Any = None) -> Any:
    """Augment beats by inverting random ones about their mean, as swapped electrodes do.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    probability : float, default=0.5
        Probability that a beat is inverted, all leads together. An inverted normal beat can look
        like a ventricular one: use this only for data in which swapped electrodes occur.
    random_state : None, int or generator
        Controls the random draws. Pass an int for the same result every time, or a generator of
        NumPy or, for tensors, of torch. With None every call gives another result.

    Returns
    -------
    ndarray or torch.Tensor
        Changed copies of the beats, of the shape and dtype of `waveforms`.

    See Also
    --------
    drop_leads : Sets leads to a constant.
    BeatAugmenter : Over-samples a table by such changes.

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.sin(np.linspace(0, 6, 187)).reshape(1, -1)
    >>> turned = flip_polarity(beats, 1.0, random_state=0)
    >>> bool(np.isclose(turned.mean(), beats.mean()))
    True
    """
    dice = roll_dice(waveforms, random_state)
    probability = check_number("polarity", probability, least=0, most=1)
    flipped = _per_beat(dice.uniform(0, 1, len(waveforms)) < probability, waveforms)
    return dice.xp.where(flipped, 2 * waveforms.mean(-1)[..., None] - waveforms, waveforms)


def draw_gains(dice: Dice, n_beats: int, strength: float) -> Any:
    return _log_uniform(dice, n_beats, check_strength("amplitude", strength))


def draw_stretch(dice: Dice, n_beats: int, name: str, strength: float) -> Any:
    strength = check_strength(name, strength)
    return _log_uniform(dice, n_beats, strength) if strength else 1.0


def draw_shift(dice: Dice, n_beats: int, strength: float, fs: float) -> Any:
    largest = round(check_strength("shift", strength) * fs)
    return dice.integers(-largest, largest, n_beats) if largest else 0


def _log_uniform(dice: Dice, n_beats: int, strength: float) -> Any:
    largest = float(np.log1p(strength))
    return dice.xp.exp(dice.uniform(-largest, largest, n_beats))


def _per_beat(values: Any, waveforms: Any) -> Any:
    return values.reshape((-1,) + (1,) * (waveforms.ndim - 1))


def peak_to_peak(dice: Dice, waveforms: Any) -> Any:
    return (dice.xp.amax(waveforms, -1) - dice.xp.amin(waveforms, -1))[..., None]
