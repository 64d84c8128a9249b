import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heartbeat.annotation import BeatAnnotator
from heartbeat.browser import MarkedRecording, write_report
from heartbeat.browser._charts import burden_over_time, rate_curve
from heartbeat.browser._report import report_html
from heartbeat.browser._signal import SignalReader
from heartbeat.browser._strip import signal_path, strip_svg
from heartbeat.cli import main
from heartbeat.recording import Annotations, Recording, read_recording, write_recording


def path_points(path):
    """Return the points of each piece of a path of relative steps."""
    pieces = []
    for piece in re.findall(r"M([\d.-]+) ([\d.-]+)(?:l([^M]*)|h1)", path):
        steps = np.array(piece[2].split(), dtype=int).reshape(-1, 2)
        pieces.append(np.vstack([[[int(piece[0]), int(piece[1])]], steps]).cumsum(axis=0))
    return pieces


def test_the_curve_is_to_scale():
    fs, high = 360, 1.0
    signal = np.sin(np.arange(720) / 40).astype(np.float32)
    (points,) = path_points(signal_path(signal, fs, high))
    # Twentieths of a millimetre, at 25 mm/s and 10 mm/mV.
    np.testing.assert_allclose(points[:, 0] / 20 / 25, np.arange(720) / fs, atol=0.0011)
    np.testing.assert_allclose(high - points[:, 1] / 20 / 10, signal, atol=0.0026)


def test_gaps_are_gaps_and_a_curve_of_many_samples_keeps_its_extremes():
    signal = np.zeros(100, dtype=np.float32)
    signal[40:60] = np.nan
    assert len(path_points(signal_path(signal, 100, 1.0))) == 2
    signal = np.zeros(40_000, dtype=np.float32)
    signal[12_345] = 2.0
    (points,) = path_points(signal_path(signal, 8000, 2.0))
    assert points[:, 1].min() == 0
    assert len(points) < 3000


def test_a_strip_tells_its_beats_to_those_who_cannot_see_it():
    svg = strip_svg(np.zeros(700), 100, 60.0, [(61, "N"), (62, "V"), (63, "")], [(64, 65)])
    assert "<title>7.0 s of ECG from 0:01:00; beats: N, V, unreadable</title>" in svg
    assert 'style="width:175mm"' in svg
    assert svg.count("<text") == 3
    assert 'x="100.00" width="25.00"' in svg


@pytest.fixture(scope="module")
def report(marked, tmp_path_factory):
    """The report of the sample, in a folder of its own."""
    return write_report(marked, tmp_path_factory.mktemp("report") / "report.html")


def test_a_report_is_one_file_without_script_or_network(marked, report):
    html = report.read_text(encoding="utf-8")
    assert "<script" not in html
    addresses = re.findall(r'(?:src|href)="([^"]{0,30})', html)
    assert addresses
    assert all(a.startswith("data:image/svg+xml;base64,") for a in addresses)
    assert "default-src 'none'" in html
    assert "Not a medical device" in html
    assert f"{len(marked.beats):,}" in html
    assert list(report.parent.iterdir()) == [report]


def test_an_annotated_recording_writes_its_report(sample_recording, tmp_path):
    annotated = BeatAnnotator().annotate(sample_recording)
    path = annotated.report(tmp_path / "208.html")
    html = path.read_text(encoding="utf-8")
    assert html == report_html(annotated)
    # The weights have no class Q.
    assert "N, S, V, F</td>" in html and "paced or unclassifiable" not in html
    assert "any-lead" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("duration", "bin_s", "bins"), [(1800, 300, 6), (1801, 300, 7), (86_400, 3600, 24), (10, 60, 1)]
)
def test_burden_is_the_share_of_each_bin(duration, bin_s, bins):
    beats = pd.DataFrame({"time_s": [1.0, 2.0, 3.0, 4.0], "label": ["N", "V", "", "N"]})
    shares = burden_over_time(beats, duration, bin_s)
    assert len(shares) == bins
    assert shares.loc[0, "V"] == pytest.approx(100 / 3)
    assert shares.to_numpy()[1:].sum() == 0


