"""Optimisers and learning-rate schedules by name."""

from collections.abc import Callable, Iterable
from functools import partial

from torch import nn
from torch.optim import SGD, Adam, AdamW, NAdam, Optimizer, RAdam
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
)

__all__ = ["OPTIMIZERS", "SCHEDULES", "make_optimizer", "make_schedule"]

# Fused kernels update all parameters in one call. Without them, a small network on a CPU spends a
# tenth of its time in the optimiser.
OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "adam": partial(Adam, fused=True),
    "adamw": partial(AdamW, fused=True),
    "nadam": partial(NAdam, decoupled_weight_decay=True),
    "radam": partial(RAdam, decoupled_weight_decay=True),
    "sgd": partial(SGD, momentum=0.9, nesterov=True, fused=True),
}

SCHEDULES = ("constant", "cosine", "linear", "one_cycle")

_WARM_UP = 0.25


def make_optimizer(
    name: str, layers: Iterable[tuple[Iterable[nn.Parameter], float]], weight_decay: float
) -> Optimizer:
    """Build an optimiser; weight decay applies to matrices and kernels, not to biases and norms.

    `layers` holds parameters and their learning rates. Each layer has parameter groups of its own,
    so that one that starts to train later is a complete group: fused SGD does not accept a group
    in which only some parameters have a momentum.
    """
    groups = []
    for parameters, lr in layers:
        trained = [parameter for parameter in parameters if parameter.requires_grad]
        groups += [
            {"params": [p for p in trained if p.ndim > 1], "lr": lr, "weight_decay": weight_decay},
            {"params": [p for p in trained if p.ndim <= 1], "lr": lr, "weight_decay": 0.0},
        ]
    return OPTIMIZERS[name]([group for group in groups if group["params"]])


def make_schedule(name: str, optimizer: Optimizer, n_steps: int) -> LRScheduler:
    """Build a schedule that takes one step per batch and ends after `n_steps`."""
    match name:
        case "one_cycle":
            peaks = [group["lr"] for group in optimizer.param_groups]
            # The step after the last batch must exist.
            total_steps = n_steps + 1
            return OneCycleLR(
                optimizer,
                peaks,
                total_steps=total_steps,
                # In very short fits torch would divide by a warm-up of zero steps.
                pct_start=max(_WARM_UP, 2 / total_steps),
                cycle_momentum=False,
            )
        case "cosine":
            return CosineAnnealingLR(optimizer, T_max=n_steps)
        case "linear":
            return LinearLR(optimizer, 1.0, 1e-3, total_iters=n_steps)
        case _:
            return ConstantLR(optimizer, 1.0)
