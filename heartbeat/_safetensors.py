"""Safetensors files of arrays whose header describes them in JSON, without pickle."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from heartbeat._files import check_target, written_whole

__all__ = ["errors_as_damage", "read_described", "write_described"]

_KEY = "heartbeat"
"""Entry of the header that holds the description."""


def write_described(arrays: dict[str, np.ndarray], description: dict[str, Any], path: Path) -> None:
    """Write arrays and their description under a temporary name, then rename the file.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    IsADirectoryError
        If the path is a folder.
    TypeError
        If a value of the description cannot be stored as JSON.
    """
    check_target(path)
    written = save(arrays, metadata={_KEY: json.dumps(description, default=_as_json)})
    with written_whole(path) as temporary:
        # Not `save_file`, which makes the file readable by its owner only.
        temporary.write_bytes(written)


def read_described(
    path: Path, file_format: str, content: str
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the description and the arrays of a file that `write_described` wrote.

    Parameters
    ----------
    path : Path
        File.
    file_format : str
        What the description must give as its ``"format"``.
    content : str
        What such a file is, for messages: "a classifier", for example.

    Raises
    ------
    ValueError
        If it is no such file, or damaged.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            description = _described((file.metadata() or {}).get(_KEY), file_format)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            strange = {str(a.dtype) for a in arrays.values() if a.dtype.isbuiltin == 2}
            if strange:  # another package has added them to NumPy
                raise ValueError(f"it has arrays of the types {sorted(strange)}")
    except SafetensorError as error:
        raise ValueError(f"{path} is not a readable safetensors file: {error}.") from error
    # The library raises the last two for arrays of a type that NumPy does not have.
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is not {content} saved by heartbeat: {error}.") from error
    return description, arrays


@contextmanager
def errors_as_damage(path: Path, content: str) -> Iterator[None]:
    """Turn the errors of entries that are missing or invalid into one that names the file."""
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"{path} is not {content} saved by heartbeat, or its header is damaged (missing or "
            f"invalid: {error}). Copy or save it again."
        ) from error


def _described(header: str | None, file_format: str) -> dict[str, Any]:
    try:
        description = json.loads(header or "")
        found = description["format"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("its header does not describe its content") from None
    if found != file_format:
        raise ValueError(f"its format is {found!r}, not {file_format!r}")
    return description


def _as_json(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(
        f"cannot save {value!r}, because a {type(value).__name__} cannot be stored as JSON. Use "
        "strings or numbers instead."
    )
