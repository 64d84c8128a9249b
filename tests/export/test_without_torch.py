"""What needs no torch works where there is none."""

import subprocess
import sys

import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

# What an installation without torch lacks, or has no use for. `find_spec` sees none of it either.
MISSING = ("torch", "skorch", "safetensors", "imblearn", "captum", "onnx", "onnxscript")
BLOCKED = f"""
import importlib.abc, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {MISSING}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
"""


def run(script: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore:The inplace:DeprecationWarning", "-c",
         BLOCKED + script, *map(str, arguments)],
        capture_output=True, text=True,
    )  # fmt: skip


def test_the_blocker_blocks():
    done = run("import torch")
    assert done.returncode
    assert "No module named 'torch'" in done.stderr


def test_importing_needs_none_of_it():
    done = run(
        "import heartbeat.annotation, heartbeat.cli._classify, heartbeat.metrics\n"
        "from heartbeat.export import TRUSTED_TYPES, OnnxClassifier, load_pipeline\n"
        f"print(sorted({{*sys.modules}} & {{*{MISSING}}}))"
    )
    assert not done.returncode, done.stderr
    assert done.stdout.strip() == "[]"


def test_recordings_are_annotated(shipped):
    done = run(
        """
from heartbeat.annotation import BeatAnnotator
from heartbeat.datasets import load_sample_recording
from heartbeat.export import OnnxClassifier
for classifier in (sys.argv[1], OnnxClassifier(sys.argv[1])):
    annotated = BeatAnnotator(classifier).annotate(load_sample_recording())
    print(*annotated.beats["label"].replace("", "-"), sep="")
""",
        shipped,
    )
    assert not done.returncode, done.stderr
    from heartbeat.annotation import BeatAnnotator
    from heartbeat.datasets import load_sample_recording

    expected = BeatAnnotator().annotate(load_sample_recording()).beats["label"].replace("", "-")
    assert done.stdout.split() == ["".join(expected)] * 2


def test_the_command_line_classifies(shipped, tmp_path):
    script = "from heartbeat.cli import main; raise SystemExit(main(sys.argv[1:]))"
    done = run(script, "classify", "--weights", shipped, "--output", tmp_path)
    assert not done.returncode, done.stderr
    assert "ventricular ectopic" in done.stdout


def test_what_needs_torch_says_so():
    script = "from heartbeat.cli import main; raise SystemExit(main(sys.argv[1:]))"
    done = run(script, "classify")
    assert done.returncode == 1
    assert done.stderr.startswith("heartbeat: error: 'any-lead' is a network that requires torch")
    assert "export_onnx" in done.stderr
