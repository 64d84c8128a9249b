import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heartbeat.recording import Annotations, Recording, read_recording, write_annotations
from heartbeat.recording._wfdb_library import WFDB_SYMBOLS, wfdb

# wfdb's own use of pandas, when the tests call it; see heartbeat.recording._wfdb_library.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")


def assert_read_back(path, marks):
    """Assert that wfdb reads from the file what was written."""
    read = wfdb.rdann(str(path.with_suffix("")), path.suffix[1:])
    np.testing.assert_array_equal(read.sample, marks.sample)
    assert list(read.symbol) == marks.symbol.tolist()
    assert list(read.aux_note) == marks.aux.tolist()
    for name in ("subtype", "chan", "num"):
        np.testing.assert_array_equal(getattr(read, name), getattr(marks, name))
    return read


def test_all_fields_are_read_back(tmp_path):
    marks = Annotations(
        [0, 0, 1023, 2047, 100_000, 5_000_000_000],
        ["+", "N", "V", '"', "|", "~"],
        aux=["(AFIB", "", "", "a note, 17 chars.", "", ""],
        subtype=[0, -128, 127, 1, 0, 3],
        chan=[0, 1, 255, 0, 0, 2],
        num=[0, 127, 0, 5, 5, 0],
    )
    path = write_annotations(tmp_path / "r1", marks, "test_2")
    assert path == tmp_path / "r1.test_2"
    assert_read_back(path, marks)
    assert os.listdir(tmp_path) == ["r1.test_2"]


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(1, 2**33),
            st.sampled_from(sorted(WFDB_SYMBOLS)),
            st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=255),
            st.integers(-128, 127),
            st.integers(0, 255),
            st.integers(0, 127),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_anything_the_format_holds_is_read_back(tmp_path_factory, rows):
    sample, symbol, aux, subtype, chan, num = zip(*sorted(rows), strict=True)
    marks = Annotations(sample, symbol, aux, subtype, chan, num)
    assert_read_back(write_annotations(tmp_path_factory.mktemp("any") / "r", marks), marks)


@pytest.mark.parametrize("fs", [360, 128.5, 249.98])
def test_fs_is_written(tmp_path, fs):
    marks = Annotations([5], ["N"])
    assert assert_read_back(write_annotations(tmp_path / "r1", marks, fs=fs), marks).fs == fs


def test_no_annotations(tmp_path):
    path = write_annotations(tmp_path / "r1", Annotations([], []))
    assert len(wfdb.rdann(str(tmp_path / "r1"), "hb").sample) == 0
    assert path.read_bytes() == b"\0\0"


def test_recordings_are_written_under_their_name(tmp_path):
    marks = Annotations([5, 700], ["N", "V"])
    recording = Recording(np.zeros(1000), 250, name="r.1-a", annotations=marks)
    path = write_annotations(tmp_path, recording)
    assert path == tmp_path / "r.1-a.hb"
    assert assert_read_back(path, marks).fs == 250
    assert write_annotations(tmp_path / "else", recording, fs=250.0) == tmp_path / "else.hb"


def test_an_existing_file_is_replaced_or_left_alone(tmp_path, monkeypatch):
    first, second = Annotations([5], ["N"]), Annotations([6], ["V"])
    write_annotations(tmp_path / "r1", first)
    path = write_annotations(tmp_path / "r1", second)
    assert_read_back(path, second)

    def full_disk(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(wfdb, "wrann", full_disk)
    monkeypatch.setattr(type(tmp_path), "write_bytes", full_disk)
    for marks in (first, Annotations([5], ["N"], aux=["a note"])):
        with pytest.raises(OSError, match="no space"):
            write_annotations(tmp_path / "r1", marks)
    monkeypatch.undo()
    assert_read_back(path, second)
    assert os.listdir(tmp_path) == ["r1.hb"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"symbol": ["N", "B2"]}, r"\['B2'\] are not WFDB"),
        ({"symbol": ["N", " "]}, r"\[' '\] are not WFDB"),
        ({"subtype": [0, 128]}, "subtype must be from -128 to 127, got 128"),
        ({"chan": [0, -1]}, "chan must be from 0 to 255, got -1"),
        ({"num": [0, 128]}, "num must be from 0 to 127, got 128"),
        ({"aux": ["x" * 256, ""]}, "at most 255"),
        ({"aux": ["a\tb", ""]}, "without tabs"),
        ({"aux": ["ž", ""]}, "Latin-1"),
        ({"sample": [0, 3], "symbol": ['"', "N"]}, "at sample 0 would be read as a definition"),
    ],
)
def test_what_the_format_cannot_hold(tmp_path, fields, message):
    marks = Annotations(**{"sample": [3, 4], "symbol": ["N", "V"], **fields})
    with pytest.raises(ValueError, match=message):
        write_annotations(tmp_path / "r1", marks)
    assert os.listdir(tmp_path) == []


def test_invalid_arguments(tmp_path):
    marks = Annotations([3], ["N"])
    with pytest.raises(TypeError, match="Recording or Annotations, got list"):
        write_annotations(tmp_path / "r1", [3])
    with pytest.raises(ValueError, match="is a folder"):
        write_annotations(tmp_path, marks)
    with pytest.raises(ValueError, match="annotator must consist of .* got '../x'"):
        write_annotations(tmp_path / "r1", marks, "../x")
    with pytest.raises(ValueError, match="positive"):
        write_annotations(tmp_path / "r1", marks, fs=0)
    recording = Recording(np.zeros(10), 250, name="r1")
    with pytest.raises(ValueError, match="'r1' has no annotations"):
        write_annotations(tmp_path, recording)
    with pytest.raises(ValueError, match="fs=360 contradicts the sampling rate of .* 250 Hz"):
        annotated = Recording(np.zeros(10), 250, name="r1", annotations=marks)
        write_annotations(tmp_path, annotated, fs=360)


@pytest.mark.realdata
@pytest.mark.parametrize("record", ["100", "108", "202", "207", "232"])
def test_reference_annotations_of_mitdb(mitdb, tmp_path, record):
    recording = read_recording(mitdb / record)
    read = assert_read_back(write_annotations(tmp_path, recording), recording.annotations)
    original = wfdb.rdann(str(mitdb / record), "atr")
    np.testing.assert_array_equal(read.sample, original.sample)
    assert list(read.symbol) == list(original.symbol)
    # Some of the original notes end in C's end of text, which is not part of them.
    assert list(read.aux_note) == [note.rstrip("\0") for note in original.aux_note]
    for name in ("subtype", "chan", "num"):
        np.testing.assert_array_equal(getattr(read, name), getattr(original, name))


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 2**31 - 1) | st.integers(0, 3000),
            st.sampled_from(sorted(WFDB_SYMBOLS - {'"'})),
            st.sampled_from([0, 0, 1, -128, 51, 127]),
        ),
        min_size=1,
        max_size=20,
    ),
    fs=st.sampled_from([None, 360, 128.5]),
)
def test_plain_annotations_are_the_bytes_that_wfdb_writes(tmp_path_factory, rows, fs):
    folder = tmp_path_factory.mktemp("plain")
    sample, symbol, subtype = zip(*sorted(rows), strict=True)
    marks = Annotations(sample, symbol, subtype=subtype)
    path = write_annotations(folder / "r", marks, fs=fs)
    wfdb.wrann(
        "w", "hb", marks.sample, marks.symbol.tolist(), marks.subtype.copy(), fs=fs,
        write_dir=str(folder),
    )  # fmt: skip
    assert path.read_bytes() == (folder / "w.hb").read_bytes()
