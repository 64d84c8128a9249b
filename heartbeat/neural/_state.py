"""Weights at rest: plain NumPy arrays by name."""

import numpy as np
import torch
from torch import nn

__all__ = ["Weights", "read_weights", "write_weights"]

Weights = dict[str, np.ndarray]


def read_weights(module: nn.Module) -> Weights:
    """Copy the weights and buffers of a module into NumPy arrays."""
    return {
        name: tensor.detach().cpu().contiguous().numpy().copy()
        for name, tensor in module.state_dict().items()
    }


def write_weights(module: nn.Module, weights: Weights) -> None:
    """Load arrays into a module of the same architecture."""
    module.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
