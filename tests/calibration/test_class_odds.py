import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from heartbeat.calibration import ClassOddsClassifier
from heartbeat.datasets import make_beats
from heartbeat.neural import CNNClassifier


def draw(n, share, seed):
    """Draw beats of which a share is S, from two bells whose posterior is known."""
    rng = np.random.default_rng(seed)
    y = np.where(rng.random(n) < share, "S", "N")
    return np.where(y == "S", 1.0, -1.0)[:, None] + rng.normal(size=(n, 1)), y


def test_the_odds_of_one_class_are_multiplied():
    X, y = draw(500, 0.3, 0)
    plain = LogisticRegression().fit(X, y)
    moved = ClassOddsClassifier(LogisticRegression(), odds={"S": 3}).fit(X, y)
    before, after = (model.predict_proba(X) for model in (plain, moved))
    np.testing.assert_allclose(after[:, 1] / after[:, 0], 3 * before[:, 1] / before[:, 0])
    np.testing.assert_allclose(after.sum(axis=1), 1)
    assert np.sum(moved.predict(X) == "S") > np.sum(plain.predict(X) == "S")
    same = ClassOddsClassifier(LogisticRegression()).fit(X, y)
    np.testing.assert_allclose(same.predict_proba(X), before)


def test_with_the_ratio_of_shares_it_is_calibrated_for_other_people():
    X, y = draw(20_000, 0.1, 1)
    X_new, y_new = draw(20_000, 0.5, 2)
    odds = {"S": 0.5 / 0.1, "N": 0.5 / 0.9}
    model = ClassOddsClassifier(LogisticRegression(), odds=odds).fit(X, y)
    assert model.predict_proba(X_new)[:, 1].mean() == pytest.approx(0.5, abs=0.01)
    assert model.score(X_new, y_new) > model.estimator_.score(X_new, y_new) + 0.05


def test_fitted_estimators_searches_and_networks():
    X, y = draw(300, 0.3, 3)
    fitted = LogisticRegression().fit(X, y)
    model = ClassOddsClassifier(FrozenEstimator(fitted), odds={"S": 2}).fit(X[:50], y[:50])
    np.testing.assert_array_equal(model.estimator_.predict_proba(X), fitted.predict_proba(X))
    search = GridSearchCV(
        ClassOddsClassifier(LogisticRegression()), {"odds": [None, {"S": 2.0}]}, cv=3
    )
    assert search.fit(X, y).best_params_["odds"] in (None, {"S": 2.0})
    beats = make_beats(60, n_subjects=3, context=("rr",), random_state=0, as_frame=True)
    network = CNNClassifier(max_epochs=1, early_stopping=False, random_state=0)
    model = ClassOddsClassifier(network, odds={"V": 2.0})
    model.fit(beats.data, beats.target, groups=beats.subject)
    assert model.estimator_.layout_.n_context == 16
    assert model.predict(beats.data).shape == (60,)


@pytest.mark.parametrize(
    ("odds", "message"),
    [
        ({"V": 2}, r"keys of odds must be among the classes \['N', 'S'\], got \['V'\]"),
        ({"S": 0}, r"odds\['S'\] must be a number above 0, got 0"),
        ({"S": True}, r"odds\['S'\] must be a number above 0, got True"),
        ({"S": 10**400}, r"odds\['S'\] must be a number above 0, got 1000"),
        ({"S": np.nan}, r"odds\['S'\] must be a number above 0, got nan"),
    ],
)
def test_bad_odds_are_named(odds, message):
    with pytest.raises(ValueError, match=message):
        ClassOddsClassifier(LogisticRegression(), odds=odds).fit(*draw(50, 0.5, 4))


@pytest.mark.parametrize("estimator", [None, RidgeClassifier(), "lite"], ids=repr)
def test_the_estimator_must_give_probabilities(estimator):
    X, y = draw(50, 0.5, 6)
    with pytest.raises(TypeError, match="estimator must be a classifier with predict_proba"):
        ClassOddsClassifier(estimator).fit(X, y, sample_weight=np.ones(50))


def test_what_the_estimator_does_not_take_is_named():
    X, y = draw(50, 0.5, 5)
    with pytest.raises(TypeError, match="groups was given, but LogisticRegression.fit does not"):
        ClassOddsClassifier(LogisticRegression()).fit(X, y, groups=np.arange(50))
    with pytest.raises(TypeError, match="sample_weight was given, but KNeighbors"):
        ClassOddsClassifier(KNeighborsClassifier()).fit(X, y, sample_weight=np.ones(50))
