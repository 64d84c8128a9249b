"""Showing how far a download has come: a bar where rich is, plain lines where it is not."""

import sys
import threading
import time
from typing import Any

__all__ = ["show_progress"]

_EVERY_S = 2.0


class _Quiet:
    def __enter__(self) -> "_Quiet":
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def received(self, n_bytes: int) -> None:
        """Count bytes."""

    def file_done(self) -> None:
        """Count a file."""


class _Lines(_Quiet):
    """A line every other second."""

    def __init__(self, title: str, n_files: int):
        self._title, self._n_files = title, n_files
        self._lock = threading.Lock()
        self._files = self._bytes = 0
        self._began = self._said = time.monotonic()

    def __exit__(self, *error: Any) -> None:
        self._say()

    def received(self, n_bytes: int) -> None:
        with self._lock:
            self._bytes += n_bytes
            if time.monotonic() - self._said >= _EVERY_S:
                self._say()

    def file_done(self) -> None:
        with self._lock:
            self._files += 1

    def _say(self) -> None:
        self._said = time.monotonic()
        rate = self._bytes / 1e6 / max(self._said - self._began, 1e-3)
        print(
            f"{self._title}: {self._files} of {self._n_files} files, "
            f"{self._bytes / 1e6:.1f} MB, {rate:.1f} MB/s",
            file=sys.stderr,
            flush=True,
        )


class _Bar(_Quiet):
    """A bar of rich's."""

    def __init__(self, title: str, n_files: int):
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files, {task.fields[megabytes]:.1f} MB"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._lock = threading.Lock()
        self._bytes = 0
        self._task = self._progress.add_task(title, total=n_files, megabytes=0.0)

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._progress.stop()

    def received(self, n_bytes: int) -> None:
        with self._lock:
            self._bytes += n_bytes
            self._progress.update(self._task, megabytes=self._bytes / 1e6)

    def file_done(self) -> None:
        self._progress.advance(self._task)


def show_progress(wanted: bool | None, title: str, n_files: int) -> _Quiet:
    """Return something to tell the progress of a download to; None: where someone is watching."""
    watched = sys.stderr is not None and sys.stderr.isatty()
    if wanted is False or (wanted is None and not watched):
        return _Quiet()
    if watched:
        try:
            return _Bar(title, n_files)
        except ImportError:  # rich is optional
            pass
    return _Lines(title, n_files)
