import numpy as np
import pytest

from heartbeat.metrics import RecordingDisplay
from heartbeat.recording import Annotations, Recording


@pytest.fixture
def recording():
    time = np.arange(360 * 30) / 360
    signal = np.column_stack([np.sin(time), np.cos(time)]).astype(np.float32)
    annotations = Annotations(
        [10, 360, 720, 1080, 5000], ["+", "N", "V", "j", "A"], aux=["(N", "", "", "", ""]
    )
    return Recording(signal, 360.0, ("MLII", "V1"), name="x1", annotations=annotations)


def labels(ax):
    return [(round(t.get_position()[0], 3), t.get_text()) for t in ax.texts]


def signal_line(ax):
    return next(line for line in ax.lines if len(line.get_xdata()) > 10)


def test_beats_are_labelled_where_they_are(recording):
    display = RecordingDisplay.from_recording(recording, stop=5)
    assert labels(display.axes_[0]) == [(1.0, "N"), (2.0, "V"), (3.0, "N")]
    escape = RecordingDisplay.from_recording(recording, stop=5, convention="ec57")
    assert labels(escape.axes_[0])[-1] == (3.0, "S")


@pytest.mark.parametrize("lead", ["V1", 1, -1])
def test_part_and_lead_are_drawn_in_seconds_and_mv(recording, lead):
    display = RecordingDisplay.from_recording(recording, lead=lead, start=2, stop=4)
    line = signal_line(display.axes_[0])
    np.testing.assert_allclose(line.get_xdata(), np.arange(720, 1440) / 360)
    np.testing.assert_allclose(line.get_ydata(), recording.signal[720:1440, 1])
    assert labels(display.axes_[0]) == [(2.0, "V"), (3.0, "N")]
    assert display.axes_[0].get_title(loc="left") == "record x1 V1"


def test_long_parts_are_cut_into_strips(recording):
    display = RecordingDisplay.from_recording(recording, start=1, stop=26)
    assert [ax.get_xlim() for ax in display.axes_] == [(1, 11), (11, 21), (21, 31)]
    assert labels(display.axes_[1]) == [(round(5000 / 360, 3), "S")]


def test_predictions_stand_below_and_errors_are_framed(recording):
    display = RecordingDisplay.from_predictions(
        recording, [360, 720, 1080], list("NVN"), list("NNN"), stop=5
    )
    texts = display.axes_[0].texts
    assert [t.get_text() for t in texts] == ["N", "N", "V", "N", "N", "N"]
    assert [t.get_bbox_patch() is not None for t in texts] == [0, 0, 0, 1, 0, 0]
    heights = [t.get_position()[1] for t in texts]
    assert heights[0] > heights[1]
    alone = RecordingDisplay.from_predictions(recording, [360], None, ["V"], stop=5)
    assert labels(alone.axes_[0]) == [(1.0, "V")]


def test_missed_and_extra_beats_show_a_dash(recording):
    display = RecordingDisplay.from_predictions(recording, [360, 500], ["V", ""], ["", "N"], stop=5)
    texts = display.axes_[0].texts
    assert [t.get_text() for t in texts] == ["V", "–", "–", "N"]
    assert [t.get_bbox_patch() is not None for t in texts] == [0, 1, 0, 1]


def test_grid_is_that_of_ecg_paper(recording):
    ax = RecordingDisplay.from_recording(recording, stop=2).axes_[0]
    fine, coarse = ax.collections[:2]
    at = np.sort([segment[0, 0] for c in (fine, coarse) for segment in c.get_segments()])
    np.testing.assert_allclose(np.diff(at), 0.04)
    np.testing.assert_allclose(np.diff([segment[0, 0] for segment in coarse.get_segments()]), 0.2)


def test_invalid_samples_and_missing_annotations_are_drawn_around():
    signal = np.full((3600, 1), np.nan, dtype=np.float32)
    recording = Recording(signal, 360.0, ("II",), name="x")
    display = RecordingDisplay.from_recording(recording)
    assert np.isfinite(display.axes_[0].get_ylim()).all()
    assert labels(display.axes_[0]) == []


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"lead": "V9"}, "no lead 'V9': the leads are MLII, V1"),
        ({"lead": 2}, "no lead 2"),
        ({"start": 40}, "which lasts 30.0 s"),
        ({"start": 5, "stop": 4}, "start=5 s and stop=4 s"),
    ],
)
def test_bad_parts_are_named(recording, keywords, message):
    with pytest.raises(ValueError, match=message):
        RecordingDisplay.from_recording(recording, **keywords)
