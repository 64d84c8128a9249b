import numpy as np

from heartbeat.segmentation._signal import bridge_gaps, cut, invalid_share, resample_linear


def test_gaps_become_straight_lines():
    nan = np.nan
    signal = np.array([[nan, 1, nan, nan, 4, nan], [nan] * 6, [0, 1, 2, 3, 4, 5]], np.float32)
    bridged, invalid = bridge_gaps(signal)
    assert bridged.tolist() == [[1, 1, 2, 3, 4, 4], [0] * 6, [0, 1, 2, 3, 4, 5]]
    np.testing.assert_array_equal(invalid, np.isnan(signal))
    assert np.isnan(signal[0, 0])
    assert bridge_gaps(signal[2:])[1] is None


def test_stretches_beyond_an_end_repeat_it():
    stretches, complete = cut(np.arange(5.0)[None], np.array([-2, 0, 2, 4, 9]), 3)
    assert stretches[:, 0].tolist() == [[0, 0, 0], [0, 1, 2], [2, 3, 4], [4, 4, 4], [4, 4, 4]]
    assert complete.tolist() == [False, True, True, False, False]


def test_linear_resampling_is_exact_on_lines():
    line = np.arange(361.0)[None]
    np.testing.assert_allclose(resample_linear(line, 360, 125)[0], np.arange(126) * 2.88, rtol=1e-6)


def test_invalid_share_counts_what_lies_inside():
    invalid = np.zeros((2, 10), dtype=bool)
    invalid[0, 4:6] = True
    share = invalid_share(invalid, np.array([-5, 4, 0]), np.array([5, 6, 4]))
    np.testing.assert_allclose(share, [0.5 / 5, 0.5, 0])
