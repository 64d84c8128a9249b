"""Losses by name: functions from logits, class indices and class shares to one loss per row."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["LOSSES", "RowLoss"]

_SMOOTHING = 0.05
_FOCUS = 2.0


def _cross_entropy(logits: Tensor, classes: Tensor, log_shares: Tensor) -> Tensor:
    return functional.cross_entropy(logits, classes, reduction="none")


def _label_smoothing(logits: Tensor, classes: Tensor, log_shares: Tensor) -> Tensor:
    """Szegedy et al. (2016): 5 % of each target are spread equally over all classes."""
    return functional.cross_entropy(logits, classes, reduction="none", label_smoothing=_SMOOTHING)


def _focal(logits: Tensor, classes: Tensor, log_shares: Tensor) -> Tensor:
    """Lin et al. (2017), gamma 2: beats that are already classified correctly count little."""
    loss = functional.cross_entropy(logits, classes, reduction="none")
    return (1 - torch.exp(-loss)).clamp(min=1e-6) ** _FOCUS * loss


def _logit_adjusted(logits: Tensor, classes: Tensor, log_shares: Tensor) -> Tensor:
    """Menon et al. (2021): the logits learn only what the class shares do not already explain."""
    return functional.cross_entropy(logits + log_shares, classes, reduction="none")


LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "cross_entropy": _cross_entropy,
    "focal": _focal,
    "label_smoothing": _label_smoothing,
    "logit_adjusted": _logit_adjusted,
}


class RowLoss(nn.Module):
    """Unweighted losses, one per row.

    Parameters
    ----------
    name : str
        A key of `LOSSES`.
    shares : Tensor of shape (n_classes,)
        Share of each class among the training rows.
    """

    log_shares: Tensor

    def __init__(self, name: str, shares: Tensor):
        super().__init__()
        self.function = LOSSES[name]
        self.register_buffer("log_shares", torch.log(shares.clamp(min=1e-12)))

    def forward(self, logits: Tensor, classes: Tensor) -> Tensor:
        """Return losses of shape (n_rows,)."""
        return self.function(logits, classes, self.log_shares)
