"""One damaged file after another, read; what comes out is judged."""

import multiprocessing
import os
import re
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.fuzz.targets import NAME, Target

OUR_ERRORS = (ValueError, FileNotFoundError)
"""What a reader may raise about a damaged file: these types and none made from them."""

LONGEST_S = 10
"""Seconds of work after which a reader of a file of some kilobytes counts as hanging."""

MOST_BYTES = 256 << 20
"""More memory than such a file may take."""

OUR_WARNINGS = (UserWarning, DeprecationWarning)
"""What a reader may say of what it reads; wfdb's deprecations are not ours."""


@dataclass
class Outcome:
    """Counts of one target's trials, and a line for each failure."""

    n_tried: int = 0
    n_read: int = 0
    n_refused: int = 0
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)


class Hang(BaseException):
    """A reader took too long. No Exception, so that no reader takes it for a damaged file."""


def run_trials(
    target: Target,
    folder: Path,
    n: int,
    seed: int,
    first: int = 0,
    told: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """Damage each file of a target, `n` times in all, and read the first of them.

    `first` is the trial to begin with; `told` hears of the outcome before each trial.
    """
    files = target.write(folder)
    intact = {path: path.read_bytes() for path in files}
    outcome = Outcome()
    failure = judge(target, files[0], Outcome())
    if failure is not None:
        outcome.failures.append(f"intact: {failure}")
    with _watched_output() as printed:
        n_open = _n_open()
        for trial in range(first, n):
            outcome.n_tried = trial
            told(outcome)
            rng = np.random.default_rng([seed, trial])
            victim = files[rng.integers(len(files))]
            victim.write_bytes(target.harm(intact[victim], rng))
            used, began = _fresh_peak(), time.process_time()
            failure = judge(target, files[0], outcome)
            outcome.slowest_s = max(outcome.slowest_s, time.process_time() - began)
            if failure is None and printed():
                failure = "a library printed"
            if failure is None and _peak_bytes() - used > MOST_BYTES:
                failure = f"took {(_peak_bytes() - used) >> 20} MiB"
            if failure is None and _n_open() > n_open:
                n_open, failure = _n_open(), "left a file open"
            if failure is not None:
                outcome.failures.append(f"seed {seed}, trial {trial} ({victim.name}): {failure}")
            for path, content in intact.items():
                path.write_bytes(content)
    outcome.n_tried = n
    told(outcome)
    return outcome


def run_trials_apart(target: Target, folder: Path, n: int, seed: int) -> Outcome:
    """Do what `run_trials` does in a process of its own: what ends a process is a failure, too."""
    context = multiprocessing.get_context("fork")
    whole = Outcome()
    while whole.n_tried < n:
        # Shared, so that nothing of it is lost with the process.
        counts = context.Array("d", [whole.n_tried, 0, 0, 0], lock=False)
        receiver, sender = context.Pipe(duplex=False)

        def tell(outcome: Outcome, counts=counts, sender=sender) -> None:
            counts[:] = outcome.n_tried, outcome.n_read, outcome.n_refused, outcome.slowest_s
            while outcome.failures:
                sender.send(outcome.failures.pop(0))

        process = context.Process(
            target=run_trials, args=(target, folder, n, seed, whole.n_tried, tell)
        )
        process.start()
        sender.close()
        with suppress(EOFError):
            while True:
                whole.failures.append(receiver.recv())
        process.join()
        whole.n_tried = int(counts[0])
        whole.n_read += int(counts[1])
        whole.n_refused += int(counts[2])
        whole.slowest_s = max(whole.slowest_s, counts[3])
        if whole.n_tried < n:
            whole.failures.append(
                f"seed {seed}, trial {whole.n_tried}: ended the process ({process.exitcode})"
            )
            whole.n_tried += 1
    return whole


def judge(target: Target, path: Path, outcome: Outcome) -> str | None:
    """Read a file; return what is wrong with what comes out, or None."""
    try:
        with warnings.catch_warnings(record=True) as told, _limited():
            warnings.simplefilter("always")
            found = target.read(path)
    except OUR_ERRORS as error:
        outcome.n_refused += 1
        # UnicodeDecodeError and LinAlgError are ValueErrors that nobody here wrote.
        if type(error) not in OUR_ERRORS:
            return f"{type(error).__name__}: {error}"
        return None if NAME in str(error) else f"does not name the file: {error}"
    except Hang:
        return f"hangs: more than {LONGEST_S} s"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    outcome.n_read += 1
    foreign = [w for w in told if not issubclass(w.category, OUR_WARNINGS)]
    if foreign:
        return f"warns {foreign[0].category.__name__}: {foreign[0].message}"
    return None if found is not None else "read as nothing"


@contextmanager
def _limited() -> Iterator[None]:
    """Raise `Hang` in what takes too long."""

    def stop(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    # Again and again: a library may catch even this, once.
    signal.setitimer(signal.ITIMER_PROF, LONGEST_S, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _fresh_peak() -> int:
    """Let the peak of memory start anew where Linux does that; return it in bytes."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _peak_bytes()


def _peak_bytes() -> int:
    try:
        status = Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+)", status)[1]) << 10
    except (OSError, TypeError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _n_open() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


@contextmanager
def _watched_output() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether anything was written to either output since."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {stream: os.dup(stream) for stream in (1, 2)}
    with tempfile.TemporaryFile() as file:
        for stream in kept:
            os.dup2(file.fileno(), stream)
        size = 0

        def grew() -> bool:
            nonlocal size
            before, size = size, os.fstat(file.fileno()).st_size
            return size > before

        try:
            yield grew
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for stream, copy in kept.items():
                os.dup2(copy, stream)
                os.close(copy)
