import numpy as np
import pytest

from heartbeat.context._windows import bounds, window_mean, window_quantiles

WINDOWS = [(-3, 3), (-10, -1), (0, 0), (-5, 0), (2, 4), (-200, 200), (5, 9)]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("n", [1, 2, 30])
def test_against_numpy_window_by_window(window, n):
    values = np.random.default_rng(n).normal(size=n)
    quantiles = (0.1, 0.5, 0.9)
    means, found = window_mean(values, *window), window_quantiles(values, *window, quantiles)
    start, stop = bounds(n, *window)
    for i in range(n):
        part = values[start[i] : stop[i] + 1]
        assert len(part)
        assert means[i] == pytest.approx(part.mean())
        np.testing.assert_allclose(found[i], np.quantile(part, quantiles))
