"""A journal on disk, in which each entry is stored before the next one is accepted."""

import json
import os
from pathlib import Path
from typing import Any, BinaryIO

from heartbeat._files import expanded, named_os_error

__all__ = ["Journal"]

_FORMAT = "heartbeat-review-1"


class Journal:
    """Entries in a file, one JSON object per line, each flushed to the disk when it is added.

    Parameters
    ----------
    path : path-like
        The file, which is created with its head when the first entry is added.
    head : dict
        Description of what the entries refer to. An existing file must have the same head.

    Attributes
    ----------
    entries : list of dict
        Entries found in the file, and those added since.

    Raises
    ------
    BlockingIOError
        If another process has the journal open.
    ValueError
        If the file is not a journal, has another head, or is damaged before its end.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "100.review"
    >>> with Journal(path, {"record": "100"}) as journal:
    ...     journal.append({"undo": True})
    >>> with Journal(path, {"record": "100"}) as journal:
    ...     journal.entries
    [{'undo': True}]
    >>> folder.cleanup()
    """

    def __init__(self, path: str | os.PathLike, head: dict[str, Any]):
        self.path = expanded(path)
        self.head = {"format": _FORMAT, **head}
        self.entries: list[dict[str, Any]] = []
        self._file: BinaryIO | None = None
        if self.path.exists() and self.path.stat().st_size:
            self._open()

    def append(self, entry: dict[str, Any]) -> None:
        """Add an entry, which is on the disk when this returns."""
        file = self._open() if self._file is None else self._file
        self._write(file, entry)
        self.entries.append(entry)

    def close(self) -> None:
        """Close the file, so that other processes may open it."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _open(self) -> BinaryIO:
        # Unbuffered: Python must not write an entry later that the disk has refused.
        file = self._file = open(self.path, "a+b", buffering=0)
        try:
            _lock(file, self.path)
            self._read(file)
        except BaseException:
            self.close()
            raise
        return file

    def _read(self, file: BinaryIO) -> None:
        file.seek(0)
        content = file.read()
        # A last line without a line break was being written when the machine stopped.
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            file.truncate(len(whole))
        lines = []
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                lines.append(json.loads(line))
            except ValueError:
                raise ValueError(
                    f"line {number} of {self.path} is damaged. Repair it, or move the file away to "
                    "start again."
                ) from None
        if not lines:
            self._write(file, self.head)
        elif lines[0] != self.head:
            raise ValueError(
                f"{self.path} holds edits of another recording, or of beats that were found in "
                f"another way: it begins with {lines[0]}, not with {self.head}. Move it away to "
                "start again."
            )
        self.entries = lines[1:]

    def _write(self, file: BinaryIO, entry: dict[str, Any]) -> None:
        line = json.dumps(entry, separators=(",", ":")) + "\n"
        end = file.seek(0, os.SEEK_END)
        try:
            left = memoryview(line.encode())
            while left:
                left = left[file.write(left) :]
            os.fsync(file.fileno())
        except BaseException as error:
            # Remove the refused entry, so that it is not read later.
            file.truncate(end)
            if isinstance(error, OSError):
                what = "cannot be extended ({}). It still holds all earlier edits"
                raise named_os_error(error, what, self.path) from error
            raise


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has no such locks
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BlockingIOError(
            f"{path} is in use by another review. Close that review first."
        ) from None
