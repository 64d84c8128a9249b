import numpy as np
import pytest

from heartbeat.context._medians import median_comparators, neighbour_medians


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 12, 20, 33])
def test_networks_find_medians(n):
    values = np.random.default_rng(n).integers(0, 10, (n, 500)).astype(float)
    expected = np.median(values, axis=0)
    for i, j in median_comparators(n):
        values[i], values[j] = np.minimum(values[i], values[j]), np.maximum(values[i], values[j])
    np.testing.assert_array_equal((values[(n - 1) // 2] + values[n // 2]) / 2, expected)


def test_networks_sort_every_input_of_zeros_and_ones():
    """By the 0-1 principle a network that does so finds the middle of anything."""
    n = 12
    values = (np.arange(2**n) >> np.arange(n)[:, None]) & 1
    expected = np.median(values, axis=0)
    for i, j in median_comparators(n):
        values[i], values[j] = np.minimum(values[i], values[j]), np.maximum(values[i], values[j])
    np.testing.assert_array_equal((values[5] + values[6]) / 2, expected)


@pytest.mark.parametrize("n", [1, 2, 7, 3000])
def test_neighbours_beyond_an_end_are_the_end(n):
    values = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    offsets = (-2, -1, 1, 2)
    places = np.clip(np.arange(n) + np.array(offsets)[:, None], 0, n - 1)
    medians = neighbour_medians(values, offsets)
    assert medians.dtype == np.float32
    np.testing.assert_allclose(medians, np.median(values[places], axis=0), rtol=1e-6)
