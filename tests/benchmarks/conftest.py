"""The folder of the benchmark scripts, and a way to run one as its user does."""

import hashlib
import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def scripts(monkeypatch):
    """Let tests import what the scripts share, as the scripts do."""
    monkeypatch.syspath_prepend(FOLDER)
    return FOLDER


@pytest.fixture
def run_script(scripts, monkeypatch, tmp_path):
    """Run a benchmark script in this process, the current directory a new folder."""

    def run(name: str, *arguments: str) -> None:
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *arguments])
        monkeypatch.chdir(tmp_path)
        # Scripts may set the number of threads for their own process.
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        runpy.run_path(str(scripts / f"{name}.py"), run_name="__main__")

    return run


@pytest.fixture
def published_unchanged(scripts):
    """Fail if a published table, picture or weights file is not what it was before."""

    def digests():
        files = [
            *(scripts / "results").iterdir(),
            *(scripts.parent / "heartbeat/weights").iterdir(),
        ]
        return {f: hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.is_file()}

    before = digests()
    yield
    assert digests() == before
