"""One damaged file after another, read; what comes out is judged."""

import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from heartbeat.recording import Recording, read_recording

OUR_ERRORS = (ValueError, FileNotFoundError)
"""What a reader may raise about a damaged file."""


@dataclass
class Outcome:
    """Counts of one format's trials, and a line for each failure."""

    n_read: int = 0
    n_refused: int = 0
    failures: list[str] = field(default_factory=list)


def run_trials(make: Callable[[Path], list[Path]], folder: Path, n: int, seed: int) -> Outcome:
    """Damage each file that `make` writes, `n` times in all, and read the first of them."""
    files = make(folder)
    intact = {path: path.read_bytes() for path in files}
    outcome = Outcome()
    with _watched_output() as printed:
        for trial in range(n):
            rng = np.random.default_rng([seed, trial])
            victim = files[rng.integers(len(files))]
            victim.write_bytes(damaged(intact[victim], rng))
            failure = judge(files[0], outcome)
            if printed():
                failure = "the C library printed"
            if failure is not None:
                outcome.failures.append(f"seed {seed}, trial {trial} ({victim.name}): {failure}")
            victim.write_bytes(intact[victim])
    return outcome


def judge(path: Path, outcome: Outcome) -> str | None:
    """Read a file; return what is wrong with what comes out, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            recording = read_recording(path, fs=None if path.suffix != ".npy" else 250)
    except OUR_ERRORS as error:
        outcome.n_refused += 1
        # UnicodeDecodeError and LinAlgError are ValueErrors that nobody here wrote.
        if type(error) not in OUR_ERRORS:
            return f"{type(error).__name__}: {error}"
        return None if path.stem in str(error) else f"does not name the file: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    outcome.n_read += 1
    sound = isinstance(recording, Recording) and recording.n_samples > 0
    return None if sound else f"read as {recording!r}"


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Flip, cut, double, insert or overwrite a few bytes, or put numbers of ill repute there."""
    data = bytearray(content)
    # Headers come first, and most that can go wrong stands there.
    reach = min(len(data), 2048) if rng.random() < 0.7 else len(data)
    for _ in range(rng.integers(1, 5)):
        at = int(rng.integers(0, max(1, min(reach, len(data)))))
        kind = rng.integers(0, 6)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << int(rng.integers(0, 8))
        elif kind == 1:
            del data[at : at + int(rng.integers(1, 64))]
        elif kind == 2:
            data[at:at] = data[at : at + int(rng.integers(1, 64))]
        elif kind == 3:
            data[at:at] = rng.bytes(int(rng.integers(1, 16)))
        elif kind == 4:
            nasty = (b"\0", b"-1", b"nan", b"1e999", b"9" * 12, b"\xff\xff", b"\n", b",", b"(")
            chosen = nasty[rng.integers(len(nasty))]
            data[at : at + len(chosen)] = chosen
        else:
            del data[at:]
    return bytes(data)


@contextmanager
def _watched_output() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether anything was written to standard output since."""
    sys.stdout.flush()
    kept = os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        size = 0

        def grew() -> bool:
            nonlocal size
            before, size = size, os.fstat(file.fileno()).st_size
            return size > before

        try:
            yield grew
        finally:
            os.dup2(kept, 1)
            os.close(kept)
