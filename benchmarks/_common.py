"""What every benchmark script states and how it saves: protocol, versions, machine, table."""

import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

RESULTS = Path(__file__).parent / "results"

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


def save_table(table: pd.DataFrame, name: str, header: str | None = None) -> Path:
    """Write a table as ``results/NAME.csv``, its protocol first as ``#`` comment lines.

    ``pandas.read_csv(path, comment="#")`` reads it back.
    """
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.csv"
    temporary = path.with_suffix(".csv.tmp")
    with temporary.open("w") as file:
        for line in (header or "").splitlines():
            file.write(f"# {line}\n")
        table.to_csv(file, index=False, float_format="%.6g")
    os.replace(temporary, path)
    return path


def save_figure(figure: Any, name: str) -> Path:
    """Write a matplotlib figure as ``results/NAME.png``."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.png"
    temporary = RESULTS / f"{name}.tmp.png"
    figure.savefig(temporary, dpi=150, bbox_inches="tight")
    os.replace(temporary, path)
    return path


def time_call(call: Callable[[], Any], repeat: int = 3) -> tuple[float, Any]:
    """Return the least wall time of `repeat` calls, in seconds, and the last call's result."""
    best, result = float("inf"), None
    for _ in range(repeat):
        start = time.perf_counter()
        result = call()
        best = min(best, time.perf_counter() - start)
    return best, result


def _versions() -> str:
    found = [f"python {platform.python_version()}"]
    for package in ("heartbeat", *_PACKAGES):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            if package == "heartbeat":
                from heartbeat import __version__

                found.append(f"heartbeat {__version__}")
    return ", ".join(found)


def _machine() -> str:
    threads = os.environ.get("OMP_NUM_THREADS", "default")
    return f"{platform.machine()}, {os.cpu_count()} CPUs, OMP_NUM_THREADS {threads}"
