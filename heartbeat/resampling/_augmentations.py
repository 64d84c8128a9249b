"""What may happen to a beat's size, timing and leads without making it another beat.

These are functions of arrays and tensors. Each takes beats of shape (n_beats, n_times) or
(n_beats, n_leads, n_times) and returns changed copies of the same shape, dtype and, for tensors,
device; each beat is changed by its own draw. `BOUNDS` says how strong each change may be and why.
"""

from typing import Any

import numpy as np

from heartbeat._checks import check_number
from heartbeat._layout import n_samples
from heartbeat.resampling._bounds import check_probability, check_strength
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
    """Multiply each beat, all its leads alike, by a gain.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    strength : float, default=0.2
        Gains lie between 1 / (1 + strength) and 1 + strength, evenly in their logarithm. At most 1.
    random_state : None, int or generator
        NumPy's, or for tensors also torch's. None draws fresh entropy.

    Returns
    -------
    ndarray or torch.Tensor

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
    """Add a constant to each beat and lead.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    strength : float, default=0.05
        Largest offset either way, as a share of the beat's peak-to-peak amplitude. At most 0.5.
    random_state : None, int or generator
        NumPy's, or for tensors also torch's. None draws fresh entropy.

    Returns
    -------
    ndarray or torch.Tensor

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
    """Stretch or compress what lies around the QRS complex, as another heart rate would.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    strength : float, default=0.1
        Factors lie between 1 / (1 + strength) and 1 + strength. At most 0.25.
    qrs_strength : float, default=0.0
        The same for the QRS complex itself (0.10 s before to 0.12 s after R). At most 0.15.
    fs : float, default=125.0
        Sampling rate, in Hz.
    before : float, default=0.5
        Seconds from the first sample to R.
    random_state : None, int or generator
        NumPy's, or for tensors also torch's. None draws fresh entropy.

    Returns
    -------
    ndarray or torch.Tensor

    See Also
    --------
    warp_time : The same with given factors.

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
    """Move each beat in its window, as another placement of R would.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    strength : float, default=0.016
        Largest shift either way, in seconds, rounded to whole samples so that the QRS complex is
        moved and never resampled. At most 0.05.
    fs : float, default=125.0
        Sampling rate, in Hz.
    random_state : None, int or generator
        NumPy's, or for tensors also torch's. None draws fresh entropy.

    Returns
    -------
    ndarray or torch.Tensor

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
    """Stretch around the QRS complex, stretch the complex and shift the beat, in one resampling.

    Samples from outside the window, which shorter beats need, repeat the outermost one.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    stretch : float or array of shape (n_beats,), default=1.0
        Factor outside the QRS complex; 1.1 makes everything there last 10 % longer.
    qrs_stretch : float or array of shape (n_beats,), default=1.0
        Factor within it, from 0.10 s before to 0.12 s after R.
    shift : int or array of shape (n_beats,), default=0
        Samples that the beat moves to the right.
    fs : float, default=125.0
        Sampling rate, in Hz.
    before : float, default=0.5
        Seconds from the first sample to R.

    Returns
    -------
    ndarray or torch.Tensor

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
    """Do what `warp_time` does, with dice at hand."""
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
    """Let leads go flat, at the mean of the beat, but never all leads of a beat.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_leads, n_times)
        Beats. With a single lead nothing is dropped.
    probability : float, default=0.1
        Of a lead of a beat to be dropped. The one lead that is kept for certain is drawn anew for
        each beat.
    random_state : None, int or generator
        NumPy's, or for tensors also torch's. None draws fresh entropy.

    Returns
    -------
    ndarray or torch.Tensor

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.random.default_rng(0).normal(size=(100, 2, 187))
    >>> flat = drop_leads(beats, 0.5, random_state=0).std(axis=-1) == 0
    >>> bool(flat.any()), bool(flat.all(axis=1).any())
    (True, False)
    """
    dice = roll_dice(waveforms, random_state)
    probability = check_probability("lead_dropout", probability)
    if waveforms.ndim < 3 or waveforms.shape[1] == 1:
        return 1 * waveforms  # a copy, of arrays and tensors alike
    n_beats, n_leads = waveforms.shape[:2]
    dropped = dice.uniform(0, 1, n_beats * n_leads).reshape(n_beats, n_leads) < probability
    kept = dice.integers(0, n_leads - 1, n_beats).reshape(-1, 1)
    dropped = dropped & (dice.arange(n_leads) != kept)
    return dice.xp.where(dropped[..., None], waveforms.mean(-1)[..., None], waveforms)


def flip_polarity(waveforms: Any, probability: float = 0.5, *, random_state: Any = None) -> Any:
    """Turn beats upside down about their mean, as swapped electrodes do.

    Parameters
    ----------
    waveforms : ndarray or torch.Tensor of shape (n_beats, n_times) or (n_beats, n_leads, n_times)
        Beats.
    probability : float, default=0.5
        Of a beat to be turned, all leads together.
    random_state : None, int or generator
        NumPy's, or for tensors also torch's. None draws fresh entropy.

    Returns
    -------
    ndarray or torch.Tensor

    Examples
    --------
    >>> import numpy as np
    >>> beats = np.sin(np.linspace(0, 6, 187)).reshape(1, -1)
    >>> turned = flip_polarity(beats, 1.0, random_state=0)
    >>> bool(np.isclose(turned.mean(), beats.mean()))
    True
    """
    dice = roll_dice(waveforms, random_state)
    probability = check_probability("polarity", probability)
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
