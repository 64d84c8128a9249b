import numpy as np
import pytest

from heartbeat.context._medians import merge_sorted, neighbour_medians


@pytest.mark.parametrize(("m", "n"), [(1, 1), (2, 1), (3, 5), (4, 4), (8, 2), (7, 0), (8, 4)])
def test_sorted_lists_are_merged(m, n):
    """By the 0-1 principle a network that merges zeros and ones merges anything."""
    zeros = np.array([(i, j) for i in range(m + 1) for j in range(n + 1)])
    a = [(zeros[:, 0] <= place).astype(int) for place in range(m)]
    b = [(zeros[:, 1] <= place).astype(int) for place in range(n)]
    expected = np.sort(np.array(a + b), axis=0)
    np.testing.assert_array_equal(merge_sorted(a, b), expected)


@pytest.mark.parametrize("n", [1, 2, 7, 3000])
@pytest.mark.parametrize(
    "runs",
    [((0, 0),), ((-12, -1),), ((-3, 1),), ((2, 4),), ((-10, -1), (1, 10)), ((-2, -1), (1, 5))],
)
def test_medians_are_numpys_and_beyond_an_end_is_the_end(n, runs):
    values = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    offsets = np.concatenate([np.arange(first, last + 1) for first, last in runs])
    places = np.clip(np.arange(n) + offsets[:, None], 0, n - 1)
    medians = neighbour_medians(values, *runs)
    assert medians.dtype == np.float32
    np.testing.assert_array_equal(medians, np.median(values[places], axis=0))
