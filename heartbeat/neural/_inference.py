"""Run trained networks: prepare them once, then process rows in chunks without gradients."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import TypeVar

import numpy as np
import torch
from sklearn.utils import gen_batches
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from heartbeat.neural._network import BeatNetwork
from heartbeat.neural._seeding import borrowed_threads
from heartbeat.neural._state import as_tensor

__all__ = ["CHUNK", "map_batches", "prepare_network", "run_network"]

T = TypeVar("T")

CHUNK = 512
"""Number of rows per chunk. The activations of a chunk fit in the cache."""


def prepare_network(network: BeatNetwork, *, reduced: bool) -> BeatNetwork:
    """Return a copy that computes the same results faster.

    Batch normalisations are folded into the convolutions before them. In reduced precision the
    weights of the body are converted once instead of in every call. Together this is about twice
    as fast.
    """
    network = deepcopy(network).eval().requires_grad_(False)
    for part in network.modules():
        if isinstance(part, nn.Sequential):
            _fold_norms(part)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if reduced:
        network.body.to(torch.bfloat16)
        network.body_dtype = torch.bfloat16
    return network


def run_network(
    function: Callable[[Tensor], Tensor], rows: np.ndarray, device: torch.device
) -> np.ndarray:
    """Apply a prepared network, or its method `embed`, to all rows.

    Returns
    -------
    ndarray of float32, shape (n_rows, ...)
    """

    def run(some: slice) -> Tensor:
        with torch.inference_mode():
            return function(as_tensor(rows[some]).to(device)).float().cpu()

    return torch.cat(map_batches(run, len(rows), CHUNK, device)).numpy()


def map_batches(
    function: Callable[[slice], T], n_rows: int, batch_size: int, device: torch.device
) -> list[T]:
    """Call a function with the rows of each batch, and return the results in order.

    On a CPU, batches run in parallel with one thread each. Threads that share a convolution of a
    millisecond mostly wait for each other, in particular if other programs use the CPU as well.
    """
    batches = list(gen_batches(n_rows, batch_size))
    with borrowed_threads() as n_threads:
        n_threads = min(n_threads, len(batches)) if device.type == "cpu" else 1
        if n_threads == 1:
            return [function(rows) for rows in batches]
        with (
            borrowed_threads(1),
            ThreadPoolExecutor(n_threads, "batches", torch.set_num_threads, (1,)) as pool,
        ):
            return list(pool.map(function, batches))


def _fold_norms(part: nn.Sequential) -> None:
    for index in range(len(part) - 1):
        first, second = part[index], part[index + 1]
        if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
            part[index] = fuse_conv_bn_eval(first, second)
            part[index + 1] = nn.Identity()
