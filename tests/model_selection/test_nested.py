import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from heartbeat.datasets import make_beats
from heartbeat.model_selection import SubjectKFold, nested_cross_validate
from heartbeat.neural import CNNClassifier
from heartbeat.resampling import BeatAugmenter

SEEN = []


class Spy(ClassifierMixin, BaseEstimator):
    """Remember the subjects (written in column 0) of every fit."""

    def __init__(self, knob=0):
        self.knob = knob

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        SEEN.append(("fit", frozenset(X[:, 0])))
        return self

    def predict(self, X):
        SEEN.append(("predict", frozenset(X[:, 0])))
        return np.full(len(X), self.classes_[0])


def test_neither_loop_trains_on_a_subject_it_is_scored_on():
    subject = np.repeat(np.arange(12), 5)
    y = np.tile(["N", "V", "N", "S", "N"], 12)
    X = np.column_stack([subject, np.arange(60)]).astype(float)
    SEEN.clear()
    search = GridSearchCV(Spy(), {"knob": [0, 1]}, cv=SubjectKFold(2))
    scores = nested_cross_validate(search, X, y, groups=subject, cv=SubjectKFold(3))
    assert scores["test_score"].shape == (3,)
    trained = None
    n_scored = 0
    for what, subjects in SEEN:
        if what == "fit":
            trained = subjects
        else:
            assert not trained & subjects
            n_scored += 1
    assert n_scored == 3 * (2 * 2 + 1)


def test_several_scores_parameters_and_searches_come_back():
    subject = np.repeat(np.arange(12), 5)
    y = np.tile(["N", "V", "N", "S", "N"], 12)
    X = pd.DataFrame({"a": subject, "b": np.arange(60.0)})
    search = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=SubjectKFold(2))
    scores = nested_cross_validate(
        search,
        X,
        y,
        groups=subject,
        cv=SubjectKFold(3),
        scoring=["accuracy", "f1_macro"],
        return_estimator=True,
    )
    assert scores["test_accuracy"].shape == scores["test_f1_macro"].shape == (3,)
    assert [set(best) for best in scores["best_params"]] == [{"max_depth"}] * 3
    for fitted, (_, test), accuracy in zip(
        scores["estimator"],
        SubjectKFold(3).split(X, y, subject),
        scores["test_accuracy"],
        strict=True,
    ):
        assert fitted.score(X.iloc[test], y[test]) == accuracy


@pytest.mark.parametrize("with_sampler", [False, True])
def test_works_with_what_takes_groups_itself(with_sampler):
    beats = make_beats(200, n_subjects=6, random_state=0)
    model = CNNClassifier(max_epochs=1, width=4, random_state=0)
    if with_sampler:
        model = make_pipeline(BeatAugmenter(random_state=0), model)
    name = "cnnclassifier__lr" if with_sampler else "lr"
    search = GridSearchCV(model, {name: [1e-3, 1e-2]}, cv=SubjectKFold(2))
    scores = nested_cross_validate(
        search, beats.data, beats.target, groups=beats.subject, cv=SubjectKFold(2)
    )
    assert scores["test_score"].shape == (2,)
    assert "estimator" not in scores
