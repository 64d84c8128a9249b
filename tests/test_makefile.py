"""The set-up of the Makefile, with a stand-in for Python that notes what it is asked to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

PYTHON = """#!/bin/sh
echo "$0 $*" >> {log}
case "$*" in
    "-m venv"*) for folder; do :; done; mkdir -p "$folder/bin"; cp "$0" "$folder/bin/python"
                cp "$0" "$folder/bin/heartbeat" ;;
    *"install -r requirements.txt"*) test ! -e {interrupted} ;;
esac
"""


@pytest.fixture
def make(tmp_path):
    """Run make and return what Python was asked to do, a line a call."""
    log, python = tmp_path / "log", tmp_path / "python"
    python.write_text(PYTHON.format(log=log, interrupted=tmp_path / "interrupted"))
    python.chmod(0o755)

    def run(*arguments, expected=0, error=""):
        log.write_text("")
        # What an outer make hands down would be taken for this one's.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        done = subprocess.run(
            ["make", f"SETUP={tmp_path / 'setup'}", f"PYTHON={python}", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert (done.returncode != 0) == bool(expected), done.stdout + done.stderr
        assert error in done.stderr
        return log.read_text().splitlines()

    return run


def pip_calls(lines):
    return [line for line in lines if " -m pip " in line]


def test_set_up_once(make):
    calls = make("demo")
    assert "-m venv --clear" in calls[0]
    assert len(pip_calls(calls)) == 2
    assert all("--require-virtualenv" in line for line in pip_calls(calls))
    assert calls[-1].endswith("bin/heartbeat demo")
    again = make("demo")
    assert len(again) == 1 and again[0].endswith("bin/heartbeat demo")


def test_an_interrupted_set_up_is_begun_anew(make, tmp_path):
    (tmp_path / "interrupted").touch()
    calls = make("test", expected=2)
    assert not any(" -m pytest" in line for line in calls)
    (tmp_path / "interrupted").unlink()
    calls = make("test")
    assert "-m venv --clear" in calls[0]
    assert "-m pytest" in calls[-1]


def test_new_pins_are_installed_into_what_is_there(make):
    make("demo")
    calls = make("-W", "requirements.txt", "demo")
    assert len(pip_calls(calls)) == 2
    assert not any(" -m venv" in line for line in calls)


def test_an_interrupted_update_is_begun_anew(make, tmp_path):
    make("demo")
    (tmp_path / "interrupted").touch()
    make("-W", "requirements.txt", "demo", expected=2)
    (tmp_path / "interrupted").unlink()
    assert "-m venv --clear" in make("demo")[0]


def test_a_benchmark_that_is_not_there_is_named(make):
    make("bench-nothing", expected=2, error="There is no benchmark nothing. Choose one of:\n")
