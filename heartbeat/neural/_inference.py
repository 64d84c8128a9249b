"""Networks at work: rows in chunks, no gradients."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from heartbeat.neural._network import BeatNetwork

__all__ = ["CHUNK", "run_network"]

CHUNK = 512
"""Rows at a time: activations of a chunk fit the cache, larger chunks are slower."""


def run_network(
    network: BeatNetwork,
    rows: np.ndarray,
    function: Callable[[Tensor], Tensor],
    *,
    device: torch.device,
    reduced: bool,
) -> np.ndarray:
    """Apply `function` (a method of `network`) to all rows.

    Returns
    -------
    ndarray of float32, shape (n_rows, ...)
    """
    network.to(device).eval()
    tensor = torch.from_numpy(np.ascontiguousarray(rows))
    outputs = []
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=reduced):
        for start in range(0, len(tensor), CHUNK):
            chunk = tensor[start : start + CHUNK].to(device)
            outputs.append(function(chunk).float().cpu())
    return torch.cat(outputs).numpy()
