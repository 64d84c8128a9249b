"""A fixed part of the fuzz suite; ``python -m tests.fuzz`` is the whole."""

import os

import numpy as np
import pytest

from tests.fuzz import trial
from tests.fuzz.targets import NAME, TARGETS, Target
from tests.fuzz.trial import Outcome, judge, run_trials, run_trials_apart


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_only_our_own_errors_come_out_of_damaged_files(name, tmp_path):
    target = TARGETS[name]
    if not target.can_run:
        pytest.skip(f"needs {' and '.join(target.needs)}")
    outcome = run_trials(target, tmp_path, n=40, seed=1)
    assert not outcome.failures
    assert outcome.n_read + outcome.n_refused == 40
    if name != "cache":  # what is damaged there counts as not there
        assert outcome.n_refused > 0


def _raises(error):
    def read(path):
        raise error

    return read


def _print(path):
    os.write(1, b"the library says")
    return path


def _bomb(path):
    return np.ones((trial.MOST_BYTES >> 3) + (1 << 24)).sum()


@pytest.mark.parametrize(
    ("read", "complaint"),
    [
        (_raises(ValueError("it is bad")), "does not name the file"),
        (_raises(KeyError(NAME)), "KeyError"),
        (_raises(UnicodeDecodeError("utf-8", b"\xff", 0, 1, NAME)), "UnicodeDecodeError"),
        (_raises(MemoryError(NAME)), "MemoryError"),
        (_print, "a library printed"),
        (_bomb, "MiB"),
        (lambda path: open(path, "rb"), "left a file open"),
        (lambda path: np.float32(1e300) and path, "RuntimeWarning"),
    ],
)
def test_what_is_wrong_is_found(read, complaint, tmp_path):
    kept = []

    def keep(path):
        kept.append(read(path))
        return kept[-1]

    def write(folder):
        path = folder / f"{NAME}.txt"
        path.write_text("intact")
        return [path]

    outcome = run_trials(Target(write, keep), tmp_path, n=1, seed=0)
    assert complaint in outcome.failures[-1]
    for each in kept:
        if hasattr(each, "close"):
            each.close()


def test_the_end_of_a_process_is_found(tmp_path):
    def write(folder):
        path = folder / f"{NAME}.txt"
        path.write_text("intact")
        return [path]

    def end(path):
        content = path.read_bytes()
        if content != b"intact" and len(content) % 2:
            os._exit(3)
        return path

    outcome = run_trials_apart(Target(write, end), tmp_path, n=8, seed=0)
    assert outcome.n_tried == 8 and 0 < len(outcome.failures) < 8
    assert outcome.n_read == 8 - len(outcome.failures)
    assert all("ended the process (3)" in failure for failure in outcome.failures)


def test_a_hang_is_found(monkeypatch, tmp_path):
    monkeypatch.setattr(trial, "LONGEST_S", 0.05)

    def hang(path):
        while True:
            try:
                sum(range(1000))
            except Exception:
                pass

    assert "hangs" in judge(Target(lambda folder: [], hang), tmp_path, Outcome())
