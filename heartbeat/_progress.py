"""Progress of long work: a progress bar if rich is installed, plain lines otherwise."""

import sys
import threading
import time
from typing import Any

from heartbeat._watched import is_watched

__all__ = ["show_progress"]

_EVERY_S = 2.0


class _Quiet:
    def __enter__(self) -> "_Quiet":
        return self

    def __exit__(self, *error: Any) -> None:
        pass

    def received(self, n_bytes: int) -> None:
        """Report received bytes of a download."""

    def advance(self, n: int = 1) -> None:
        """Report finished items."""


class _Lines(_Quiet):
    """Progress as a line of text every other second."""

    def __init__(self, title: str, total: int, unit: str):
        self._title, self._total, self._unit = title, total, unit
        self._lock = threading.Lock()
        self._done = self._bytes = 0
        self._began = self._said = time.monotonic()

    def __exit__(self, *error: Any) -> None:
        self._say()

    def received(self, n_bytes: int) -> None:
        with self._lock:
            self._bytes += n_bytes
            self._say_at_times()

    def advance(self, n: int = 1) -> None:
        with self._lock:
            self._done += n
            self._say_at_times()

    def _say_at_times(self) -> None:
        if time.monotonic() - self._said >= _EVERY_S:
            self._say()

    def _say(self) -> None:
        self._said = time.monotonic()
        parts = [f"{self._done:,} of {self._total:,} {self._unit}"]
        if self._bytes:
            rate = self._bytes / 1e6 / max(self._said - self._began, 1e-3)
            parts += [f"{self._bytes / 1e6:.1f} MB", f"{rate:.1f} MB/s"]
        print(f"{self._title}: {', '.join(parts)}", file=sys.stderr, flush=True)


class _Bar(_Quiet):
    """Progress bar of rich."""

    def __init__(self, title: str, total: int, unit: str):
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(f"{unit}{{task.fields[size]}}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._lock = threading.Lock()
        self._bytes = 0
        self._task = self._progress.add_task(title, total=total, size="")

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._progress.stop()

    def received(self, n_bytes: int) -> None:
        with self._lock:
            self._bytes += n_bytes
            self._progress.update(self._task, size=f", {self._bytes / 1e6:.1f} MB")

    def advance(self, n: int = 1) -> None:
        self._progress.advance(self._task, n)


def show_progress(wanted: bool | None, title: str, total: int, unit: str = "files") -> _Quiet:
    """Return a progress display; by default (None) it shows only in a terminal or a notebook."""
    watched = is_watched(sys.stderr)
    if wanted is False or (wanted is None and not watched):
        return _Quiet()
    if watched:
        try:
            return _Bar(title, total, unit)
        except ImportError:  # rich is optional
            pass
    return _Lines(title, total, unit)
