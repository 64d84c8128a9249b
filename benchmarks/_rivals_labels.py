"""What the two halves of ``rivals.py`` share: which recordings are left, their cost, their labels.

It imports nothing of heartbeat, because a rival runs it in an environment of its own.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np


def unlabelled(signals: Path, labels: Path) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Yield name and arrays of each ``SIGNALS/*.npz`` that is not in the folder of labels."""
    for path in sorted(signals.glob("*.npz")):
        if not (labels / path.name).is_file():
            with np.load(path) as given:
                yield path.stem, dict(given)


def measured(function: Callable[..., Any], *arguments: Any) -> tuple[Any, dict[str, float]]:
    """Return what a function returns, and its cost.

    That is ``seconds`` of the processor, and ``megabytes``, the most that the process has held.
    """
    start = time.process_time()
    returned = function(*arguments)
    seconds = time.process_time() - start
    unit = 2**20 if sys.platform == "darwin" else 2**10
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return returned, {"seconds": seconds, "megabytes": megabytes}


def write_labels(
    labels: Path, name: str, told: dict[str, np.ndarray], cost: dict[str, float]
) -> None:
    """Write the labels of a recording and their cost, whole or not at all."""
    temporary = labels / f"{name}.part"
    with open(temporary, "wb") as file:
        np.savez(file, **cost, **told)
    os.replace(temporary, labels / f"{name}.npz")
    print(f"{name}: {cost['seconds']:.1f} s", flush=True)
