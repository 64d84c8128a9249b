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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fs", -1), ("fs", "360"), ("fs", None), ("start", -1), ("start", "0"),
        ("stop", "400"), ("stop", np.inf), ("window", -1), ("window", "0.15"),
    ],
)  # fmt: skip
def test_bad_times_are_named(name, value):
    beats = Annotations([100], ["N"])
    keywords = {"fs": 360, name: value}
    with pytest.raises(ValueError, match=f"{name} must be .*got {value!r}"):
        compare_beats(beats, beats, **keywords)
    if name != "window":
        with pytest.raises(ValueError, match=f"{name} must be .*got {value!r}"):
            in_test_period([1], **keywords)
