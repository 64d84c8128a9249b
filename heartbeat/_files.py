"""Write files atomically: either the complete new file is there, or the old one is unchanged."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["check_target", "expanded", "named_os_error", "written_whole"]

_LONGEST_STEM = 64
"""Characters of a file name that its temporary name keeps, so that the name is not too long."""


def expanded(path: str | os.PathLike) -> Path:
    """Return a path with ``~`` at its start replaced by the home folder, as a shell does.

    A path such as ``~new.edf``, which names no user of this machine, is not changed.
    """
    return Path(os.path.expanduser(path))


def check_target(path: Path) -> None:
    """Raise an error, before any work is done, if a file cannot be saved at this path."""
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"cannot save {path.name}: there is no folder {path.parent}. Create it first, or "
            "choose another folder."
        )
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder. Give the path of a file inside it.")


def named_os_error(error: OSError, what: str, path: Path) -> OSError:
    """Return an error of the same type whose message names the file.

    The system's own message does not always do so. `what` says what failed; ``{}`` in it is
    replaced by the system's reason.
    """
    what = what.format(error.strerror or error)
    if error.errno is None:  # NumPy and other libraries raise OSError without it
        return OSError(f"{path} {what}")
    return OSError(error.errno, what, str(path))


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to, and rename it to `path` on success.

    If an exception occurs, the disk is full, or the process or the machine stops, `path` holds
    either its old content or the complete new one. If several processes write to the same path, the
    last one to finish wins. An existing file keeps its permissions, and a symbolic link stays one.

    Raises
    ------
    OSError
        If writing fails. It has the type of the original error, and its message names `path`.
    """
    target = Path(os.path.realpath(path))
    unique = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    temporary = target.with_name(f".{target.stem[:_LONGEST_STEM]}.{unique}.tmp{target.suffix}")
    try:
        yield temporary
        with suppress(FileNotFoundError):
            shutil.copymode(target, temporary)
        # The data must be on the disk before the new name refers to them.
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        if error.filename is not None and str(error.filename) != str(temporary):
            raise  # the error is about another file
        what = "cannot be written ({}). The previous content, if any, is unchanged"
        raise named_os_error(error, what, path) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
