import numpy as np
import pytest

from heartbeat.metrics import compare_beats, in_test_period
from heartbeat.recording import Annotations


def test_first_five_minutes_are_left_out():
    assert in_test_period([0, 107_999, 108_000, 10**7], fs=360).tolist() == [0, 0, 1, 1]
    assert in_test_period([0, 5], fs=360, start=0).all()
    assert in_test_period([359, 360, 720, 721], fs=360, start=1, stop=2).tolist() == [0, 1, 1, 0]


def test_same_borders_as_the_comparison():
    sample = np.arange(0, 4000, 7)
    beats = Annotations(sample, ["N"] * len(sample))
    for start, stop in [(0, None), (3, 6), (1.2345, 7.7)]:
        period = {"fs": 250, "start": start, "stop": stop}
        compared = compare_beats(beats, beats, window=0.001, **period).counts.sum()
        assert in_test_period(sample, **period).sum() == compared


@pytest.mark.parametrize("keywords", [{"fs": -1}, {"fs": 1, "start": -1}, {"fs": 1, "stop": 3}])
def test_bad_periods_are_named(keywords):
    with pytest.raises(ValueError, match="fs|start|stop"):
        in_test_period([1], **keywords)
