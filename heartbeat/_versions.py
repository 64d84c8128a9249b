"""Warn about files that another version of this package wrote."""

import os
import warnings

from heartbeat._version import __version__

__all__ = ["warn_of_version"]


def warn_of_version(written: str, path: str | os.PathLike, *, stacklevel: int = 3) -> None:
    """Warn if a file was written by another version.

    Parameters
    ----------
    written : str
        The version that wrote the file.
    path : str or path
        The file.
    stacklevel : int, default=3
        As in `warnings.warn`; 3 refers to the caller of the function that calls this one.

    Warns
    -----
    UserWarning
        If the versions differ.
    """
    if written != __version__:
        warnings.warn(
            f"{os.fspath(path)} was written by heartbeat {written}, but this is heartbeat "
            f"{__version__}. Compare its predictions with known ones before you rely on them, "
            f"or install heartbeat-ecg=={written}.",
            stacklevel=stacklevel,
        )
