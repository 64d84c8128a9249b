"""Random augmentation of beats, applied to whole batches while a network trains."""

from collections.abc import Callable, Sequence
from functools import partial
from math import log10
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from heartbeat import resampling
from heartbeat._shown import shown
from heartbeat.resampling._bounds import SNR_BOUNDS

__all__ = ["AUGMENTATIONS", "BatchAugmenter", "check_augment"]

AUGMENTATIONS = (
    "add_mains_noise",
    "add_muscle_noise",
    "add_wander",
    "add_white_noise",
    "change_amplitude",
    "change_offset",
    "drop_leads",
    "flip_polarity",
    "shift_time",
    "stretch_time",
)
"""Functions of `heartbeat.resampling` that `CNNClassifier` accepts by name."""

_LARGEST_STRENGTH = 3.0


def check_augment(value: Any) -> None:
    """Raise a ValueError if `value` does not describe an augmentation."""
    if value is None or (isinstance(value, str) and value == "default"):
        return
    if (
        isinstance(value, Real)
        and not isinstance(value, bool)
        and 0 <= float(value) <= _LARGEST_STRENGTH
    ):
        return
    names = [value] if isinstance(value, str) else value
    if isinstance(names, Sequence) and names and set(names) <= set(AUGMENTATIONS):
        return
    raise ValueError(
        f"augment must be None, 'default', a strength from 0 to {_LARGEST_STRENGTH:g}, or one or "
        f"more of the names {', '.join(AUGMENTATIONS)} (a string or a list), got {shown(value)}."
    )


class BatchAugmenter:
    """Change the waveforms of a batch at random; context columns are not changed.

    Parameters
    ----------
    augment : "default", float, str or list of str
        As in `CNNClassifier`.
    n_leads, n_times : int
        Shape of the waveforms.
    generator : torch.Generator
        Random generator.
    """

    def __init__(self, augment: Any, n_leads: int, n_times: int, generator: torch.Generator):
        self.n_leads, self.n_times = n_leads, n_times
        self.generator = generator
        self.changes = _changes(augment)

    def __call__(self, rows: Tensor) -> Tensor:
        """Return augmented rows without changing `rows` itself."""
        n_waveform = self.n_leads * self.n_times
        waveforms = rows[:, :n_waveform].reshape(-1, self.n_leads, self.n_times)
        for change in self.changes:
            waveforms = change(waveforms, random_state=self.generator)
        waveforms = waveforms.reshape(len(rows), n_waveform)
        return torch.cat([waveforms, rows[:, n_waveform:]], dim=1)


def _changes(augment: Any) -> list[Callable[..., Tensor]]:
    """Return the augmentations in the order in which they are applied."""
    if isinstance(augment, Sequence) and augment != "default":
        names = [augment] if isinstance(augment, str) else augment
        return [getattr(resampling, name) for name in names]
    strength = 1.0 if augment == "default" else float(augment)
    if not strength:
        return []
    # What differs between two recordings of one heart: gain, baseline, noise and R position. Time
    # is not stretched, because the width of a complex distinguishes ventricular beats.
    return [
        partial(resampling.change_amplitude, strength=0.2 * strength),
        partial(resampling.change_offset, strength=0.05 * strength),
        partial(resampling.shift_time, strength=0.016 * strength),
        partial(resampling.add_white_noise, snr=min(30 - 20 * log10(strength), SNR_BOUNDS[1])),
    ]
