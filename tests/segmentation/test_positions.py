import numpy as np
import pytest

from heartbeat.recording import Annotations, Recording
from heartbeat.segmentation import find_beats


@pytest.fixture
def recording():
    marks = Annotations([1000, 2000, 2040, 3000], ["N", "V", "A", "F"])
    return Recording(np.zeros(5000), 360.0, "MLII", annotations=marks)


def test_given_beats_take_the_nearest_label_within_150_ms(recording):
    sample, symbol = find_beats(recording, [1000 + 54, 1990, 3000 - 55, 4000])
    assert sample.tolist() == [1054, 1990, 2945, 4000]
    assert symbol.tolist() == ["N", "V", "", ""]


def test_no_reference_beat_names_two(recording):
    assert find_beats(recording, [990, 1005])[1].tolist() == ["", "N"]
    assert find_beats(recording, [2001, 2039])[1].tolist() == ["V", "A"]


def test_without_annotations_there_are_no_labels():
    recording = Recording(np.zeros(5000), 360.0, "MLII")
    assert find_beats(recording, np.array([10, 20]))[1].tolist() == ["", ""]
    assert find_beats(recording, [])[0].dtype == np.int64


def test_one_reference_beat():
    marks = Annotations([1000], ["V"])
    recording = Recording(np.zeros(5000), 360.0, "MLII", annotations=marks)
    assert find_beats(recording, [900, 1010, 4000])[1].tolist() == ["", "V", ""]
