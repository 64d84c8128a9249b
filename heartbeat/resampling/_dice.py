"""Random draws and array operations with one interface for NumPy arrays and torch tensors.

Augmentations are thereby written once. The module holds the few operations whose names or speed
differ. Random numbers come from a separate generator; the global generators of both libraries are
neither used nor changed.
"""

from typing import Any

import numpy as np

from heartbeat._shown import shown

__all__ = ["Dice", "NumpyDice", "is_tensor", "roll_dice"]


def is_tensor(values: Any) -> bool:
    """Say whether `values` is a torch tensor, without importing torch."""
    return any(cls.__module__.startswith("torch") for cls in type(values).__mro__[:-1])


class NumpyDice:
    """Random draws and array operations for NumPy arrays of one dtype."""

    xp: Any = np

    def __init__(self, generator: np.random.Generator, dtype: Any = np.float32):
        self.generator = generator
        self.dtype = np.dtype(dtype)

    def normal(self, size: int) -> np.ndarray:
        return self.generator.standard_normal(size, dtype=np.float32).astype(self.dtype, copy=False)

    def uniform(self, low: float, high: float, size: int) -> np.ndarray:
        draws = self.generator.random(size, dtype=np.float32) * (high - low) + low
        return draws.astype(self.dtype, copy=False)

    def integers(self, low: int, high: int, size: int) -> np.ndarray:
        """Draw whole numbers from `low` to `high`, both included."""
        return self.generator.integers(low, high + 1, size)

    def array(self, values: Any) -> np.ndarray:
        return np.asarray(values, dtype=self.dtype)

    def arange(self, stop: int) -> np.ndarray:
        return np.arange(stop, dtype=self.dtype)

    def take(self, values: np.ndarray, index: np.ndarray) -> np.ndarray:
        """Take from the flattened `values`; the caller keeps `index` within bounds."""
        return np.take(values, index, mode="clip")

    def whole(self, values: np.ndarray) -> np.ndarray:
        """Drop the fractions of positions >= 0."""
        return values.astype(np.intp)

    def row_starts(self, n_rows: int, length: int) -> np.ndarray:
        return (np.arange(n_rows) * length).reshape(-1, 1)

    def windows(self, bank: np.ndarray, length: int, starts: np.ndarray) -> np.ndarray:
        # A view of all windows; sliding_window_view makes the same, at fifty times the overhead.
        shape, strides = (len(bank) - length + 1, length), 2 * bank.strides
        return np.ndarray(shape, bank.dtype, np.ascontiguousarray(bank), 0, strides)[starts]


class TorchDice:
    """Random draws and array operations for tensors of one dtype on one device."""

    def __init__(self, generator: Any, like: Any):
        import torch

        self.xp = torch
        self.generator, self.dtype, self.device = generator, like.dtype, like.device

    def normal(self, size: int) -> Any:
        return self._here(self.xp.randn(size, **self._where_drawn()))

    def uniform(self, low: float, high: float, size: int) -> Any:
        return self._here(self.xp.rand(size, **self._where_drawn())) * (high - low) + low

    def integers(self, low: int, high: int, size: int) -> Any:
        where = {"generator": self.generator, "device": self.generator.device}
        return self.xp.randint(low, high + 1, (size,), **where).to(self.device)

    def array(self, values: Any) -> Any:
        return self.xp.as_tensor(values, dtype=self.dtype, device=self.device)

    def arange(self, stop: int) -> Any:
        return self.xp.arange(stop, dtype=self.dtype, device=self.device)

    def take(self, values: Any, index: Any) -> Any:
        return self.xp.take(values, index)

    def whole(self, values: Any) -> Any:
        return values.to(self.xp.int64)

    def row_starts(self, n_rows: int, length: int) -> Any:
        return (self.xp.arange(n_rows, device=self.device) * length).reshape(-1, 1)

    def windows(self, bank: Any, length: int, starts: Any) -> Any:
        return bank.unfold(0, length, 1)[starts]

    def _where_drawn(self) -> dict[str, Any]:
        device = self.generator.device
        return {"generator": self.generator, "device": device, "dtype": self.xp.float32}

    def _here(self, values: Any) -> Any:
        return values.to(device=self.device, dtype=self.dtype)


Dice = NumpyDice | TorchDice


def roll_dice(like: Any, random_state: Any = None) -> Dice:
    """Return random draws and array operations for values such as `like`.

    Parameters
    ----------
    like : ndarray or torch.Tensor
        Floating-point values; the draws have their dtype and device.
    random_state : None, int, numpy Generator or RandomState, torch.Generator or dice
        With None every call gives other draws. A generator continues, so that successive calls
        differ; dice are returned as they are.

    Raises
    ------
    TypeError
        If `like` does not hold floating-point numbers, or a torch generator comes with an array.
    """
    if isinstance(random_state, Dice):
        return random_state
    if is_tensor(like):
        return TorchDice(_torch_generator(like, random_state), like)
    if getattr(getattr(like, "dtype", None), "kind", "") != "f":
        raise TypeError(
            f"beats must be an array or tensor of floats, got "
            f"{getattr(like, 'dtype', type(like).__name__)}. Convert them with numpy.asarray(..., "
            f"dtype=numpy.float32)."
        )
    if isinstance(random_state, np.random.Generator):
        return NumpyDice(random_state, like.dtype)
    return NumpyDice(np.random.Generator(np.random.SFC64(_seed(random_state))), like.dtype)


def _seed(random_state: Any) -> int | None:
    if random_state is None:
        return None
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    raise TypeError(
        f"random_state must be None, an integer, a NumPy generator or, for tensors, a "
        f"torch.Generator, got {shown(random_state)}."
    )


def _torch_generator(like: Any, random_state: Any) -> Any:
    import torch

    if not like.dtype.is_floating_point:
        raise TypeError(f"beats must be a tensor of floats, got {like.dtype}. Call .float() on it.")
    if isinstance(random_state, torch.Generator):
        return random_state
    generator = torch.Generator(device=like.device)
    seed = _seed(random_state)
    # torch's own seed() reads fresh entropy and leaves the global generator alone.
    generator.seed() if seed is None else generator.manual_seed(int(seed))
    return generator
