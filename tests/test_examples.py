"""The examples hold to the form of the gallery, and the quickest of each part runs.

``make docs`` runs all of them, and fails where one fails, takes too long or draws nothing.
"""

import ast
import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples"
EXAMPLES = sorted(FOLDER.rglob("plot_*.py"))
QUICK = ["recordings/plot_beats_table.py", "models/plot_augmentations.py"]


def test_there_is_a_gallery():
    assert len(EXAMPLES) >= 12
    for folder in {path.parent for path in EXAMPLES}:
        assert (folder / "GALLERY_HEADER.rst").is_file()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_has_a_title_text_and_a_figure(path):
    tree = ast.parse(path.read_text())
    title, rule, *text = ast.get_docstring(tree).splitlines()
    assert set(rule) == {"="} and len(rule) == len(title)
    assert len(" ".join(text)) > 100, "say what it shows, and why"
    assert path.read_text().count("\n# %%\n") >= 3
    assert "plt.show()" in path.read_text()


@pytest.mark.parametrize("name", QUICK)
def test_example_runs(name, tmp_path, monkeypatch):
    plt = pytest.importorskip("matplotlib.pyplot")
    shown = []
    monkeypatch.setattr(plt, "show", lambda: shown.extend(plt.get_fignums()))
    monkeypatch.delenv("HEARTBEAT_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    with plt.rc_context():
        runpy.run_path(str(FOLDER / name), run_name="__main__")
    assert shown
