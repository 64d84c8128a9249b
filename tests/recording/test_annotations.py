import numpy as np
import pytest

from heartbeat.recording import Annotations


def test_fields_have_defaults_and_fixed_types():
    marks = Annotations([1, 5], ["N", "+"])
    assert marks.sample.dtype == np.int64
    for name in ("subtype", "chan", "num"):
        np.testing.assert_array_equal(getattr(marks, name), [0, 0])
    assert marks.aux.tolist() == ["", ""]
    assert len(Annotations([], [])) == 0


def test_beats_and_classes():
    marks = Annotations([0, 4, 9, 12], ["+", "N", "j", "~"], aux=["(N", "", "", ""])
    beats = marks.beats()
    assert beats.symbol.tolist() == ["N", "j"]
    assert beats.sample.tolist() == [4, 9]
    assert marks.classes().tolist() == ["", "N", "N", ""]
    assert marks.classes("ec57").tolist() == ["", "N", "S", ""]


def test_selection_keeps_all_fields():
    marks = Annotations([1, 2, 3], ["N"] * 3, subtype=[1, 2, 3], chan=[4, 5, 6], num=[7, 8, 9])
    last = marks[marks.sample > 1]
    assert (last.subtype.tolist(), last.chan.tolist(), last.num.tolist()) == (
        [2, 3],
        [5, 6],
        [8, 9],
    )
    assert len(marks[:2]) == 2
    with pytest.raises(TypeError, match="slice, a mask or an array"):
        marks[0]


def test_repr_counts():
    marks = Annotations([1, 2, 3], ["V", "N", "N"])
    assert repr(marks) == "Annotations(3, of which beats: 3; N 2, V 1)"
    assert repr(Annotations([], [])) == "Annotations(0, of which beats: 0)"


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"sample": [1.5], "symbol": ["N"]}, TypeError, "'sample' must hold integers"),
        ({"sample": [1, 2], "symbol": ["N"]}, ValueError, r"'symbol' must .*, got shape \(1,\)"),
        (
            {"sample": [1], "symbol": ["N"], "aux": ["", ""]},
            ValueError,
            "'aux' must be one-dimensional",
        ),
        ({"sample": [-3], "symbol": ["N"]}, ValueError, "count from 0, got -3"),
        ({"sample": [5, 3], "symbol": ["N", "N"]}, ValueError, r"3 \(position 1\) follows 5"),
        ({"sample": [[1]], "symbol": ["N"]}, ValueError, "one-dimensional"),
    ],
)
def test_invalid_fields(fields, error, message):
    with pytest.raises(error, match=message):
        Annotations(**fields)
