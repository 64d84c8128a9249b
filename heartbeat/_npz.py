"""Reading NumPy archives that anybody may have made."""

from pathlib import Path

import numpy as np

__all__ = ["read_arrays"]

_LAST_CHARACTER = 0x10FFFF


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return all arrays of an NPZ file; nothing is unpickled.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is no archive of plain arrays, or damaged. The message names it.
    """
    # Opened here: of a damaged archive NumPy leaves the file open.
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            for name, array in arrays.items():
                _check(name, array)
        # Of all kinds: NumPy parses headers as Python, zipfile has its own.
        except Exception as error:
            raise ValueError(
                f"{path} is not a readable NPZ file of plain arrays: {error}"
            ) from error
    return arrays


def _check(name: str, array: np.ndarray) -> None:
    if not isinstance(array, np.ndarray):
        raise ValueError(f"its member {name!r} is no array")
    if array.dtype.kind == "U" and array.size and array.itemsize:
        codes = np.ascontiguousarray(array).reshape(-1)
        # NumPy takes any 32 bits for a character; Python does not get over it.
        if codes.view(np.dtype("u4").newbyteorder(array.dtype.byteorder)).max() > _LAST_CHARACTER:
            raise ValueError(f"its text {name!r} holds what is no character")
