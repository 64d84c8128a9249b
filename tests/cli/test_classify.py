"""``heartbeat classify`` on many recordings: folders, patterns, jobs, a bar."""

import sys

import numpy as np
import pytest
import wfdb

from heartbeat._progress import show_progress
from heartbeat.cli import main
from heartbeat.datasets import load_sample_recording


@pytest.fixture
def ward(tmp_path):
    """A folder with folders of half-minute records."""
    lead = load_sample_recording().lead("MLII").astype(float)
    for number in range(12):
        folder = tmp_path / "ward" / f"bed{number % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        start = 5_000 * number
        wfdb.wrsamp(
            f"r{number}", 360, ["mV"], ["MLII"], lead[start : start + 10_800, np.newaxis],
            fmt=["16"], write_dir=str(folder),
        )  # fmt: skip
    (tmp_path / "labels").mkdir()
    return tmp_path / "ward"


def test_folders_within_folders_on_several_jobs(ward, capsys):
    output = ward.parent / "labels"
    (ward / "bed0" / "r0.dat").write_bytes(b"")
    assert main(["classify", str(ward), "-o", str(output), "--jobs", "2"]) == 1
    told = capsys.readouterr()
    # Of many recordings each gets a line, in the order of their names.
    lines = told.out.splitlines()
    assert [line.split(":")[0][-2:] for line in lines[:2]] == ["r3", "r6"]
    assert lines[-1] == "1 failed, 11 written"
    assert "r0.dat is empty (0 bytes)" in told.err
    assert "1 of 12 recordings could not be labelled" in told.err.splitlines()[-1]
    written = {str(path.relative_to(output)) for path in output.rglob("*.hb")}
    assert len(written) == 11 and "bed2/r11.hb" in written
    # Again: what is there stays.
    assert main(["classify", str(ward), "-o", str(output)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 failed, 11 already there"


def test_patterns_that_the_shell_has_left(ward, capsys):
    output = ward.parent / "labels"
    assert main(["classify", str(ward / "bed1" / "r1*"), "-o", str(output)]) == 0
    assert {path.name for path in output.iterdir()} == {"r1.hb", "r10.hb"}
    assert capsys.readouterr().out.count("heart rate") == 2


@pytest.mark.parametrize("has_rich", [True, False])
def test_a_bar_shows_how_far_it_is(has_rich, capsys, monkeypatch):
    pytest.importorskip("rich")
    if not has_rich:
        monkeypatch.setitem(sys.modules, "rich.console", None)
    with show_progress(None, "labelling", 3, "recordings") as shown:
        shown.advance()
    assert capsys.readouterr().err == ""  # nobody is watching
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with show_progress(None, "labelling", 3, "recordings") as shown:
        shown.advance()
        shown.advance()
    told = capsys.readouterr().err
    assert "recordings" in told
    if not has_rich:
        assert "2 of 3" in told


@pytest.mark.realdata
def test_many_references_are_summed_up(mitdb, tmp_path, capsys):
    records = [str(mitdb / name) for name in ("100", "119")]
    main(["classify", *records, "--output", str(tmp_path), "--jobs", "2"])
    told = capsys.readouterr().out
    assert told.count("Compared with the annotations beside it") == 2
    assert "Compared with the annotations beside 2 recordings" in told
    assert "Gross" in told
    assert "Average" in told


def test_unknown_weights_are_named_once(ward, capsys):
    output = str(ward.parent / "labels")
    for weights, found in (
        ("any", "'any' is neither the name"),
        ("no.onnx", "no saved classifier"),
    ):
        assert main(["classify", str(ward), "-o", output, "--weights", weights]) == 1
        told = capsys.readouterr().err
        assert len(told.splitlines()) == 1
        assert found in told
