import numpy as np
import pytest

from heartbeat.neural._validation_split import validation_rows


def table(rare, n_subjects=20, each=50):
    """Classes 0 and 1 in all subjects; `rare` beats of class 3, one in each of the first ones."""
    groups = np.repeat(np.arange(n_subjects), each)
    classes = np.arange(len(groups)) % 2
    classes[np.arange(rare) * each] = 3
    return classes, groups


@pytest.mark.parametrize("rare", [1, 2, 3, 9, 20])
def test_a_rare_class_does_not_change_how_much_validates(rare):
    """And labels that this table lacks (class 2, of an earlier fit) do not either."""
    classes, groups = table(rare)
    for seed in range(5):
        chosen = validation_rows(classes, groups, 0.1, 3, np.random.RandomState(seed))
        assert chosen.mean() == pytest.approx(0.1)
        assert not set(groups[chosen]) & set(groups[~chosen])
        assert set(classes[~chosen]) == {0, 1, 3}


def test_one_subject_validates_where_each_half_has_a_class_to_itself():
    """Subjects a and b have such a class and are of one size, c is small and has none."""
    classes = np.array([0, 1] * 4 + [2, 2] + [0, 1] * 4 + [3, 3] + [0, 1])
    groups = np.repeat(["a", "b", "c"], [10, 10, 2])
    for seed in range(5):
        chosen = validation_rows(classes, groups, 0.5, 4, np.random.RandomState(seed))
        assert set(groups[chosen]) == {"c"}


def test_without_subjects_each_class_gives_its_share():
    classes = np.repeat([0, 1, 2], [100, 20, 1])
    chosen = validation_rows(classes, None, 0.1, 3, np.random.RandomState(0))
    assert np.bincount(classes[chosen], minlength=3).tolist() == [10, 2, 0]
