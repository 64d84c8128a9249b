import numpy as np
import pytest

from heartbeat.browser._extremes import _PART, BLOCK, ExtremesReader


class Signal:
    def __init__(self, values):
        self.values = values
        self.n_samples = len(values)
        self.n_read = 0

    def read(self, start, stop):
        self.n_read += stop - start
        return self.values[start:stop]


@pytest.fixture(scope="module")
def long_signal():
    rng = np.random.default_rng(0)
    values = rng.normal(size=2 * _PART + 12_345).astype(np.float32)
    values[70_000:71_000] = np.nan
    return values


@pytest.mark.parametrize("n_columns", [1, 7, 500])
def test_columns_hold_the_extremes_of_their_samples(long_signal, n_columns):
    extremes = ExtremesReader(Signal(long_signal))
    extremes.start()
    extremes.wait()
    assert extremes.is_complete
    for start, stop in ((0, len(long_signal)), (3, 60), (69_000, 72_000), (1000, 2_000_000)):
        first, low, high = extremes.read(start, stop, n_columns)
        assert len(first) <= n_columns
        edges = np.append(first[1:], min(-(-stop // BLOCK) * BLOCK, len(long_signal)))
        if stop - start <= BLOCK * n_columns:
            edges[-1] = stop
        for a, b, lowest, highest in zip(first, edges, low, high, strict=True):
            part = long_signal[a:b]
            if np.isfinite(part).any():
                assert (lowest, highest) == (np.nanmin(part), np.nanmax(part))
            else:
                assert np.isnan(lowest) and np.isnan(highest)


def test_a_short_stretch_reads_no_more_than_itself(long_signal):
    signal = Signal(long_signal)
    first, low, high = ExtremesReader(signal).read(1000, 4600, n_columns=4000)
    assert signal.n_read == 3600
    np.testing.assert_array_equal(low, long_signal[1000:4600])
    np.testing.assert_array_equal(first, np.arange(1000, 4600))
    np.testing.assert_array_equal(high, low)


def test_what_is_not_read_yet_is_not_known_and_does_not_keep_anyone_waiting(long_signal):
    signal = Signal(long_signal)
    _, low, _ = ExtremesReader(signal).read(0, len(long_signal), n_columns=100)
    assert np.isnan(low).all()
    assert signal.n_read == 0


def test_beyond_the_ends_there_is_nothing(long_signal):
    extremes = ExtremesReader(Signal(long_signal))
    assert extremes.read(-100, 0, 10)[0].size == 0
    assert extremes.read(-50, 50, 1000)[0].tolist() == list(range(50))
