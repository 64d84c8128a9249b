"""Network weights as plain NumPy arrays by name."""

import numpy as np
import torch
from torch import nn

__all__ = ["Weights", "as_tensor", "read_weights", "write_weights"]

Weights = dict[str, np.ndarray]


def read_weights(module: nn.Module) -> Weights:
    """Copy the weights and buffers of a module into NumPy arrays."""
    return {
        name: tensor.detach().cpu().contiguous().numpy().copy()
        for name, tensor in module.state_dict().items()
    }


def write_weights(module: nn.Module, weights: Weights) -> None:
    """Load arrays into a module of the same architecture."""
    module.load_state_dict({name: as_tensor(array) for name, array in weights.items()})


def as_tensor(array: np.ndarray) -> torch.Tensor:
    """Return a tensor that shares an array's memory, or a copy if torch cannot share it.

    torch needs arrays to be contiguous and writable. Tables from a memory map, and those that the
    workers of a search receive, are read-only.
    """
    return torch.from_numpy(np.require(array, requirements=["C", "W"]))
