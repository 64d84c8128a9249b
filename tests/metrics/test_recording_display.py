from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from heartbeat.datasets import load_sample_recording
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
        ({"lead": "V9"}, "no lead 'V9' in .*MLII.*V1"),
        ({"lead": 2}, "no lead 2"),
        ({"start": 40}, "which lasts 30.0 s"),
        ({"start": 5, "stop": 4}, "start=5 s and stop=4 s"),
    ],
)
def test_bad_parts_are_named(recording, keywords, message):
    with pytest.raises(ValueError, match=message):
        RecordingDisplay.from_recording(recording, **keywords)


def long_recording(hours, fs=100.0):
    """Make beats of one second, every tenth of class V; nothing is drawn from a real heart."""
    n = int(hours * 3600 * fs)
    signal = np.zeros((n, 1), dtype=np.float32)
    sample = np.arange(fs / 2, n, fs).astype(int)
    symbol = np.full(len(sample), "N")
    symbol[::10] = "V"
    signal[sample] = 1
    return Recording(signal, fs, ("II",), name="x", annotations=Annotations(sample, symbol))


def row_of(ax, k):
    return ax.collections[0].get_paths()[k].vertices


def test_minutes_are_a_page_of_rows():
    recording = long_recording(0.25)
    display = RecordingDisplay.from_recording(recording, stop=900)
    (ax,) = display.axes_
    assert ax is display.ax_
    assert len(ax.collections[0].get_segments()) == 15
    assert ax.get_xlim() == (0, 60)
    assert [t.get_text() for t in ax.get_yticklabels()] == [f"{k}:00" for k in range(15)]
    # Rows stand below each other, the time of each as in the recording.
    peaks = [
        row_of(ax, k)[np.isclose(row_of(ax, k)[:, 1], row_of(ax, k)[:, 1].max())] for k in (0, 9)
    ]
    np.testing.assert_allclose(peaks[0][:, 0], np.arange(60) + 0.5, atol=0.06)
    np.testing.assert_allclose(peaks[1][:, 0], np.arange(60) + 0.5, atol=0.06)
    assert peaks[1][0, 1] < peaks[0][0, 1]
    # A V every ten seconds, six a row; N is not marked.
    (marks,) = ax.collections[1:]
    offsets = marks.get_offsets()
    assert len(offsets) == 90
    np.testing.assert_allclose(np.unique(offsets[:, 0]), np.arange(0.5, 60, 10))
    assert "unmarked: N" in ax.get_title(loc="left")


def test_page_keeps_peaks_and_gaps_when_it_reduces():
    recording = long_recording(0.1, fs=1000.0)
    signal = recording.signal.copy()
    signal[70_000:80_000] = np.nan
    recording = Recording(signal, 1000.0, ("II",), name="x", annotations=recording.annotations)
    ax = RecordingDisplay.from_recording(recording, stop=360).ax_
    first, second = row_of(ax, 0), row_of(ax, 1)
    assert len(first) < 5000
    assert np.sum(first[:, 1] > 0.9 * first[:, 1].max()) == 60
    gap = (second[:, 0] > 10.1) & (second[:, 0] < 19.9)
    assert gap.any() and np.isnan(second[gap, 1]).all()
    assert np.isfinite(second[~gap & (second[:, 0] > 20), 1]).all()


def test_page_marks_predictions_that_differ():
    recording = long_recording(0.1)
    beats = recording.annotations
    predicted = np.where(np.arange(len(beats.sample)) == 3, "S", beats.symbol)
    predicted[20] = ""
    display = RecordingDisplay.from_predictions(
        recording, beats.sample, beats.symbol, predicted, stop=360
    )
    _, n, v, missed, s = display.ax_.collections
    assert [len(c.get_offsets()) for c in (n, v, missed, s)] == [1, 36, 1, 1]
    np.testing.assert_allclose(s.get_offsets()[0, 0], n.get_offsets()[0, 0])
    assert s.get_offsets()[0, 1] < n.get_offsets()[0, 1]
    assert "predictions that differ below" in display.ax_.get_title(loc="left")


def test_more_than_a_page_shows_is_refused():
    recording = long_recording(2)
    assert len(RecordingDisplay.from_recording(recording, stop=3600).axes_) == 1
    with pytest.raises(ValueError, match="120 minutes need 120 rows of 60 s.*at most 60 minutes"):
        RecordingDisplay.from_recording(recording, stop=7200)
    with pytest.raises(ValueError, match="rows of 10 s, but a page shows at most 60"):
        RecordingDisplay.from_recording(recording, stop=3600, seconds=10)
    longer = RecordingDisplay.from_recording(recording, stop=7200, seconds=300)
    assert longer.ax_.get_xlim() == (0, 300)
    for seconds in (0, -1, np.nan):
        with pytest.raises(ValueError, match="seconds, the length of a row, must be"):
            RecordingDisplay.from_recording(recording, seconds=seconds)


def test_an_hour_needs_no_more_than_it_draws():
    """Points on the page, not samples of the recording, are what is drawn and kept."""
    recording = long_recording(1, fs=500.0)
    ax = RecordingDisplay.from_recording(recording, stop=3600).ax_
    assert sum(len(row) for row in ax.collections[0].get_segments()) <= 60 * 2400
    # Anything drawn a beat or a grid line at a time would be thousands of artists.
    assert len(ax.get_children()) < 50


def test_axes_tell_time_since_the_beginning_or_of_day(recording):
    short = RecordingDisplay.from_recording(recording, stop=5)
    assert short.axes_[-1].get_xlabel() == "s"
    hour = long_recording(1.5)
    strip = RecordingDisplay.from_recording(hour, start=4000, stop=4010).axes_[0]
    assert strip.get_xlabel() == "h:min:s"
    assert strip.xaxis.get_major_formatter()(4005) == "1:06:45"
    begin = datetime(2024, 2, 29, 23, 30)
    page = RecordingDisplay.from_recording(hour, start=1500, stop=2100, begin=begin).ax_
    assert [t.get_text() for t in page.get_yticklabels()][:6:5] == ["23:55:00", "00:00:00"]
    assert "time of day" in page.get_ylabel()
    told = replace(hour, begin=begin)
    page = RecordingDisplay.from_recording(told, start=1500, stop=2100).ax_
    assert [t.get_text() for t in page.get_yticklabels()][:6:5] == ["23:55:00", "00:00:00"]


@pytest.mark.parametrize("stop", [20, 600])
@pytest.mark.parametrize("signal", ["flat", "missing"])
def test_nothing_to_see_is_drawn_too(stop, signal):
    value = {"flat": 0, "missing": np.nan}[signal]
    recording = Recording(np.full((60_000, 1), value, dtype=np.float32), 100.0, ("II",))
    display = RecordingDisplay.from_recording(recording, stop=stop)
    assert np.isfinite(display.axes_[0].get_ylim()).all()
    display.figure_.canvas.draw()


def test_strips_do_not_copy_the_signal_for_each(recording):
    display = RecordingDisplay.from_recording(recording, stop=30)
    lengths = [len(signal_line(ax).get_xdata()) for ax in display.axes_]
    assert lengths == [3601, 3602, 3601]


def test_leads_are_found_as_everywhere():
    sample = load_sample_recording()
    display = RecordingDisplay.from_recording(sample, lead="ECG II", start=0, stop=2)
    assert display.lead == "MLII"
    with pytest.raises(ValueError, match="V3"):
        RecordingDisplay.from_recording(sample, lead="V3", start=0, stop=2)
