import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

from heartbeat.model_selection import SubjectKFold


def beats_like_mitdb(random_state=0, n_subjects=22):
    """Return classes and subjects where few subjects hold most of the rare classes."""
    rng = np.random.default_rng(random_state)
    y, groups = [], []
    for subject in range(n_subjects):
        counts = {"N": 200 + rng.integers(100), "V": int(rng.exponential(20))}
        counts["S"] = int(rng.exponential(5)) if subject % 2 else 0
        counts["F"] = 80 if subject == 3 else int(subject % 3 == 0)
        for letter, count in counts.items():
            y += [letter] * count
            groups += [f"p{subject:02d}"] * count
    return np.array(y), np.array(groups)


def unevenness(splits, y):
    shares = [
        [np.mean(np.isin(np.flatnonzero(y == c), test)) for c in set(y)] for _, test in splits
    ]
    return np.sum((np.array(shares) - 1 / len(shares)) ** 2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(8, 30))
def test_folds_partition_the_rows_and_never_part_a_subject(seed, n_splits, n_subjects):
    y, groups = beats_like_mitdb(seed, n_subjects)
    splits = list(SubjectKFold(n_splits).split(y, y, groups))
    assert len(splits) == n_splits
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(len(y)))
    for train, test in splits:
        assert test.size
        assert not set(groups[train]) & set(groups[test])
        assert len(train) + len(test) == len(y)


@pytest.mark.parametrize("seed", range(5))
def test_every_fold_has_every_class_and_is_more_even_than_scikit_learns(seed):
    y, groups = beats_like_mitdb(seed)
    ours = list(SubjectKFold(5).split(y, y, groups))
    assert all(set(y[test]) == set("NSVF") for _, test in ours)
    theirs = list(StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(y, y, groups))
    assert unevenness(ours, y) < unevenness(theirs, y)


def test_a_class_of_two_subjects_is_parted_between_two_folds():
    y = np.array(["N"] * 12 + ["S", "S"])
    groups = np.array(list("aabbccddeeff") + ["a", "b"])
    with_s = ["S" in y[test] for _, test in SubjectKFold(3).split(y, y, groups)]
    assert sum(with_s) == 2


def test_same_random_state_same_folds():
    y, groups = beats_like_mitdb()
    for random_state in (0, 7):
        one, two = (
            [
                test.tolist()
                for _, test in SubjectKFold(4, random_state=random_state).split(y, y, groups)
            ]
            for _ in range(2)
        )
        assert one == two


def test_works_in_a_grid_search():
    y, groups = beats_like_mitdb()
    X = np.arange(len(y), dtype=float)[:, None]
    search = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=SubjectKFold(3))
    search.fit(X, y, groups=groups)
    assert search.n_splits_ == 3
    scores = cross_val_score(DecisionTreeClassifier(), X, y, groups=groups, cv=SubjectKFold(3))
    assert len(scores) == 3


@pytest.mark.parametrize(
    ("n_splits", "y", "groups", "message"),
    [
        (2, None, list("aabb"), "needs y"),
        (2, list("NNS"), list("aabb"), "inconsistent numbers of samples"),
        (2, list("NNNS"), None, "needs groups=beats.subject"),
        (2, list("NNNS"), list("aab"), "one value for each of the 4 beats"),
        (3, list("NNNS"), list("aabb"), "n_splits=3 must be .* the number of subjects, 2"),
        (1, list("NNNS"), list("aabb"), "n_splits=1 must be at least 2"),
        (2, list("NNNS"), ["a", None, "b", "b"], "1 missing value.*row 1"),
    ],
)
def test_bad_input_is_named(n_splits, y, groups, message):
    with pytest.raises(ValueError, match=message):
        list(SubjectKFold(n_splits).split(np.zeros((4, 2)), y, groups))
