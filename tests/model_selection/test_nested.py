import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import GridSearchCV

from heartbeat.model_selection import SubjectKFold, nested_cross_validate

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
