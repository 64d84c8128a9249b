import numpy as np
import pytest

from heartbeat.metrics import compare_heart_rates
from heartbeat.recording import Annotations

FS = 360


def beats(sample, marks=()):
    """N beats, and (sample, symbol, subtype) marks between them."""
    rows = sorted([*((at, "N", 0) for at in sample), *marks])
    return Annotations(
        [at for at, _, _ in rows],
        [symbol for _, symbol, _ in rows],
        subtype=[subtype for *_, subtype in rows],
    )


def compare(reference, test, **keywords):
    return compare_heart_rates(reference, test, **{"fs": FS, "start": 0, **keywords})


def test_same_annotations_have_no_error():
    comparison = compare(beats(range(0, 7200, 300)), beats(range(0, 7200, 300)), record="a")
    assert comparison.n_measurements == 24 - 8
    assert comparison.mean_rate == pytest.approx(72)
    assert comparison.rms_error == comparison.error == 0
    assert comparison.record == "a"


def test_error_is_relative_to_the_reference():
    comparison = compare(beats(range(0, 7200, 360)), beats(range(0, 7200, 300)))
    assert comparison.rms_error == pytest.approx(12)
    assert comparison.error == pytest.approx(12 / 60)
    reverse = compare(beats(range(0, 7200, 300)), beats(range(0, 7200, 360)))
    assert reverse.error == pytest.approx(12 / 72)


def test_a_missed_beat_slows_every_measurement_that_spans_it():
    sample = np.arange(0, 7200, 300)
    comparison = compare(beats(sample), beats(np.delete(sample, 12)), n_intervals=2)
    errors = np.array([72 - 60 * 2 / (3 * 300 / FS)] * 2)
    assert comparison.n_measurements == 23 - 2
    assert comparison.rms_error == pytest.approx(np.sqrt((errors**2).sum() / 21))


def test_nearest_reference_measurement_is_taken():
    # One interval: 60 / min until 3600, then 120.
    reference = beats([*range(0, 3601, 360), *range(3780, 7200, 180)])
    near_slow, near_fast, midway = 3689, 3691, 3690
    for at, error in ((near_slow, 0), (near_fast, 60), (midway, 60)):
        assert compare(reference, beats([at - 360, at]), n_intervals=1).rms_error == pytest.approx(
            error
        )
    # Far from every reference measurement as well.
    assert compare(beats([0, 360]), beats([9000, 9360]), n_intervals=1).rms_error == 0


def test_only_measurements_of_the_period_count():
    sample = range(0, 36000, 360)
    comparison = compare(beats(sample), beats(sample), start=20, stop=29)
    assert comparison.n_measurements == 10
    # Their intervals may begin before.
    assert compare(beats(sample), beats(sample), start=1, stop=8).n_measurements == 1


@pytest.mark.parametrize(
    "marks",
    [
        [(3610, "[", 0), (3620, "]", 0)],
        [(3610, "~", -1), (3620, "~", 0)],
    ],
)
def test_no_measurement_reaches_over_flutter_or_unreadable_signal(marks):
    sample = range(0, 7200, 360)
    comparison = compare(beats(sample), beats(sample, marks), n_intervals=3)
    assert comparison.n_measurements == 17 - 3
    assert compare(beats(sample, marks), beats(sample), n_intervals=3).n_measurements == 17


@pytest.mark.parametrize("n", [0, 1, 8])
def test_without_measurements_nothing_is_known(n):
    few, many = beats(range(0, 300 * n, 300)), beats(range(0, 7200, 300))
    for sides in ((few, many), (many, few)):
        comparison = compare(*sides)
        assert comparison.n_measurements == 0
        assert np.isnan([comparison.mean_rate, comparison.rms_error, comparison.error]).all()


@pytest.mark.parametrize("n_intervals", [0, 1.5, "8", True])
def test_bad_number_of_intervals_is_named(n_intervals):
    with pytest.raises(ValueError, match="n_intervals must be an integer >= 1, got"):
        compare(beats([]), beats([]), n_intervals=n_intervals)
