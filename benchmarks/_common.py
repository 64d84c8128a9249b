"""Protocol, versions and machine, which every benchmark states beside its results."""

import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

_PACKAGES = (
    "numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "torch", "skorch",
    "wfdb", "sleepecg", "PyWavelets",
)  # fmt: skip


def protocol_header(title: str, **facts: Any) -> str:
    """Return the lines that a result needs beside it: what, how, with which versions, where.

    Parameters
    ----------
    title : str
        What the table shows.
    **facts
        The protocol: split, seeds, database, threads, whatever a reader needs to repeat it.
    """
    rows = {**facts, "versions": _versions(), "machine": _machine()}
    width = max(map(len, rows))
    lines = [title, "=" * len(title)]
    lines += [f"{name.replace('_', ' '):<{width}}  {value}" for name, value in rows.items()]
    return "\n".join(lines)


def time_call(call: Callable[[], Any], repeat: int = 3) -> tuple[float, Any]:
    """Return the least wall time of `repeat` calls, in seconds, and the last call's result."""
    best, result = float("inf"), None
    for _ in range(repeat):
        start = time.perf_counter()
        result = call()
        best = min(best, time.perf_counter() - start)
    return best, result


def _versions() -> str:
    from heartbeat import __version__

    found = [f"python {platform.python_version()}", f"heartbeat {__version__}"]
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    return ", ".join(found)


def _machine() -> str:
    threads = os.environ.get("OMP_NUM_THREADS", "default")
    return f"{platform.machine()}, {os.cpu_count()} CPUs, OMP_NUM_THREADS {threads}"
