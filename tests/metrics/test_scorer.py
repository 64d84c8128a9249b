import pickle

import numpy as np
import pytest
import sklearn
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, cross_validate

from heartbeat.metrics import aami_scores, get_scorer, get_scorer_names, j_kappa_score


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    y = np.tile(list("NNNNSVV"), 40)
    X = (y == "S")[:, None] * [1.0, 0] + (y == "V")[:, None] * [0, 1.0]
    return X + 0.4 * rng.standard_normal(X.shape), y, np.repeat(np.arange(8), 35)


def test_scorers_are_the_functions(data):
    X, y, _ = data
    model = LogisticRegression().fit(X, y)
    y_pred = model.predict(X)
    scores = aami_scores(y, y_pred)
    assert get_scorer("j_kappa")(model, X, y) == j_kappa_score(y, y_pred)
    assert get_scorer("aami_se_V")(model, X, y) == scores.se["V"]
    assert get_scorer("aami_ppv_S")(model, X, y) == scores.ppv["S"]
    assert get_scorer("aami_f1_S")(model, X, y) == scores.f1["S"]
    assert get_scorer("aami_macro_f1")(model, X, y) == scores.macro_f1
    assert get_scorer("accuracy")(model, X, y) == scores.accuracy


def test_searches_take_the_scorer_and_not_its_name(data):
    """If this ever passes, the docstring of `get_scorer` is out of date."""
    X, y, _ = data
    search = GridSearchCV(DummyClassifier(), {"strategy": ["most_frequent"]}, scoring="j_kappa")
    with pytest.raises(ValueError, match="scoring"):
        search.fit(X, y)
    search.set_params(scoring=get_scorer("j_kappa")).fit(X, y)


def test_sample_weight_reaches_the_score(data):
    X, y, _ = data
    model = LogisticRegression().fit(X, y)
    weight = np.linspace(0, 1, len(y))
    expected = aami_scores(y, model.predict(X), sample_weight=weight)
    assert get_scorer("aami_f1_S")(model, X, y, sample_weight=weight) == expected.f1["S"]
    with sklearn.config_context(enable_metadata_routing=True):
        scorer = get_scorer("j_kappa").set_score_request(sample_weight=True)
        model = LogisticRegression().set_fit_request(sample_weight=True)
        cross_validate(model, X, y, scoring=scorer, params={"sample_weight": weight}, cv=2)


def test_requests_set_on_one_scorer_stay_with_it():
    with sklearn.config_context(enable_metadata_routing=True):
        get_scorer("j_kappa").set_score_request(sample_weight=True)
        requests = get_scorer("j_kappa").get_metadata_routing().score.requests
        assert requests.get("sample_weight") is None


def test_works_in_a_grouped_search(data):
    X, y, groups = data
    search = GridSearchCV(
        LogisticRegression(),
        {"C": [1e-6, 1.0]},
        scoring=get_scorer("aami_f1_S"),
        cv=StratifiedGroupKFold(3),
    ).fit(X, y, groups=groups)
    assert search.best_params_ == {"C": 1.0}


@pytest.mark.parametrize("name", [n for n in get_scorer_names() if "aami" in n or "kappa" in n])
def test_every_scorer_is_finite_and_pickles(name):
    y = np.array(list("NSVFQ"))
    scorer = pickle.loads(pickle.dumps(get_scorer(name)))
    model = DummyClassifier(strategy="most_frequent").fit(y[:, None], list("NNNNN"))
    assert np.isfinite(scorer(model, y[:, None], y))
    # A fold of one class leaves most denominators empty.
    assert np.isfinite(scorer(model, y[:1, None], y[:1]))


def test_unknown_names_are_told_what_there_is():
    with pytest.raises(ValueError, match="unknown scorer 'aami_f1_X'.*j_kappa.*scikit-learn"):
        get_scorer("aami_f1_X")
    assert "roc_auc_ovr" in get_scorer_names()
