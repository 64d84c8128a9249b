import numpy as np
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import BaseEstimator, clone

from heartbeat.neural import CNNClassifier
from heartbeat.neural._training import train_network
from heartbeat.resampling import SubjectBalancer


@pytest.fixture
def seen(monkeypatch):
    """What training receives: (train, valid) of each network."""
    calls = []

    def record(network, train, valid, settings, generator):
        calls.append((train, valid))
        return train_network(network, train, valid, settings, generator)

    monkeypatch.setattr("heartbeat.neural._ensemble.train_network", record)
    return calls


class Sampler(BaseEstimator):
    """Returns what a test wants."""

    def __init__(self, function=None, random_state=None):
        self.function = function
        self.random_state = random_state

    def fit_resample(self, X, y):
        return self.function(self, X, y)


def uneven(beats):
    X, y, groups = beats
    kept = (y == "N") | (np.arange(len(y)) % 2 == 0)
    return X[kept], y[kept], groups[kept]


@pytest.mark.parametrize("sampler", [SMOTE(k_neighbors=2), RandomUnderSampler()])
def test_classes_are_balanced_by_label(beats, quick, seen, sampler):
    X, y, _ = uneven(beats)
    model = CNNClassifier(resampler=sampler, **quick).fit(X, y)
    assert len(set(np.bincount(seen[-1][0].classes))) == 1
    assert sampler.random_state is None
    assert model.score(X, y) > 0.7
    strategy = RandomOverSampler(sampling_strategy={"V": 50})
    CNNClassifier(resampler=strategy, **quick).fit(X, y)
    assert np.bincount(seen[-1][0].classes)[2] == 50


def test_copies_never_validate(beats, quick, seen):
    """Resampling comes after the division: neither a copy nor its origin is on the other side."""
    X, y, groups = uneven(beats)
    for extra in ({}, {"groups": groups}):
        model = CNNClassifier(
            resampler=RandomOverSampler(), early_stopping=True, validation_fraction=0.3, **quick
        )
        model.fit(X, y, **extra)
        train, valid = seen[-1]
        rows = {row.tobytes() for row in train.rows}
        assert len(rows) < len(train.rows)
        assert not rows & {row.tobytes() for row in valid.rows}
        assert len({row.tobytes() for row in valid.rows}) == len(valid.rows)


def test_resampling_is_reproducible(beats, quick, seen):
    X, y, _ = uneven(beats)
    for _ in range(2):
        CNNClassifier(resampler=RandomOverSampler(), **quick).fit(X, y)
    np.testing.assert_array_equal(seen[0][0].rows, seen[1][0].rows)


def test_weights_follow_rows_that_are_chosen(beats, quick, seen):
    X, y, _ = uneven(beats)
    weight = np.arange(1.0, len(y) + 1)
    model = CNNClassifier(resampler=RandomUnderSampler(), **quick)
    model.fit(X, y, sample_weight=weight)
    train = seen[-1][0]
    by_row = {row.tobytes(): value for row, value in zip(X, weight, strict=True)}
    expected = np.array([by_row[row.tobytes()] for row in train.rows])
    np.testing.assert_allclose(train.weights, expected / expected.mean())


def test_weights_that_cannot_follow_are_refused(beats, quick):
    X, y, _ = uneven(beats)
    model = CNNClassifier(resampler=SMOTE(k_neighbors=2), **quick)
    with pytest.raises(ValueError, match="SMOTE does not tell .* sample_weight cannot"):
        model.fit(X, y, sample_weight=np.ones(len(y)))


def test_weights_that_a_sampler_makes_reach_the_loss(beats, quick, seen):
    X, y, groups = uneven(beats)
    groups = np.where(np.arange(len(y)) % 4, "one", groups)
    balancer = SubjectBalancer(method="weight", random_state=0)
    CNNClassifier(resampler=balancer, **quick).fit(X, y, groups=groups)
    made = clone(balancer)
    made.fit_resample(X, y, groups=groups)
    weights = seen[-1][0].weights
    np.testing.assert_allclose(weights, made.sample_weight_ / made.sample_weight_.mean())
    assert np.ptp(weights) > 0


def test_samplers_of_a_list_follow_one_another(beats, quick, seen):
    X, y, _ = uneven(beats)
    fewer_then_more = [
        RandomUnderSampler(sampling_strategy={"N": 10}),
        RandomOverSampler(sampling_strategy={"V": 40}),
    ]
    CNNClassifier(resampler=fewer_then_more, **quick).fit(X, y)
    counts = np.bincount(seen[-1][0].classes)
    assert counts[0] == 10 and counts[2] == 40


def test_rows_and_labels_of_different_lengths_are_refused(beats, quick):
    X, y, _ = beats
    sampler = Sampler(lambda self, X, y: (X[:-1], y))
    with pytest.raises(ValueError, match="returned 89 rows and 90 labels"):
        CNNClassifier(resampler=sampler, **quick).fit(X, y)


def test_class_weights_are_those_of_the_resampled_rows(beats, quick, seen):
    X, y, _ = uneven(beats)
    CNNClassifier(resampler=RandomOverSampler(), class_weight="balanced", **quick).fit(X, y)
    np.testing.assert_allclose(seen[-1][0].weights, 1)


def test_samplers_that_know_beats_see_the_column_names(beats, quick):
    import pandas as pd

    X, y, _ = beats
    names = [f"MLII_{i:03d}" for i in range(40)]

    def check(self, table, labels):
        assert list(table.columns) == names
        return table, labels

    CNNClassifier(resampler=Sampler(check), **quick).fit(pd.DataFrame(X, columns=names), y)
