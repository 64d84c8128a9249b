"""Samples in, beats out: the same beats, however the samples come."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import maximum_filter1d
from sklearn.tree import DecisionTreeClassifier

from heartbeat.annotation import BeatAnnotator, BeatStream
from heartbeat.datasets import load_sample_recording
from heartbeat.neural import CNNClassifier
from heartbeat.recording import Recording
from heartbeat.segmentation import segment_beats

CAUSAL = {"leads": "any", "context": ("rr_causal", "rhythm_causal"), "scaling": "qrs_causal"}
FS = 360.0


@pytest.fixture(scope="module")
def lead():
    """Five minutes, with a gap and some noise."""
    recording = load_sample_recording()
    lead = recording.lead("MLII").copy()
    lead[40_000:45_000] = np.nan
    noise = np.random.default_rng(0).normal(size=9_000)
    lead[70_000:79_000] = 2 * noise
    return lead


@pytest.fixture(scope="module")
def rough(lead):
    """Two minutes and a half around the gap and the noise."""
    return lead[30_000:84_000]


def table():
    return segment_beats(load_sample_recording(), as_frame=True, **CAUSAL)


@pytest.fixture(scope="module")
def tree():
    beats = table()
    return DecisionTreeClassifier(max_depth=5, random_state=0).fit(beats.data, beats.target)


@pytest.fixture(scope="module")
def network():
    beats = table()
    network = CNNClassifier(max_epochs=3, width=4, depth=1, random_state=0)
    return network.fit(beats.data, beats.target)


def streamed(stream, lead, edges=()):
    """Push the lead divided at the edges; return all beats and stretches."""
    told = [stream.push(part) for part in np.split(lead, edges)]
    told.append(stream.finish())
    return tuple(
        pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        for parts in ([one.beats for one in told], [one.unreadable for one in told])
    )


PART_S = 60


@pytest.fixture(scope="module")
def part(lead):
    """A minute around the gap."""
    return lead[25_000 : 25_000 + PART_S * 360]


@pytest.fixture(scope="module")
def whole(tree, part):
    return streamed(BeatStream(tree, FS, segmentation=CAUSAL), part)


@pytest.fixture(scope="module")
def patient(tree, rough):
    """The beats of a stream that waits as long as anything may help."""
    stream = BeatStream(tree, FS, segmentation=CAUSAL)
    return streamed(stream, rough, np.arange(360, len(rough), 360))[0]


@settings(max_examples=4, deadline=None)
@given(edges=st.lists(st.integers(0, PART_S * 360), max_size=12).map(sorted))
def test_the_size_of_blocks_does_not_matter(tree, part, whole, edges):
    beats, stretches = streamed(BeatStream(tree, FS, segmentation=CAUSAL), part, edges)
    pd.testing.assert_frame_equal(beats, whole[0])
    covered = [np.zeros(len(part), dtype=bool) for _ in range(2)]
    for mask, pieces in zip(covered, (stretches, whole[1]), strict=True):
        for start, stop, _ in pieces.itertuples(index=False):
            mask[start:stop] = True
    np.testing.assert_array_equal(*covered)
    assert covered[0].any()


def nearby_detector(signal, fs):
    """Find steep places that are the steepest within two seconds, or nearly so."""
    steep = np.abs(np.gradient(np.nan_to_num(signal)))
    locally = maximum_filter1d(steep, round(0.4 * fs))
    return np.flatnonzero(
        (steep == locally) & (steep > 0.4 * maximum_filter1d(steep, round(4 * fs)))
    )


def annotated(classifier, lead):
    """Label the lead as a whole."""
    recording = Recording(lead[:, np.newaxis], FS, ("MLII",))
    return BeatAnnotator(classifier, segmentation=CAUSAL).annotate(recording).beats


def test_beats_are_those_of_the_whole_recording(tree, rough, patient):
    offline = annotated(tree, rough)
    _, a, b = np.intersect1d(offline["sample"], patient["sample"], return_indices=True)
    # The detector may learn from what is further away than the stream's half minute.
    assert len(a) >= 0.99 * max(len(offline), len(patient))
    labels = [table["label"].to_numpy()[rows] for table, rows in ((offline, a), (patient, b))]
    assert np.mean(labels[0] == labels[1]) > 0.99


def test_a_pause_is_that_of_the_whole_recording(tree):
    lead = load_sample_recording().lead("MLII")[10_000:60_000]
    start = 29_010  # between a T and a P wave
    noise = np.random.default_rng(0).normal(scale=0.01, size=14 * 360)
    paused = np.concatenate([lead[:start], lead[start] + noise, lead[start:]]).astype(np.float32)
    expected = annotated(tree, paused)
    beats, unreadable = streamed(BeatStream(tree, FS, segmentation=CAUSAL), paused)
    np.testing.assert_array_equal(beats["sample"], expected["sample"])
    assert np.diff(beats["sample"]).max() > 14 * 360
    assert expected["readable"].all()
    assert not len(unreadable)


def test_labels_are_those_of_the_whole_recording(network, rough, monkeypatch):
    """Exactly so with a detector that looks at a few seconds."""
    monkeypatch.setattr("heartbeat.annotation._blocks.detect_beats", nearby_detector)
    offline = annotated(network, rough)
    stream = BeatStream(network, FS, segmentation=CAUSAL)
    beats, _ = streamed(stream, rough, np.arange(360, len(rough), 360))
    exact = ["sample", "time_s", "label", "readable"]
    pd.testing.assert_frame_equal(offline[exact], beats[exact])
    others = ["p_N", "p_V", "rr_s", "quality"]
    np.testing.assert_allclose(offline[others], beats[others], atol=2e-4)
    assert 150 < beats["readable"].sum() < len(beats)


def test_beats_come_within_the_latency(tree, rough):
    for patience in (3.0, 28.0):
        stream = BeatStream(tree, FS, segmentation=CAUSAL, patience=patience)
        assert stream.lookahead == 0
        came, until = [], 0.0
        for second, part in enumerate(np.split(rough, np.arange(360, len(rough), 360)), 1):
            told = stream.push(part)
            assert told.until >= until
            until = told.until
            came += [(second, at) for at in told.beats["time_s"]]
        late = max(second - at for second, at in came if at > 10)
        assert stream.latency - 6 < late <= stream.latency + 1


def test_less_patience_gives_nearly_the_same(tree, rough, patient):
    beats, _ = streamed(BeatStream(tree, FS, segmentation=CAUSAL, patience=4.0), rough)
    common, a, b = np.intersect1d(beats["sample"], patient["sample"], return_indices=True)
    assert len(common) > 0.97 * len(patient)
    assert np.mean(beats["label"].to_numpy()[a] == patient["label"].to_numpy()[b]) > 0.95


def test_what_waits_for_later_beats_is_labelled_too(lead):
    beats = segment_beats(load_sample_recording(), as_frame=True, context="rr")
    tree = DecisionTreeClassifier(max_depth=4, random_state=0).fit(beats.data, beats.target)
    stream = BeatStream(tree, FS)
    assert stream.lookahead == 10
    short = lead[: 60 * 360]
    beats, _ = streamed(stream, short, [10_000])
    assert (beats["label"] != "").to_numpy().sum() == beats["readable"].sum() > 50
    assert beats["sample"].is_monotonic_increasing and beats["sample"].is_unique


def test_memory_does_not_grow(tree, lead):
    stream = BeatStream(tree, FS, segmentation=CAUSAL, patience=3.0)
    sizes = []
    clean = lead[: 60 * 360]
    for _ in range(4):
        for part in np.split(clean, 20):
            stream.push(part)
        kept = sum(len(part) for part in stream._source._kept)
        sizes.append(kept + len(stream._sequencer._signal) + len(stream._waiting._sample))
    # Half a minute of signal, and that of the last 150 beats at 125 Hz.
    assert max(sizes[2:]) <= 1.1 * sizes[2]
    assert max(sizes) < 60 * 360 + 400 * 125


@pytest.mark.parametrize("n", [0, 1, 300, 3000])
def test_short_streams_end_too(tree, n):
    stream = BeatStream(tree, FS, segmentation=CAUSAL)
    assert not len(stream.push(np.zeros(n)).beats)
    assert not len(stream.finish().beats)
    with pytest.raises(ValueError, match="Create a new BeatStream"):
        stream.push(np.zeros(3))


def test_what_was_told_can_be_compared_and_kept_in_a_set(tree):
    stream = BeatStream(tree, FS, segmentation=CAUSAL)
    first, second = stream.push([0.0]), stream.push([0.0])
    assert first != second
    assert first in {first, second}


def test_what_cannot_be_streamed_is_refused(tree):
    beats = segment_beats(load_sample_recording(), context="template_record", as_frame=True)
    whole = DecisionTreeClassifier(max_depth=1).fit(beats.data, beats.target)
    with pytest.raises(ValueError, match="needs the whole recording"):
        BeatStream(whole, FS)
    for fs in (60.0, "360", None, np.inf):
        with pytest.raises(ValueError, match="fs must be a finite number >= 100, got"):
            BeatStream(tree, fs, segmentation=CAUSAL)
    with pytest.raises(ValueError, match="patience must be a finite number >= 3, got 1"):
        BeatStream(tree, FS, segmentation=CAUSAL, patience=1)
    stream = BeatStream(tree, FS, segmentation=CAUSAL)
    with pytest.raises(ValueError, match="one lead"):
        stream.push(np.zeros((10, 2)))
    with pytest.raises(TypeError, match="real numbers"):
        stream.push(np.array(["1"]))
    for infinite in (-np.inf, 1e300):
        with pytest.raises(ValueError, match="Mark invalid samples with NaN"):
            stream.push([0.0, infinite])
