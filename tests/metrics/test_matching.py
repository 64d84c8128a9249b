import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heartbeat.metrics._matching import match_samples


def match(reference, test, window=54):
    steps = match_samples(
        np.array(reference, dtype=np.int64), np.array(test, dtype=np.int64), window
    )
    return [tuple(step) for step in steps.tolist()]


def plainly(reference, test, window):
    """The rule beat by beat, the slow way."""
    steps, i, j = [], 0, 0
    at = lambda series, k: series[k] if k < len(series) else float("inf")  # noqa: E731
    while i < len(reference) or j < len(test):
        a, t = at(reference, i), at(test, j)
        following = at(test, j + 1) if t < a else at(reference, i + 1)
        apart = abs(a - t)
        if apart == 0 or (apart <= window and apart < abs(max(a, t) - following)):
            steps.append((i, j))
            i, j = i + 1, j + 1
        elif t < a:
            steps.append((-1, j))
            j += 1
        else:
            steps.append((i, -1))
            i += 1
    return steps


samples = st.lists(st.integers(0, 400), max_size=25).map(sorted)


@given(samples, samples, st.integers(0, 60))
def test_clusters_change_nothing(reference, test, window):
    assert match(reference, test, window) == plainly(reference, test, window)


@given(samples, samples, st.integers(0, 60))
def test_every_beat_is_used_once_in_order(reference, test, window):
    steps = np.array(match(reference, test, window)).reshape(-1, 2)
    for column, series in zip(steps.T, (reference, test), strict=True):
        assert column[column >= 0].tolist() == list(range(len(series)))
    paired = steps[(steps >= 0).all(axis=1)]
    assert all(abs(reference[i] - test[j]) <= window for i, j in paired)


@pytest.mark.parametrize(
    ("reference", "test", "expected"),
    [
        ([], [], []),
        ([100], [], [(0, -1)]),
        ([], [100], [(-1, 0)]),
        ([100], [154], [(0, 0)]),  # exactly the window
        ([100], [155], [(0, -1), (-1, 0)]),
        ([154], [100], [(0, 0)]),
        ([100], [100], [(0, 0)]),
        # Two test beats in one window: the nearer one pairs, whichever comes first.
        ([100], [80, 105], [(-1, 0), (0, 1)]),
        ([100], [95, 120], [(0, 0), (-1, 1)]),
        ([100], [105, 120], [(0, 0), (-1, 1)]),
        # A tie goes to the later one, as in record 119 of the standard's own output.
        ([12502], [12477, 12527], [(-1, 0), (0, 1)]),
        ([80, 120], [100], [(0, -1), (1, 0)]),
        # Two reference beats, one test beat.
        ([100, 140], [135], [(0, -1), (1, 0)]),
        ([100, 140], [105], [(0, 0), (1, -1)]),
        # A chain: each nearer to the next.
        ([100, 150, 200], [130, 180], [(0, -1), (1, 0), (2, 1)]),
        # Doubles on one sample pair in order.
        ([100, 100], [100], [(0, 0), (1, -1)]),
        ([100, 100], [100, 100], [(0, 0), (1, 1)]),
    ],
)
def test_rule(reference, test, expected):
    assert match(reference, test) == expected
