"""Small random changes to beats, made on whole batches while a network trains.

They are what moves between two recordings of the same heart: the gain, the baseline, noise from
muscles and the position of the detected R peak. The class of a beat survives all of them.
"""

import math

import torch
from torch import Tensor

__all__ = ["BatchAugmenter"]

_GAIN = 0.10  # standard deviation of the logarithm of the gain
_NOISE = 0.03  # standard deviations of the lead
_WANDER = 0.10  # standard deviations of the lead
_SHIFT = 0.01  # standard deviation, as a share of the beat's length


class BatchAugmenter:
    """Change the waveforms of a batch at random; context columns are left alone.

    Parameters
    ----------
    strength : float
        1 is the default strength; the size of each change is proportional to it.
    n_leads, n_times : int
        Shape of the waveforms.
    scale : Tensor of shape (n_leads, 1)
        Standard deviation of each lead.
    generator : torch.Generator
        Where randomness comes from; on the device of the batches.
    """

    def __init__(
        self, strength: float, n_leads: int, n_times: int, scale: Tensor, generator: torch.Generator
    ):
        self.strength = strength
        self.n_leads, self.n_times = n_leads, n_times
        self.scale = scale
        self.generator = generator
        self._time = torch.arange(n_times, device=scale.device)

    def __call__(self, rows: Tensor) -> Tensor:
        """Return changed rows; `rows` itself stays as it is."""
        n_rows, n_waveform = len(rows), self.n_leads * self.n_times
        waveforms = rows[:, :n_waveform].reshape(n_rows, self.n_leads, self.n_times)
        waveforms = self._shift(waveforms)
        gain = torch.exp(_GAIN * self.strength * self._normal(n_rows, 1, 1))
        noise = _NOISE * self.strength * self._normal(n_rows, self.n_leads, self.n_times)
        waveforms = gain * waveforms + self.scale * (noise + self._wander(n_rows))
        return torch.cat([waveforms.reshape(n_rows, -1), rows[:, n_waveform:]], dim=1)

    def _shift(self, waveforms: Tensor) -> Tensor:
        """Move beats by whole samples; the edge samples are repeated."""
        spread = _SHIFT * self.strength * self.n_times
        shift = (spread * self._normal(len(waveforms), 1)).round().long()
        index = (self._time + shift).clamp_(0, self.n_times - 1)
        return waveforms.gather(2, index[:, None, :].expand_as(waveforms))

    def _wander(self, n_rows: int) -> Tensor:
        """Return half a period to two periods of a sine, the same for all leads."""
        turns = 0.5 + 1.5 * self._uniform(n_rows, 1, 1)
        phase = 2 * math.pi * (turns * self._time / self.n_times + self._uniform(n_rows, 1, 1))
        return _WANDER * self.strength * self._normal(n_rows, 1, 1) * torch.sin(phase)

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.generator, device=self.scale.device)

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.generator, device=self.scale.device)
