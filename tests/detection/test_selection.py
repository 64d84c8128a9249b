import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heartbeat.detection._selection import ROUNDS, select_strongest


def greedy(position, strength, apart):
    """Take the strongest, strike out what is near, and so on."""
    kept = np.zeros(len(position), dtype=bool)
    for i in np.lexsort((position, -strength)):
        kept[i] = not np.any(np.abs(position[kept] - position[i]) < apart)
    return kept


marks = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 5)), unique_by=lambda mark: mark[0])


@given(marks, st.integers(1, 30))
def test_as_one_by_one(marks, apart):
    position, strength = np.array(sorted(marks), dtype=np.int64).reshape(-1, 2).T
    kept = select_strongest(position, strength, apart)
    assert not np.any(np.diff(position[kept]) < apart)
    expected = greedy(position, strength, apart)
    # A chain of rising marks that is longer than the rounds is cut short; nothing else differs.
    assert not np.any(kept & ~expected)
    if len(position) <= ROUNDS:
        np.testing.assert_array_equal(kept, expected)


def test_what_only_yields_to_one_that_yields_stays():
    position, strength = np.array([10, 20, 30, 60]), np.array([1, 2, 3, 1])
    assert select_strongest(position, strength, 15).tolist() == [True, False, True, True]
    assert select_strongest(position, strength, 25).tolist() == [False, False, True, True]
    assert select_strongest(position[:0], strength[:0], 15).tolist() == []


def test_of_equals_the_first_stays():
    assert select_strongest(np.array([0, 5]), np.array([1, 1]), 10).tolist() == [True, False]