@pytest.mark.parametrize("n_beats", [10, 500, 800, 3000])
@pytest.mark.parametrize("gap_s", [0.0, 30.0])
def test_the_line_of_the_heart_rate_breaks_only_where_there_is_none(n_beats, gap_s):
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.uniform(0.6, 1.1, n_beats))
    times[n_beats // 2 :] += gap_s
    at, mean, low, high = rate_curve(times, 60 + rng.normal(size=n_beats), times[-1] + 1)
    assert len(at) == len(mean) == len(low) == len(high)
    unknown = np.isnan(mean)
    assert unknown.any() == (gap_s > 0)
    assert np.count_nonzero(np.diff(unknown.astype(int)) == 1) == (gap_s > 0)


def test_a_report_without_a_readable_beat_shows_the_signal_and_no_empty_charts(tmp_path):
    signal = np.random.default_rng(0).normal(size=(3600, 1)).astype(np.float32)
    annotated = BeatAnnotator().annotate(Recording(signal, 360.0, ("II",), "noise"))
    assert not annotated.beats["readable"].any()
    html = annotated.report(tmp_path / "noise.html").read_text(encoding="utf-8")
    assert "Longest unreadable stretches" in html
    assert html.count('class="strip"') == 1
    assert "Over time" not in html  # ten seconds
    assert "RR intervals" not in html and "Beats of each class" not in html


def test_the_same_recording_gives_the_same_report(marked, report):
    assert report_html(marked) == report.read_text(encoding="utf-8")


def test_names_with_markup_are_text(sample_recording, tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    recording = replace(sample_recording, name=evil, leads=(evil,))
    marked = MarkedRecording.from_recording(recording)
    html = write_report(marked, tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


@pytest.mark.parametrize(
    ("leads", "text"), [(None, "<p>Heartbeats"), (("V1",), "<p>Lead V1. Heartbeats")]
)
def test_only_the_name_of_a_lead_is_shown(sample_recording, leads, text):
    signal = sample_recording.lead("MLII")
    recording = Recording(signal, 360.0, leads, "208", annotations=sample_recording.annotations)
    html = report_html(MarkedRecording.from_recording(recording))
    assert text in html


@pytest.mark.parametrize("symbols", ["", "N", "QQQQQQQQQQQQ", "NNNNSSSSSVVVVFFQ"])
def test_reports_of_little(make_marked, symbols, tmp_path):
    marked = make_marked(0.5 + np.arange(len(symbols)), symbols, duration=20)
    html = write_report(marked, tmp_path / "report.html").read_text(encoding="utf-8")
    for letter in set(symbols):
        assert f">{letter}</text>" in html or symbols == "N"


def test_a_missing_signal_is_no_reason_to_fail(make_marked, tmp_path):
    marked = make_marked([1, 2, 3], "NNN", duration=5, signal=np.full(500, np.nan))
    assert write_report(marked, tmp_path / "report.html").stat().st_size > 1000


def test_scores_appear_where_the_recording_has_a_reference(sample_recording, report, tmp_path):
    beats = sample_recording.annotations.beats()
    missed = beats[np.arange(len(beats)) != 7]
    marked = MarkedRecording.from_recording(sample_recording, missed)
    html = write_report(marked, tmp_path / "report.html").read_text(encoding="utf-8")
    expected = (len(beats) - 1) / len(beats)
    assert f'<th scope="row">QRS</th><td>{expected:.4f}</td><td>1.0000</td>' in html
    # Without a label V, +P of V is not defined.
    only_n = beats[beats.symbol == "N"]
    html = report_html(MarkedRecording.from_recording(sample_recording, only_n))
    assert "<td>-</td>" in html and "nan" not in html.split("Over time")[0]
    # Its own annotations are nothing to compare with.
    assert "Scores" not in report.read_text(encoding="utf-8")


def test_unreadable_stretches_are_marked_on_strips(marked, tmp_path):
    stretches = pd.DataFrame({"start": [0], "stop": [marked.n_samples], "reason": ["noise"]})
    html = write_report(replace(marked, unreadable=stretches), tmp_path / "r.html").read_text(
        encoding="utf-8"
    )
    assert html.count('fill="#888"') == html.count('class="strip"') > 0


@pytest.mark.realdata
def test_parts_are_read_from_disk_as_from_memory(mitdb):
    recording = read_recording(mitdb / "208")
    marked = MarkedRecording.from_recording(recording, lead="V1", path=mitdb / "208")
    in_memory = SignalReader(marked)

    # What is annotated in blocks holds no recording.
    class OnDisk:
        name, lead, path = marked.name, marked.lead, marked.path
        fs, n_samples, recording = marked.fs, marked.n_samples, None

    on_disk = SignalReader(OnDisk())
    for start, stop in (
        (0, 100),
        (-50, 50),
        (5000, 9000),
        (marked.n_samples - 10, marked.n_samples + 10),
    ):
        np.testing.assert_array_equal(on_disk.read(start, stop), in_memory.read(start, stop))


def test_a_signal_that_is_nowhere_is_told():
    class Nowhere:
        name, lead, path, fs, n_samples, recording = "x", "MLII", None, 100.0, 100, None

    with pytest.raises(ValueError, match="neither in memory nor in a known file"):
        SignalReader(Nowhere())


def test_a_day_stays_below_five_megabytes(tmp_path):
    rng = np.random.default_rng(0)
    fs, hours = 128, 24
    rr = rng.normal(0.8, 0.05, round(hours * 3600 / 0.8))
    seconds = rr.cumsum()
    seconds = seconds[seconds < hours * 3600 - 1]
    symbol = rng.choice(list("NVS"), len(seconds), p=[0.8, 0.15, 0.05])
    signal = rng.normal(0, 0.3, hours * 3600 * fs).astype(np.float32)
    marks = Annotations((seconds * fs).astype(int), symbol)
    marked = MarkedRecording.from_recording(Recording(signal, fs, name="day", annotations=marks))
    path = write_report(marked, tmp_path / "day.html")
    assert path.stat().st_size < 5e6
    assert path.read_text(encoding="utf-8").count('class="strip"') >= 24


@pytest.mark.realdata
def test_the_command_writes_a_report(mitdb, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(mitdb / "208"), "--annotator", "atr", "--lead", "V1"]) == 0
    assert "wrote 208.html" in capsys.readouterr().out
    assert "Lead V1" in (tmp_path / "208.html").read_text(encoding="utf-8")
    assert main(["report", str(mitdb / "208"), "--annotator", "atr", "-o", "report.pdf"]) == 1
    assert "must end in .html" in capsys.readouterr().err


def test_the_command_labels_beats_where_no_annotator_is_asked_for(
    sample_recording, tmp_path, capsys
):
    record = tmp_path / "night.npz"
    write_recording(record, sample_recording)
    assert main(["report", str(record), "--lead", "II", "-o", str(tmp_path / "night.html")]) == 0
    assert "wrote" in capsys.readouterr().out
    html = (tmp_path / "night.html").read_text(encoding="utf-8")
    assert "Scores against the reference annotations" in html
    assert "with a probability of only" in html
    assert "any-lead" in html


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_chromium_opens_the_report_offline(chromium, marked, report, width, height):
    context = chromium.new_context(viewport={"width": width, "height": height}, offline=True)
    page = context.new_page()
    complaints, requests = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    assert page.title() == f"{marked.name}: heartbeat report"
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [report.as_uri()]
    # Nothing sticks out sideways, and every picture has been decoded.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    # 7 s at 25 mm/s; a CSS millimetre is 96/25.4 pixels.
    strip = page.locator("svg.strip").first.bounding_box()
    assert strip["width"] == pytest.approx(175 * 96 / 25.4, abs=1)
    context.close()


def test_chromium_prints_the_report_on_a4(chromium, report):
    page = chromium.new_page()
    page.goto(report.as_uri())
    pdf = page.pdf(prefer_css_page_size=True)
    page.close()
    boxes = set(re.findall(rb"/MediaBox \[([^\]]*)\]", pdf))
    assert boxes
    for box in boxes:
        _, _, width, height = map(float, box.split())
        assert (width, height) == pytest.approx((595, 842), abs=1)
