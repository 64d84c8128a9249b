"""Train on batches in parts, each on its own thread, which stays fast on a busy machine.

If several threads share one operation, each waits for the others after every operation, and a
thread that the scheduler suspends for a moment delays all of them, thousands of times a second.
Here each thread runs a part of the batch forward and backward through the whole network, and the
threads synchronise once per step.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from heartbeat.neural.architectures import is_ours

__all__ = ["BatchParts", "count_parts"]

_FEWEST_ROWS = 64
"""Minimum number of rows per part, because batch normalisation uses the rows of its part."""

Step = Callable[[nn.Module, tuple[Tensor, ...], int], dict[str, Tensor]]
Augment = Callable[[Tensor], Tensor]


def count_parts(
    architecture: str, n_threads: int, batch_size: int, n_rows: int, device: torch.device
) -> int:
    """Return the number of parts per batch; 1 means that batches are not divided.

    For user-defined networks it is 1: they may draw random numbers in unknown ways, and threads
    that share a generator draw from it in random order.
    """
    if device.type != "cpu" or not is_ours(architecture):
        return 1
    return max(1, min(n_threads, min(batch_size, n_rows) // _FEWEST_ROWS))


class BatchParts:
    """Copies of a network that share its parameters, and threads to train them.

    The same seed and number of parts give the same network, bit for bit. The gradient is that of
    the whole batch, except that batch normalisation uses mean and variance of the rows of a part.
    Its running statistics are averaged over the parts.

    Parameters
    ----------
    network : Module
        Its parameters are shared; optimisers must change them in place.
    n_parts : int
        Number of parts, at least 2.
    generator : torch.Generator
        Seeds the generators of the parts, which dropout and augmentation use.
    make_augment : callable
        Returns the augmentation of a part, or None, given a generator.
    """

    def __init__(
        self,
        network: nn.Module,
        n_parts: int,
        generator: torch.Generator,
        make_augment: Callable[[torch.Generator], Augment | None],
    ):
        seeds = torch.randint(2**62, (n_parts,), generator=generator).tolist()
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._augments = [make_augment(generator) for generator in generators]
        # The first copy is the network itself, which draws its dropout from torch's own generator.
        self._networks = [network, *(_replica(network, each) for each in generators[1:])]
        self._buffers = [
            [buffer for buffer in each.buffers() if buffer.is_floating_point()]
            for each in self._networks
        ]
        self._pool = ThreadPoolExecutor(n_parts - 1, thread_name_prefix="heartbeat-part")

    def set_training(self, network: nn.Module) -> None:
        """Set the copies to the same mode as the network (training or not) for each module."""
        for replica in self._networks[1:]:
            for ours, theirs in zip(replica.modules(), network.modules(), strict=True):
                ours.training = theirs.training
            for own, shared in zip(replica.parameters(), network.parameters(), strict=True):
                own.requires_grad_(shared.requires_grad)

    def train(self, batch: tuple[Tensor, ...], step: Step) -> dict[str, Tensor]:
        """Compute the gradient of a batch, store it in the network, and return the loss."""

        def work(number: int, part: tuple[Tensor, ...]) -> dict[str, Tensor]:
            rows, *rest = part
            augment = self._augments[number]
            rows = rows if augment is None else augment(rows)
            told = step(self._networks[number], (rows, *rest), n_rows)
            told["loss"].backward()
            return {name: value.detach() for name, value in told.items()}

        n_rows = len(batch[0])
        told = self._on_threads(work, batch)
        self._add_gradients(len(told))
        self._share_buffers(len(told))
        return _joined(told)

    def evaluate(self, batch: tuple[Tensor, ...], step: Step) -> dict[str, Tensor]:
        """Compute the loss of a batch without training."""

        def work(number: int, part: tuple[Tensor, ...]) -> dict[str, Tensor]:
            # Each thread has its own setting of whether gradients are computed.
            with torch.no_grad():
                return step(self._networks[0], part, n_rows)

        n_rows = len(batch[0])
        return _joined(self._on_threads(work, batch))

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()

    def _on_threads(self, work: Callable[..., Any], batch: tuple[Tensor, ...]) -> list[Any]:
        n_parts = max(1, min(len(self._networks), len(batch[0]) // _FEWEST_ROWS))
        parts = list(zip(*(tensor.tensor_split(n_parts) for tensor in batch), strict=True))
        others = [
            self._pool.submit(work, number, part) for number, part in enumerate(parts[1:], start=1)
        ]
        return [work(0, parts[0]), *(other.result() for other in others)]

    @torch.no_grad()
    def _add_gradients(self, n_parts: int) -> None:
        """Add the gradients of the parts in a fixed order."""
        own = [each.grad for each in self._networks[0].parameters() if each.grad is not None]
        for replica in self._networks[1:n_parts]:
            torch._foreach_add_(
                own, [each.grad for each in replica.parameters() if each.grad is not None]
            )
            replica.zero_grad(set_to_none=True)

    @torch.no_grad()
    def _share_buffers(self, n_parts: int) -> None:
        """Average the running statistics of batch normalisation over all copies."""
        own, *others = self._buffers
        if not own:
            return
        for number, theirs in enumerate(others[: n_parts - 1], start=2):
            torch._foreach_lerp_(own, theirs, 1 / number)
        for theirs in others:
            torch._foreach_copy_(theirs, own)


def _replica(network: nn.Module, generator: torch.Generator) -> nn.Module:
    replica = deepcopy(network)
    for ours, theirs in zip(replica.parameters(), network.parameters(), strict=True):
        ours.data = theirs.data
    for module in replica.modules():
        if hasattr(module, "generator"):
            module.generator = generator  # type: ignore[assignment]
    return replica


def _joined(told: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    if len(told) == 1:
        return told[0]
    joined: dict[str, Any] = {
        name: sum(part[name] for part in told) for name in ("loss", "total", "weight")
    }
    return joined | {"y_pred": torch.cat([part["y_pred"] for part in told])}
