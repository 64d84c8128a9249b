"""Location of the data home."""

import os
import sys
from pathlib import Path

__all__ = ["get_data_home"]


def get_data_home(data_home: str | os.PathLike | None = None) -> Path:
    r"""Return the folder that holds the databases, each in a folder with its name.

    This is the first of these that is given: the argument; the environment variable
    ``HEARTBEAT_DATA``; the user's cache folder (``$XDG_CACHE_HOME/heartbeat`` or
    ``~/.cache/heartbeat``; on macOS ``~/Library/Caches/heartbeat``; on Windows
    ``%LOCALAPPDATA%\heartbeat``). The folder is created when something is written to it.

    Parameters
    ----------
    data_home : path, optional
        Folder to use instead; ``~`` is expanded.

    Returns
    -------
    Path
        Absolute path.

    Raises
    ------
    NotADirectoryError
        If the path is a file.

    Examples
    --------
    >>> from heartbeat.datasets import get_data_home
    >>> get_data_home("/data/ecg").name
    'ecg'
    """
    home = data_home or os.environ.get("HEARTBEAT_DATA") or _cache_folder()
    # absolute(), not resolve(): a link to another disk keeps the name that the user knows.
    home = Path(home).expanduser().absolute()
    if home.exists() and not home.is_dir():
        raise NotADirectoryError(
            f"the data home {home} is a file. Pass data_home= or set HEARTBEAT_DATA to a folder."
        )
    return home


def _cache_folder() -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "heartbeat"
