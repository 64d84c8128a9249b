"""Mini-batches as slices of whole tensors.

torch's default data loader collates batches beat by beat. For rows as short as these that takes a
large part of an epoch.
"""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

__all__ = ["BeatDataset", "TensorBatches", "n_batches"]


class BeatDataset(TensorDataset):
    """Rows, class indices and row weights, as tensors on the training device."""

    def __init__(self, rows: Tensor, classes: Tensor, weights: Tensor):
        super().__init__(rows, classes, weights)


def n_batches(n_rows: int, batch_size: int) -> int:
    """Return the number of batches in an epoch.

    A single remaining row is added to the batch before it, because batch normalisation cannot
    estimate a variance from one beat.
    """
    whole, rest = divmod(n_rows, batch_size)
    return max(1, whole + (rest > 1 or (rest == 1 and batch_size == 1)))


class TensorBatches:
    """Iterate over batches of a `BeatDataset`.

    Parameters
    ----------
    dataset : BeatDataset
        The data set.
    batch_size : int
        Rows per batch.
    generator : torch.Generator, optional
        Generator of a new order for each epoch; None keeps the order.
    """

    def __init__(
        self, dataset: BeatDataset, batch_size: int, generator: torch.Generator | None = None
    ):
        self.tensors = dataset.tensors
        self.batch_size = batch_size
        self.generator = generator

    def __len__(self) -> int:
        return n_batches(len(self.tensors[0]), self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        n_rows, count = len(self.tensors[0]), len(self)
        bounds = [i * self.batch_size for i in range(count)] + [n_rows]
        if self.generator is None:
            for start, stop in zip(bounds, bounds[1:], strict=False):
                yield tuple(tensor[start:stop] for tensor in self.tensors)
            return
        # torch draws random numbers only on the device of the generator.
        order = torch.randperm(n_rows, generator=self.generator, device=self.generator.device)
        order = order.to(self.tensors[0].device)
        for start, stop in zip(bounds, bounds[1:], strict=False):
            chosen = order[start:stop]
            yield tuple(tensor[chosen] for tensor in self.tensors)
