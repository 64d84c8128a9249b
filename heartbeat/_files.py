"""Files written whole or not at all."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["check_target", "named_os_error", "written_whole"]

_LONGEST_STEM = 64
"""Characters of a name that its temporary name keeps: both must be short enough for a disk."""


def check_target(path: Path) -> None:
    """Raise before the work where a file cannot be saved: in no folder, or in place of one."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder {path.parent} to save {path.name} in.")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a file in it.")


def named_os_error(error: OSError, what: str, path: Path) -> OSError:
    """Return an error of the same kind that names a file; the system's does so only at times.

    `what` says what did not work, with ``{}`` where the system's reason belongs.
    """
    what = what.format(error.strerror or error)
    if error.errno is None:  # NumPy and others raise it without
        return OSError(f"{path} {what}")
    return OSError(error.errno, what, str(path))


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path` to write to; rename it when all went well.

    Whatever happens in between (an exception, a full disk, the end of the process or of the
    machine), `path` is what it was or what it was to become. Of several writers the last to end
    wins. A file that is there keeps its permissions, and a symbolic link its place.

    Raises
    ------
    OSError
        Of the kind that occurred, naming `path`.
    """
    target = Path(os.path.realpath(path))
    unique = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    temporary = target.with_name(f".{target.stem[:_LONGEST_STEM]}.{unique}.tmp{target.suffix}")
    try:
        yield temporary
        with suppress(FileNotFoundError):
            shutil.copymode(target, temporary)
        # On the disk before the name says that it is.
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        if error.filename is not None and str(error.filename) != str(temporary):
            raise  # of another file
        what = "cannot be written ({}): what was there is as it was"
        raise named_os_error(error, what, path) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
