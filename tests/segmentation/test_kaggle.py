import numpy as np
import pytest

from heartbeat.datasets import load_beats
from heartbeat.recording import Annotations, Recording
from heartbeat.segmentation import segment_beats
from heartbeat.segmentation._kaggle import crop_lengths, cut_kaggle


def slow_lengths(times):
    """Do what the paper says, beat by beat."""
    lengths = []
    for t in times:
        window = [u for u in times if u // 10 == t // 10]
        rr = np.diff(window) if len(window) > 1 else np.diff(times)
        lengths.append(min(187, round(1.2 * np.median(rr) * 125)))
    return lengths


def test_lengths_are_those_of_each_window():
    times = np.cumsum(np.random.default_rng(0).uniform(0.4, 2.0, 200))
    times[100:] += 25  # two empty windows
    assert crop_lengths(times).tolist() == slow_lengths(times)


def test_lengths_where_there_is_little_to_go_by():
    assert crop_lengths(np.array([])).tolist() == []
    assert crop_lengths(np.array([3.0])).tolist() == [187]
    assert crop_lengths(np.array([1.0, 1.5, 12.0])).tolist() == [75, 75, 187]


def test_a_beat_is_scaled_over_its_crop_and_padded_with_zeros():
    signal = np.sin(np.arange(1000) / 7)[None].astype(np.float32)
    beats, complete = cut_kaggle(signal, np.array([100, 990]), np.array([60, 60]))
    crop = signal[0, 100:160]
    expected = (crop - crop.min()) / (crop.max() - crop.min())
    np.testing.assert_allclose(beats[0, 0, :60], expected, atol=1e-6)
    assert not beats[0, 0, 60:].any()
    assert not beats[1, 0, 10:].any()
    assert complete.tolist() == [True, False]


def test_through_segment_beats():
    sample = np.arange(100, 35_900, 300)
    marks = Annotations(sample, np.full(len(sample), "N"))
    signal = np.random.default_rng(0).normal(size=(36_000, 2))
    signal[:, 1] = 4.0
    recording = Recording(signal, 360.0, ("MLII", "V1"), annotations=marks)
    beats = segment_beats(recording, layout="kaggle", leads=("MLII", "V1"), edges="drop")
    mlii, flat = beats.data[:, :187], beats.data[:, 187:]
    assert (mlii.min(axis=1) == 0).all() and (mlii.max(axis=1) == 1).all()
    assert not mlii[:, 125:].any() and not flat.any()
    assert (beats.before, beats.n_dropped) == (0.0, 1)


@pytest.mark.realdata
def test_published_rows_are_found_among_our_beats(data_home, mitdb):
    """Twenty rows of the Kaggle files, held against every beat of their class in some records.

    A search through all 48 records took the rows to be from these (or found none much nearer).
    Published rows begin up to four samples behind the annotation, and their lengths differ from
    ours by a few samples; within these limits the waveforms agree.
    """
    records = "103 105 109 111 115 118 121 122 202 203 208 222 230 233 234".split()
    ours = load_beats("mitdb", layout="kaggle", records=records, data_home=data_home, cache=False)
    errors = []
    for part in ("train", "test"):
        path = data_home / "kaggle_heartbeat" / f"mitbih_{part}_first10.csv"
        for row in np.loadtxt(path, delimiter=",", dtype=np.float32):
            candidates = ours.data[ours.target == "NSVFQ"[int(row[187])]]
            errors.append(
                min(
                    np.abs(candidates[:, late:] - row[: 187 - late]).mean(axis=1).min()
                    for late in range(5)
                )
            )
    errors = np.sort(errors)
    assert errors[0] < 0.006
    assert errors[6] < 0.011  # a third of the rows begin on our sample and are as long as ours
    assert np.median(errors) < 0.018
    assert errors[-2] < 0.04
