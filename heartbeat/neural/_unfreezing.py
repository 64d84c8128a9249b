"""Unfreeze a network layer by layer during training."""

import warnings
from typing import Any

from skorch.callbacks import Callback
from torch import nn

from heartbeat.neural._layers import Layer

__all__ = ["GradualUnfreezing", "last_thaw"]


def last_thaw(n_layers: int, every: int | None) -> int:
    """Return the first epoch, counted from 1, in which all layers train."""
    return 1 if every is None else 1 + every * (n_layers - 1)


class GradualUnfreezing(Callback):
    """Train only the first layer at first, and one more after every `every` epochs.

    Frozen layers have no gradients, which also saves time, and keep their batch statistics.

    Parameters
    ----------
    layers : list of Layer
        In the order in which they are unfrozen; the first is trained from the beginning.
    every : int
        Number of epochs from one layer to the next.
    frozen : list of Module
        Parts that are never unfrozen.

    References
    ----------
    J. Howard, S. Ruder, "Universal Language Model Fine-tuning for Text Classification", ACL, 2018.
    """

    def __init__(self, layers: list[Layer], every: int, frozen: list[nn.Module]):
        self.layers = layers
        self.every = every
        self.frozen = frozen

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        """Warn if training ends before all layers have been unfrozen.

        It is not an error, so that a search over `max_epochs`, or a trial with one epoch, does not
        fail.
        """
        all_thawed = last_thaw(len(self.layers), self.every)
        if net.max_epochs < all_thawed:
            n_never = len(self.layers) - self._n_thawed(net.max_epochs)
            warnings.warn(
                f"unfreeze_every={self.every} unfreezes the last of {len(self.layers)} layers in "
                f"epoch {all_thawed}, but max_epochs={net.max_epochs}, so that the {n_never} "
                "layers nearest to the input never train. Increase max_epochs, decrease "
                "unfreeze_every, or set trainable to the layers that should train.",
                stacklevel=2,
            )

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        """Unfreeze the layers whose turn it is."""
        n_thawed = self._n_thawed(len(net.history))
        for number, layer in enumerate(self.layers):
            for parameter in layer.parameters:
                parameter.requires_grad_(number < n_thawed)
        resting = self.layers[n_thawed:]
        net.frozen = [*self.frozen, *(part for layer in resting for part in layer.parts)]

    def _n_thawed(self, epoch: int) -> int:
        return 1 + (epoch - 1) // self.every
