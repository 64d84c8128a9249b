"""Check output files before a command starts its work."""

import os
from pathlib import Path


def output_path(text: str, suffixes: tuple[str, ...]) -> Path:
    """Return the path of a file to write, or say, before any work is done, why it cannot be."""
    path = Path(text)
    if path.suffix not in suffixes:
        raise ValueError(f"--output {path} must end in {' or '.join(suffixes)}")
    if path.is_dir():
        raise ValueError(f"--output {path} is a folder: name a file")
    if not path.parent.is_dir():
        raise ValueError(f"--output {path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise ValueError(f"--output {path}: the folder {path.parent} cannot be written to")
    return path
