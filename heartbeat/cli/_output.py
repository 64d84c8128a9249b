"""Check output files before a command starts its work."""

import os
from pathlib import Path


def output_path(text: str, suffixes: tuple[str, ...]) -> Path:
    """Return the path of a file to write, or raise an error before any work is done."""
    path = Path(text)
    if path.suffix not in suffixes:
        raise ValueError(f"--output must end in {' or '.join(suffixes)}, got {path}")
    if path.is_dir():
        raise ValueError(f"--output must be a file, but {path} is a folder")
    if not path.parent.is_dir():
        raise ValueError(f"--output {path}: there is no folder {path.parent}. Create it first")
    if not os.access(path.parent, os.W_OK):
        raise ValueError(
            f"--output {path}: the folder {path.parent} is not writable. Choose another one"
        )
    return path
