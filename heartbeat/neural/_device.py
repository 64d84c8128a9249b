"""Where and in which precision to compute."""

import torch

from heartbeat._shown import shown

__all__ = ["multiplies_bfloat16", "resolve_device", "use_bfloat16"]

# Below this many training beats a fit takes seconds in any precision; full precision is then the
# better bargain.
_MANY_BEATS = 5_000


def resolve_device(device: str) -> torch.device:
    """Return the device of a name; ``"auto"`` is a GPU where torch finds one.

    Raises
    ------
    ValueError
        If torch knows no such device, or finds none here.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError):
        raise ValueError(
            f"device must be 'auto', 'cpu', 'cuda' or another that torch knows, got "
            f"{shown(device)}."
        ) from None
    if found.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device={shown(device)}, but torch finds no GPU here: set device='auto'.")
    return found


def use_bfloat16(precision: str, device: torch.device, n_beats: int) -> bool:
    """Say whether to compute in bfloat16."""
    if precision == "auto":
        return n_beats >= _MANY_BEATS and multiplies_bfloat16(device)
    return precision == "bfloat16"


def multiplies_bfloat16(device: torch.device) -> bool:
    """Say whether the hardware multiplies bfloat16 matrices faster than float32 ones."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    # torch names no public test for these instructions; without the private ones, say no.
    tests = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, test, bool)() for test in tests)
