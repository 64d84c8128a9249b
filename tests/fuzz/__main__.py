"""Damage files of every format, many times, and see that only our own errors come out.

``python -m tests.fuzz --inputs 50000 --seed 0`` (``make fuzz``) prints a table: format, inputs, how
many were read, how many were refused, and every failure with the seed that makes it again.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.formats import FORMATS
from tests.fuzz.trial import run_trials


def main() -> int:
    """Run all trials; return 1 where anything but our own errors came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=50_000, help="damaged files in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--formats", nargs="+", choices=sorted(FORMATS), default=sorted(FORMATS))
    arguments = parser.parse_args()
    each = -(-arguments.inputs // len(arguments.formats))
    print(f"seed {arguments.seed}, {each} inputs a format")
    print(f"{'format':<8} {'inputs':>7} {'read':>7} {'refused':>8} {'failures':>9} {'s':>6}")
    failures = []
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else None
    for name in arguments.formats:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=folder) as place:
            outcome = run_trials(FORMATS[name], Path(place), each, arguments.seed)
        failures += [f"{name}: {failure}" for failure in outcome.failures]
        print(
            f"{name:<8} {each:>7} {outcome.n_read:>7} {outcome.n_refused:>8} "
            f"{len(outcome.failures):>9} {time.perf_counter() - began:>6.1f}"
        )
    for failure in failures[:50]:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
