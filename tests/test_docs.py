"""The code of the documentation's pages, run page by page as it stands."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from heartbeat.context import _registry as blocks_of_context
from heartbeat.datasets import make_recording
from heartbeat.neural.architectures import _registry as architectures

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted([*DOCS.glob("guide/*.md"), *DOCS.glob("coming_from/*.md")])
NEEDS = re.compile("# needs (recordings|a cluster)\n")  # these are only compiled


def blocks(path: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL)


@pytest.fixture
def folder_with_a_night(tmp_path, monkeypatch):
    """A folder with the EDF file that the pages speak of."""
    pyedflib = pytest.importorskip("pyedflib")
    recording = make_recording(40, fs=250, random_state=0)
    path = str(tmp_path / "night.edf")
    with pyedflib.EdfWriter(path, 1, file_type=pyedflib.FILETYPE_EDFPLUS) as writer:
        writer.setSignalHeader(
            0,
            {
                "label": "ECG",
                "dimension": "mV",
                "sample_frequency": 250,
                "physical_min": -10.0,
                "physical_max": 10.0,
                "digital_min": -32768,
                "digital_max": 32767,
                "prefilter": "",
                "transducer": "",
            },
        )
        writer.writeSamples([np.asarray(recording.lead(0), dtype=np.float64)])
    monkeypatch.chdir(tmp_path)
    # What a page registers is gone after it.
    monkeypatch.setattr(architectures, "_REGISTRY", dict(architectures._REGISTRY))
    monkeypatch.setattr(blocks_of_context, "_BLOCKS", dict(blocks_of_context._BLOCKS))
    monkeypatch.delenv("HEARTBEAT_DATA", raising=False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_code_of_the_page_runs(page, folder_with_a_night):
    names = {"__name__": "page"}
    for source in blocks(page):
        code = compile(source, str(page), "exec")
        if not NEEDS.match(source):
            exec(code, names)


@pytest.mark.parametrize("page", ["index.md", "evaluation.md"])
def test_code_of_other_pages_compiles(page):
    found = blocks(DOCS / page)
    assert found
    for source in found:
        compile(source, page, "exec")


@pytest.fixture
def check_site():
    spec = importlib.util.spec_from_file_location("check_site", DOCS / "check_site.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_broken_links_are_found(check_site, tmp_path):
    (tmp_path / "index.html").write_text(
        '<a href="other.html#here">in order</a> <a href="other.html#there">no place</a>'
        '<a href="gone.html">no file</a> <img src="lost.png"> <a href="https://example.org/x">far</a>'
    )
    (tmp_path / "other.html").write_text('<p id="here"><a href="#here">itself</a>')
    assert check_site.broken_links(tmp_path) == [
        "index.html: no file gone.html",
        "index.html: no file lost.png",
        "index.html: no place other.html#there",
    ]


def test_examples_without_a_picture_or_too_slow_are_found(check_site, tmp_path):
    sources, pages = tmp_path / "examples", tmp_path / "site" / "gallery"
    sources.mkdir()
    pages.mkdir(parents=True)
    took = "Total running time of the script:</strong> ({} minutes {} seconds)"
    for name, picture, time in (
        ("good", '<img src="sphx_glr_plot_good_001.png">', took.format(0, 9.5)),
        ("bare", "", took.format(0, 1.0)),
        ("slow", '<img src="sphx_glr_plot_slow_001.png">', took.format(2, 3.5)),
    ):
        (sources / f"plot_{name}.py").touch()
        (pages / f"plot_{name}.html").write_text(picture + time)
    assert check_site.poor_examples(tmp_path / "site", sources) == [
        "3 examples are fewer than 12",
        "plot_bare.py draws nothing",
        "plot_slow.py takes 2 min 3.5 s, more than 60.0 s",
    ]
