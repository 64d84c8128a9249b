import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from heartbeat.detection._sliding import sliding_extreme, sliding_sum


@pytest.mark.parametrize("width", [1, 2, 3, 7, 8, 13, 50])
def test_windows(width):
    values = np.random.default_rng(0).integers(-99, 99, size=(2, 50)).astype(np.float32)
    before = values.copy()
    windows = sliding_window_view(values, width, axis=1)
    np.testing.assert_array_equal(sliding_sum(values, width), windows.sum(axis=2))
    np.testing.assert_array_equal(sliding_extreme(values, width), windows.max(axis=2))
    lowest = sliding_extreme(values, width, np.minimum)
    np.testing.assert_array_equal(lowest, windows.min(axis=2))
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("width", [1, 2, 5, 8])
def test_windows_of_every_third_sample(width):
    values = np.random.default_rng(0).normal(size=50)
    windows = sliding_window_view(values, 3 * (width - 1) + 1)[:, ::3]
    np.testing.assert_array_equal(sliding_extreme(values, width, spacing=3), windows.max(axis=1))


def test_a_part_has_the_sums_of_the_whole_to_the_last_bit():
    values = np.random.default_rng(0).normal(size=3000).astype(np.float32)
    whole = sliding_sum(values, 125)
    np.testing.assert_array_equal(sliding_sum(values[777:2000], 125), whole[777 : 2000 - 124])
