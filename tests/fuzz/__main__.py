"""Damage files of every format, many times, and see that only our own errors come out.

``python -m tests.fuzz --inputs 50000 --seed 0`` (``make fuzz``) prints a table: reader, inputs, how
many were read, how many were refused, the slowest, and every failure with the seed that makes it
again.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.targets import TARGETS
from tests.fuzz.trial import run_trials_apart


def main() -> int:
    """Run all trials; return 1 where anything but our own errors came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=50_000, help="damaged files in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--readers", nargs="+", choices=sorted(TARGETS), default=sorted(TARGETS))
    arguments = parser.parse_args()
    names = [name for name in arguments.readers if TARGETS[name].can_run]
    each = -(-arguments.inputs // len(names))
    print(f"seed {arguments.seed}, {each} inputs a reader")
    print(f"{'reader':<14} {'read':>7} {'refused':>8} {'failures':>9} {'slowest ms':>11} {'s':>6}")
    failures, total = [], 0
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else None
    for name in names:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(dir=folder) as place:
            outcome = run_trials_apart(TARGETS[name], Path(place), each, arguments.seed)
        failures += [f"{name}: {failure}" for failure in outcome.failures]
        total += each
        print(
            f"{name:<14} {outcome.n_read:>7} {outcome.n_refused:>8} {len(outcome.failures):>9} "
            f"{1000 * outcome.slowest_s:>11.0f} {time.perf_counter() - began:>6.1f}",
            flush=True,
        )
    skipped = sorted(set(arguments.readers) - set(names))
    print(f"{total} inputs, {len(failures)} failures")
    if skipped:
        print(f"not tried, for want of their libraries: {', '.join(skipped)}")
    for failure in failures[:100]:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
