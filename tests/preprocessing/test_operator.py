import numpy as np
import pytest

from heartbeat.preprocessing._operator import LinearMap
from heartbeat.preprocessing._zero_phase import design, zero_phase_matrix


@pytest.mark.parametrize(
    "kind, cutoff, low_rank", [("highpass", 0.5, True), ("lowpass", 40, False)]
)
@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 5e-6), (np.float64, 1e-12)])
def test_both_ways_of_computing_agree_to_rounding(kind, cutoff, low_rank, dtype, tolerance):
    matrix = zero_phase_matrix(design(kind, cutoff, 125, 2), 187)
    rows = np.random.default_rng(0).normal(size=(5, 3, 187))
    operator = LinearMap(matrix)
    if dtype == np.float32:
        assert (operator.rank(dtype) is not None) == low_rank
    mapped = operator(rows.astype(dtype))
    assert mapped.dtype == dtype
    np.testing.assert_allclose(mapped, rows.astype(dtype) @ matrix, atol=tolerance)


def test_a_map_to_another_length_uses_the_full_matrix():
    operator = LinearMap(np.ones((4, 2)))
    assert operator.rank(np.float32) is None
    assert operator(np.ones((3, 4), dtype=np.float32)).tolist() == [[4, 4]] * 3


@pytest.mark.parametrize("n_out", [5, 100, 540])
@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 1e-5), (np.float64, 1e-13)])
def test_a_band_is_computed_block_by_block(n_out, dtype, tolerance):
    at = np.linspace(0, 186, n_out)
    matrix = np.exp(-((np.arange(187)[:, np.newaxis] - at) ** 2))
    matrix[:, n_out // 2] = 0
    operator = LinearMap(matrix)
    assert operator.rank(dtype) is None
    rows = np.random.default_rng(0).normal(size=(5, 187)).astype(dtype)
    np.testing.assert_allclose(operator(rows), rows @ matrix, atol=tolerance)
