import numpy as np
import pytest

from heartbeat.detection._envelopes import Envelopes
from heartbeat.detection._pauses import measure_in_pauses

FS = 100


def envelopes_with(heights, n_samples=3000):
    """Return an envelope of a lead, with given heights at given seconds."""
    level = np.full(n_samples, 1e-3, dtype=np.float32)
    for second, height in heights.items():
        level[round(second * FS)] = height
    return Envelopes({"qrs": level}, {}, None)


def measure(heights, of, beats):
    found = envelopes_with(heights)
    position, beats = (np.rint(np.array(x) * FS).astype(np.int64) for x in (of, beats))
    return measure_in_pauses(found, position, np.full(len(of), 3.0), beats, FS)


def test_a_low_candidate_between_distant_tall_beats_is_suspected():
    suspects, measures = measure({9: 1, 10: 1, 12: 0.1, 15: 1}, of=[10, 12], beats=[9, 10, 15])
    assert suspects.tolist() == [1]
    np.testing.assert_allclose(measures, [[3, np.log(10), 5]], rtol=1e-5)


def test_neither_short_intervals_nor_equal_heights_are_suspected():
    assert not len(measure({10: 1, 11: 0.1, 12: 1}, of=[11], beats=[10, 12])[0])
    assert not len(measure({10: 1, 12: 0.5, 15: 1}, of=[12], beats=[10, 15])[0])
    assert not len(measure({10: 1, 12: 0.1, 15: 1}, of=[12], beats=[])[0])
    # Beats that are more than 8 s away do not count.
    assert not len(measure({1: 1, 12: 0.1, 25: 1}, of=[12], beats=[1, 25])[0])


def test_the_interval_ends_with_the_signal():
    suspects, measures = measure({25: 1, 29: 0.1}, of=[29], beats=[25])
    assert suspects.tolist() == [0]
    assert measures[0, 2] == pytest.approx(5)


def test_leads_are_compared_in_their_own_units_where_they_are_used():
    level = np.full((3, 3000), 1e-3, dtype=np.float32)
    level[:, [1000, 1500]] = [[1.0], [1000.0], [1.0]]
    level[:, 1200] = [0.1, 10.0, 1.0]
    shown = np.ones_like(level)
    shown[2, 1100:1300] = 0
    found = Envelopes({"qrs": level[0]}, {}, shown, level)
    beats = np.array([1000, 1500])
    suspects, measures = measure_in_pauses(found, np.array([1200]), np.ones(1), beats, FS)
    assert suspects.tolist() == [0]
    assert measures[0, 1] == pytest.approx((np.log(10) + np.log(100)) / 2, rel=1e-5)
