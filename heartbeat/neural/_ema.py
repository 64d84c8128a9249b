"""Exponential moving average of a network's weights."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

__all__ = ["WeightAverage"]


class WeightAverage:
    """Keep an average of the trained weights, and swap it into the module when needed.

    Parameters
    ----------
    module : torch.nn.Module
        Module whose weights are averaged.
    decay : float
        Share of the old average that is kept in a step. It is lower in early steps, so that the
        random initial weights lose their influence soon.
    """

    def __init__(self, module: nn.Module, decay: float):
        self.decay = decay
        self.n_steps = 0
        state = [*module.parameters(), *module.buffers()]
        # Batch counters are integers and are not averaged.
        self._live = [tensor.data for tensor in state if tensor.is_floating_point()]
        self._average = [tensor.clone() for tensor in self._live]

    @torch.no_grad()
    def update(self) -> None:
        """Update the average with the weights after a step."""
        self.n_steps += 1
        decay = min(self.decay, (1 + self.n_steps) / (10 + self.n_steps))
        torch._foreach_lerp_(self._average, self._live, 1 - decay)

    @torch.no_grad()
    def swap(self) -> None:
        """Swap the module's weights and the average."""
        for live, average in zip(self._live, self._average, strict=True):
            kept = live.clone()
            live.copy_(average)
            average.copy_(kept)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let the module use the average temporarily."""
        self.swap()
        try:
            yield
        finally:
            self.swap()
