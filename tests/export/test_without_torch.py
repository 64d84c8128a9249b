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


def run(script: str, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore:The inplace:DeprecationWarning", "-c",
         BLOCKED + script, *map(str, arguments)],
        capture_output=True, text=True,
    )  # fmt: skip


def test_the_blocker_blocks():
    done = run("import torch")
    assert done.returncode
    assert "No module named 'torch'" in done.stderr


def test_importing_needs_none_of_it_and_what_needs_torch_says_so():
    done = run(
        "import heartbeat.annotation, heartbeat.cli._classify, heartbeat.metrics\n"
        "from heartbeat.export import TRUSTED_TYPES, OnnxClassifier, load_pipeline\n"
        f"print(sorted({{*sys.modules}} & {{*{MISSING}}}))\n"
        "raise SystemExit(heartbeat.cli.main(['classify']))"
    )
    assert done.stdout.strip() == "[]"
    assert done.returncode == 1
    assert done.stderr.startswith("heartbeat: error: 'any-lead' is a network that requires torch")
    assert "export_onnx" in done.stderr


def test_recordings_are_annotated_and_the_command_line_classifies(shipped, tmp_path):
    done = run(
        """
from heartbeat.annotation import BeatAnnotator
from heartbeat.datasets import load_sample_recording
from heartbeat.export import OnnxClassifier
for classifier in (sys.argv[1], OnnxClassifier(sys.argv[1])):
    annotated = BeatAnnotator(classifier).annotate(load_sample_recording())
    print(*annotated.beats["label"].replace("", "-"), sep="")
from heartbeat.cli import main
raise SystemExit(main(["classify", "--weights", sys.argv[1], "--output", sys.argv[2]]))
""",
        shipped,
        tmp_path,
    )
    assert not done.returncode, done.stderr
    from heartbeat.annotation import BeatAnnotator
    from heartbeat.datasets import load_sample_recording

    expected = BeatAnnotator().annotate(load_sample_recording()).beats["label"].replace("", "-")
    first, second, table = done.stdout.split("\n", 2)
    assert [first, second] == ["".join(expected)] * 2
    assert "ventricular ectopic" in table
