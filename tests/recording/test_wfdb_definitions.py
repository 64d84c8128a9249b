import numpy as np
import pytest

from heartbeat.recording import Annotations, read_recording, write_annotations
from heartbeat.recording._wfdb_definitions import masked, unmasked
from heartbeat.recording._wfdb_library import quietly, wfdb


def written(tmp_path, notes, fs=None, beats=(50, 300)):
    """Write a record and annotations of it: notes at sample 0, then beats, then one more note."""
    wfdb.wrsamp("r1", 250, ["mV"], ["II"], np.zeros((600, 1)), fmt=["16"], write_dir=str(tmp_path))
    sample = [0] * len(notes) + list(beats) + [590]
    symbol = ['"'] * len(notes) + ["N"] * len(beats) + ['"']
    aux = [*notes, *[""] * len(beats), "## kept"]
    with quietly():
        wfdb.wrann(
            "r1", "atr", np.array(sample), symbol, aux_note=aux, fs=fs, write_dir=str(tmp_path)
        )
    return tmp_path / "r1"


@pytest.mark.parametrize(
    "notes",
    [
        ["## made by hand"],
        ["## time resolution: unknown"],
        ["## "],
        ["hello", "## made by hand", "## time resolution: 250", "## again", "## and again"],
        ["## time resolution: 250", "## time resolution: 250"],
    ],
)
@pytest.mark.parametrize("fs", [None, 250])
def test_notes_that_wfdb_would_read_for_ever(tmp_path, notes, fs):
    marks = read_recording(written(tmp_path, notes, fs)).annotations
    assert marks.sample.tolist() == [50, 300, 590]
    assert marks.aux.tolist() == ["", "", "## kept"]
    # Nothing but the file that we could not read as it was is copied.
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r1.atr", "r1.dat", "r1.hea"]


def test_definitions_that_wfdb_understands_are_left_to_it(tmp_path):
    marks = Annotations([10, 300], ["N", "V"])
    path = write_annotations(tmp_path / "r1", marks, "atr", fs=500)
    content = path.read_bytes()
    assert b"## time resolution: 500" in content and masked(content) is content
    wfdb.wrsamp("r1", 250, ["mV"], ["II"], np.zeros((600, 1)), fmt=["16"], write_dir=str(tmp_path))
    assert read_recording(tmp_path / "r1").annotations.sample.tolist() == [5, 150]


def test_a_note_out_of_its_place_comes_back_as_it_was(tmp_path):
    # The first annotation is a rhythm change, the second a definition: wfdb looks at the first.
    record = written(tmp_path, [])
    with quietly():
        wfdb.wrann(
            "r1", "atr", np.array([0, 0, 100]), ["+", '"', "N"],
            aux_note=["## (N", "## time resolution: 250", ""], write_dir=str(tmp_path),
        )  # fmt: skip
    marks = read_recording(record).annotations
    assert marks.symbol.tolist() == ["+", "N"] and marks.aux.tolist() == ["## (N", ""]
    assert unmasked("# plain") == "# plain"


def test_long_gaps_are_counted(tmp_path):
    record = written(tmp_path, ["## by hand"], beats=())
    long = np.array([0, 50, 200_000, 70_000_000])
    with quietly():
        wfdb.wrann(
            "r1", "atr", long, ['"', "N", "V", '"'], aux_note=["## a", "", "", "## b"],
            write_dir=str(tmp_path),
        )  # fmt: skip
    content = (tmp_path / "r1.atr").read_bytes()
    # Only the first is at sample 0; that after the gaps stays as it is.
    assert masked(content).count(b"## ") == 1
    with pytest.warns(UserWarning, match="2 of 3 annotations"):
        assert read_recording(record).annotations.sample.tolist() == [50]
