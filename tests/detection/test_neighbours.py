import numpy as np

from heartbeat.detection._candidates import MEASURES, Candidates
from heartbeat.detection._neighbours import NEIGHBOUR_MEASURES, compare_with_neighbours

FS = 100.0


def compare(seconds, beats, shape=None, height=None, score=None):
    position = np.rint(np.asarray(seconds) * FS).astype(np.int64)
    n = len(position)
    height = np.zeros(n, np.float32) if height is None else np.asarray(height, np.float32)
    candidates = Candidates(position, height, np.zeros((n, len(MEASURES)), np.float32))
    shape = np.eye(n, 20, dtype=np.float32) if shape is None else shape
    score = np.zeros(n) if score is None else np.asarray(score, float)
    table = compare_with_neighbours(
        candidates, {"qrs": shape, "slow": shape}, score, np.array(beats, dtype=np.int64), FS
    )
    assert table.shape == (n, len(NEIGHBOUR_MEASURES))
    assert np.isfinite(table).all()
    return {name: table[:, i] for i, name in enumerate(NEIGHBOUR_MEASURES)}


def test_a_t_wave_among_regular_beats():
    # Beats each second, and 0.3 s after the fourth something half as high.
    measures = compare(
        [1, 2, 3, 4, 4.3, 5, 6, 7],
        beats=[0, 1, 2, 3, 5, 6, 7],
        height=np.log([1, 1, 1, 1, 0.5, 1, 1, 1]),
        score=[5, 5, 5, 7, -1, 9, 5, 5],
    )
    np.testing.assert_allclose(measures["RR interval"], 1)
    assert measures["time before"][4] == np.float32(np.log(0.3))
    np.testing.assert_allclose(measures["soon after"][4], 0.15, rtol=1e-5)
    np.testing.assert_allclose(measures["height around"][4], np.log(2), rtol=1e-5)
    assert measures["score of the beat before"][4] == 7
    assert measures["score of the beat after"][4] == 8  # at most
    assert measures["soon after"][3] == 0, "a beat's neighbours are beats alone, and not itself"
    assert measures["time after"][3] == 0


def test_likeness_is_that_of_neighbours():
    shape = np.eye(3, 20, dtype=np.float32)[[0, 0, 1, 0, 0]]
    measures = compare([1, 2, 3, 4, 5], beats=range(5), shape=shape)
    assert measures["best likeness"].tolist() == [1, 1, 0, 1, 1]


def test_what_is_far_is_no_neighbour():
    near, far = (compare([1, 2, 2 + gap], beats=[0, 1], score=[5, 5, 0]) for gap in (1, 20))
    assert near["score of the beat before"][2] == 5
    assert far["score of the beat before"][2] == 0
    assert far["RR interval"][2] == np.float32(0.8)


def test_no_beats():
    measures = compare([1, 2], beats=[])
    assert measures["RR interval"].tolist() == [np.float32(0.8)] * 2
    compare([], beats=[])
