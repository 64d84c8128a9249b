"""Select the device and the precision of the computation."""

import torch

from heartbeat._shown import shown

__all__ = ["multiplies_bfloat16", "resolve_device", "use_bfloat16"]

# With fewer training beats than this, a fit takes seconds in any precision, so that full precision
# is preferred.
_MANY_BEATS = 5_000


def resolve_device(device: str) -> torch.device:
    """Return the device of a name; ``"auto"`` is a GPU if torch finds one.

    Raises
    ------
    ValueError
        If torch does not know the device or cannot find it on this machine.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError):
        raise ValueError(
            f"device must be 'auto', 'cpu', 'cuda' or another device of torch, got {shown(device)}."
        ) from None
    if found.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f"device={shown(device)} was requested, but torch finds no GPU on this machine. Set "
            "device='auto' to use a GPU only where there is one."
        )
    return found


def use_bfloat16(precision: str, device: torch.device, n_beats: int) -> bool:
    """Tell whether to compute in bfloat16."""
    if precision == "auto":
        return n_beats >= _MANY_BEATS and multiplies_bfloat16(device)
    return precision == "bfloat16"


def multiplies_bfloat16(device: torch.device) -> bool:
    """Tell whether the hardware multiplies bfloat16 matrices faster than float32 matrices."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    # torch has no public test for these instructions. Without the private ones, return False.
    tests = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, test, bool)() for test in tests)
