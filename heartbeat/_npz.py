"""Read NumPy archives from untrusted sources."""

from pathlib import Path

import numpy as np

__all__ = ["read_arrays"]

_LAST_CHARACTER = 0x10FFFF


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return all arrays of an NPZ file without unpickling anything.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is not an archive of plain arrays, or is damaged. The message names the file.
    """
    # Opened here because NumPy leaves a damaged archive open.
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            for name, array in arrays.items():
                _check(name, array)
        # NumPy (which parses headers as Python literals) and zipfile raise many types of errors.
        except Exception as error:
            raise ValueError(
                f"{path} is not a readable NPZ file of plain arrays: {error}"
            ) from error
    return arrays


def _check(name: str, array: np.ndarray) -> None:
    if not isinstance(array, np.ndarray):
        raise ValueError(f"its member {name!r} is not an array")
    if array.dtype.kind == "U" and array.size and array.itemsize:
        codes = np.ascontiguousarray(array).reshape(-1)
        # NumPy accepts any 32-bit number as a character, but Python cannot handle these strings.
        if codes.view(np.dtype("u4").newbyteorder(array.dtype.byteorder)).max() > _LAST_CHARACTER:
            raise ValueError(f"its text array {name!r} holds invalid characters")
