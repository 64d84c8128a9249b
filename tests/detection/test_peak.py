import numpy as np
import pytest

from heartbeat.detection._peak import move_to_peaks


def pulses(at, fs, n_samples):
    t = np.arange(n_samples) / fs
    return np.exp(-((t[:, np.newaxis] - np.asarray(at) / fs) ** 2) / (2 * 0.012**2)).sum(axis=1)


@pytest.mark.parametrize("fs", [100, 128, 360, 1000])
@pytest.mark.parametrize("factor", [1, -40])
def test_marks_move_to_the_peak(fs, factor):
    peaks = (np.array([0.5, 1.3, 2.1, 2.9]) * fs).round().astype(np.int64)
    lead = factor * (pulses(peaks, fs, 3 * fs) + 7)
    marks = peaks + np.array([-0.08, 0.05, 0, 0.03]) * fs
    np.testing.assert_array_equal(move_to_peaks(lead, marks.astype(np.int64), fs), peaks)


def test_two_marks_do_not_take_one_peak():
    lead = pulses([100], 360, 400)
    moved = move_to_peaks(lead, np.array([95, 120]), 360)
    assert moved[0] == 100
    assert moved[1] > 100


def test_none_leaves_the_signal():
    lead = np.arange(50.0)
    moved = move_to_peaks(lead, np.array([0, 49]), 360)
    assert moved.min() >= 0
    assert moved.max() < 50
    assert len(move_to_peaks(lead, np.array([], dtype=np.int64), 360)) == 0
