"""Stop training when the validation loss no longer decreases, and restore the best weights."""

from typing import Any

import numpy as np
from skorch.callbacks import Callback

from heartbeat.neural._state import Weights

__all__ = ["KeepBest", "Progress", "StopTraining"]


class StopTraining(KeyboardInterrupt):
    """Ends skorch's training loop, which stops only for this exception; nobody pressed Ctrl-C."""


class KeepBest(Callback):
    """Remember the weights of the epoch with the lowest validation loss.

    Parameters
    ----------
    patience : int
        Epochs without a lower loss before training stops.
    first_epoch : int
        Epochs before this one (counted from 1) do not count towards `patience`, for example while
        a network is being unfrozen, when its head alone may not be able to lower the loss.
    """

    def __init__(self, patience: int, first_epoch: int = 1):
        self.patience = patience
        self.first_epoch = first_epoch

    def on_train_begin(self, net: Any, **kwargs: Any) -> None:
        """Reset the best loss."""
        self.best_loss_, self.misses_ = np.inf, 0
        self.best_weights_: Weights | None = None

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Compare the loss with the best one, keep the weights, or stop."""
        loss = net.history[-1]["valid_loss"]
        lower = loss < self.best_loss_
        if lower:
            self.best_loss_, self.misses_ = loss, 0
            self.best_weights_ = net.current_weights()
        elif len(net.history) >= self.first_epoch:
            self.misses_ += 1
        net.history.record("valid_loss_best", lower)
        if self.misses_ >= self.patience:
            raise StopTraining


class Progress(Callback):
    """Report each epoch to scikit-learn's callbacks."""

    def __init__(self, progress: Any):
        self.progress = progress

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Report the epoch, and stop if a callback requests it."""
        if self.progress.end_step():
            raise StopTraining
