import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GroupKFold
from sklearn.utils.fixes import parse_version

from heartbeat.calibration import AbstainingClassifier
from heartbeat.metrics import expected_calibration_error


def draw(n, seed, shares=(0.7, 0.2, 0.1)):
    """Beats of three classes that overlap, all from one population."""
    rng = np.random.default_rng(seed)
    y = rng.choice(list("NSV"), n, p=shares)
    centre = {"N": (0, 0), "S": (1.5, 0), "V": (0, 2)}
    return np.array([centre[label] for label in y]) + rng.normal(size=(n, 2)), y


@pytest.fixture(scope="module")
def trained():
    return LogisticRegression().fit(*draw(500, 0))


def miscoverage(model, X, y):
    sets = model.predict_set(X)
    column = np.searchsorted(model.classes_, y)
    return ~sets[np.arange(len(y)), column]


needs_temperature = pytest.mark.skipif(
    parse_version(sklearn.__version__) < parse_version("1.8"),
    reason="scikit-learn < 1.8 has no temperature scaling",
)


@pytest.mark.parametrize(
    "calibration", [None, pytest.param("temperature", marks=needs_temperature)]
)
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_sets_miss_the_truth_as_often_as_stated(trained, alpha, calibration):
    X, y = draw(5000, 1)
    model = AbstainingClassifier(
        trained, alpha=alpha, calibration=calibration, cv="prefit", random_state=0
    )
    # Over many draws of few calibration beats the mean lies between alpha - 1/(n+1) and alpha.
    missed = [miscoverage(model.fit(*draw(100, seed)), X, y).mean() for seed in range(100, 160)]
    n = model.n_calibration_
    assert n == (100 if calibration is None else 50)
    error = 3 * np.std(missed) / np.sqrt(len(missed))
    assert alpha - 1 / (n + 1) - error < np.mean(missed) < alpha + error


def test_wrong_labels_are_no_more_than_stated(trained):
    X, y = draw(20_000, 2)
    model = AbstainingClassifier(trained, alpha=0.1, cv="prefit", random_state=0)
    predicted = model.fit(*draw(4000, 3)).predict(X)
    labelled = predicted != "?"
    assert (predicted[labelled] != y[labelled]).sum() / len(y) < 0.11
    assert model.coverage_ == pytest.approx(labelled.mean(), abs=0.03)
    assert model.risk_ == pytest.approx((predicted != y)[labelled].mean(), abs=0.03)


def test_class_conditional_sets_hold_for_the_rare_class_too(trained):
    X, y = draw(20_000, 4)
    held_out = draw(6000, 5)
    missed = {}
    for conditional in (False, True):
        model = AbstainingClassifier(
            trained, alpha=0.1, class_conditional=conditional, cv="prefit", random_state=0
        ).fit(*held_out)
        wrong = miscoverage(model, X, y)
        missed[conditional] = {label: wrong[y == label].mean() for label in "NSV"}
    assert missed[False]["S"] > 0.2
    for label in "NSV":
        assert missed[True][label] == pytest.approx(0.1, abs=0.04)


@pytest.mark.parametrize("coverage", [0.5, 0.9, 1.0])
def test_threshold_labels_the_share_stated(trained, coverage):
    model = AbstainingClassifier(
        trained, method="threshold", coverage=coverage, cv="prefit", random_state=0
    ).fit(*draw(4000, 6))
    X, y = draw(20_000, 7)
    predicted = model.predict(X)
    assert (predicted != "?").mean() == pytest.approx(coverage, abs=0.03)
    assert model.coverage_ == pytest.approx(coverage, abs=1e-3)
    sets = model.predict_set(X).sum(axis=1)
    assert set(np.unique(sets)) <= {1, 3}


def test_labels_are_those_of_the_largest_probability(trained):
    model = AbstainingClassifier(trained, cv="prefit", random_state=0).fit(*draw(1000, 8))
    X, _ = draw(500, 9)
    predicted = model.predict(X)
    labelled = predicted != "?"
    best = model.classes_[model.predict_proba(X).argmax(axis=1)]
    assert 0 < labelled.sum() < len(X)
    assert (predicted == best)[labelled].all()


@needs_temperature
def test_temperature_cools_an_overconfident_model():
    X, y = draw(400, 10)
    # Nearly separated by many useless columns: far too sure.
    noise = np.random.default_rng(0).normal(size=(4400, 150))
    model = LogisticRegression(C=1e4, max_iter=5000).fit(np.hstack([X, noise[:400]]), y)
    X, y = draw(4000, 11)
    X = np.hstack([X, noise[400:]])
    half = slice(0, 2000), slice(2000, None)
    cooled = AbstainingClassifier(model, cv="prefit", random_state=0).fit(X[half[0]], y[half[0]])
    assert cooled.calibration_ == "temperature"
    before, after = (
        expected_calibration_error(y[half[1]], m.predict_proba(X[half[1]]), classes=m.classes_)
        for m in (model, cooled)
    )
    assert after < before / 2
    # One temperature leaves the order of classes as it is.
    assert (cooled.predict_proba(X).argmax(axis=1) == model.predict_proba(X).argmax(axis=1)).all()


class Remembering(LogisticRegression):
    """Keeps the rows it was trained on."""

    def fit(self, X, y):
        self.seen_ = set(np.asarray(X)[:, 0].tolist())
        return super().fit(X, y)


@pytest.mark.parametrize("cv", [3, GroupKFold(3)])
def test_no_subject_is_trained_on_and_held_out(cv):
    X, y = draw(600, 12)
    subject = np.repeat([f"s{i}" for i in range(12)], 50)
    model = AbstainingClassifier(Remembering(), calibration=None, cv=cv, random_state=0)
    model.fit(X, y, groups=subject)
    trained = np.isin(X[:, 0], list(model.estimator_.seen_))
    assert not set(subject[trained]) & set(subject[~trained])
    assert model.n_calibration_ == (~trained).sum()


def test_prefit_is_not_trained_again(trained):
    before = trained.coef_.copy()
    AbstainingClassifier(trained, cv="prefit", random_state=0).fit(*draw(300, 13))
    assert (trained.coef_ == before).all()


def test_too_few_beats_exclude_nothing(trained):
    X, y = draw(5, 14)
    model = AbstainingClassifier(trained, alpha=0.1, calibration=None, cv="prefit").fit(X, y)
    assert model.predict_set(X).all()
    assert (model.predict(X) == "?").all()
    assert model.coverage_ == 0 and np.isnan(model.risk_)


def test_a_class_without_held_out_beats_is_not_calibrated(trained):
    X, y = draw(300, 15)
    X, y = X[y != "V"], y[y != "V"]
    model = AbstainingClassifier(trained, class_conditional=True, cv="prefit").fit(X, y)
    assert model.calibration_ is None
    assert model.predict_set(X)[:, 2].all()
    with pytest.raises(ValueError, match=r"lack the classes \['V'\]"):
        AbstainingClassifier(trained, calibration="sigmoid", cv="prefit").fit(X, y)


@pytest.mark.parametrize(
    ("classes", "rejected"), [((0, 1, 2), -1), ((-1, 1, 2), -2), (("N", "S", "V"), "?")]
)
def test_dont_know_is_of_the_kind_of_the_classes(classes, rejected):
    X, y = draw(600, 16)
    y = np.array(classes)[np.searchsorted(list("NSV"), y)]
    model = AbstainingClassifier(LogisticRegression(), random_state=0).fit(X, y)
    predicted = model.predict(X)
    assert model.reject_label_ == rejected
    assert rejected in predicted
    assert predicted.dtype.kind == y.dtype.kind


@pytest.mark.parametrize(("classes", "label"), [([0, 1], [2, 3]), ([0, 1], "?"), (["N", "S"], 7)])
def test_dont_know_of_another_kind_is_refused(classes, label):
    X, y = draw(200, 21)
    y = np.where(y == "N", *classes)
    with pytest.raises(ValueError, match="reject_label=.* must have the same type as the classes"):
        AbstainingClassifier(LogisticRegression(), reject_label=label).fit(X, y)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool])
def test_dont_know_is_below_classes_of_any_integer_type(dtype):
    X, y = draw(600, 16)
    y = np.searchsorted(list("NSV"), y).astype(dtype)
    model = AbstainingClassifier(LogisticRegression(), random_state=0).fit(X, y)
    predicted = model.predict(X)
    assert model.reject_label_ == -1
    assert set(predicted.tolist()) == {-1, *model.classes_.tolist()}


class TakesGroups(LogisticRegression):
    def fit(self, X, y, groups=None):
        self.groups_ = groups
        return super().fit(X, y)


def test_an_estimator_that_takes_groups_gets_those_of_its_rows():
    X, y = draw(600, 12)
    subject = np.repeat([f"s{i}" for i in range(12)], 50)
    model = AbstainingClassifier(TakesGroups(), calibration=None, cv=3, random_state=0)
    model.fit(X, y, groups=subject)
    given = model.estimator_.groups_
    assert len(given) == 600 - model.n_calibration_
    assert 0 < len(set(given)) < 12
    assert model.fit(X, y).estimator_.groups_ is None


def test_without_a_seed_the_global_generator_is_left_alone(trained):
    before = np.random.get_state()  # noqa: NPY002
    AbstainingClassifier(trained, cv="prefit").fit(*draw(300, 13))
    after = np.random.get_state()  # noqa: NPY002
    assert (before[1] == after[1]).all()
    assert before[2:] == after[2:]


def test_dataframes_pickles_and_seeds():
    X, y = draw(300, 17)
    X = pd.DataFrame(X, columns=["a", "b"])
    forest = RandomForestClassifier(10, random_state=0)
    one, two = (AbstainingClassifier(forest, random_state=0).fit(X, y) for _ in range(2))
    assert one.feature_names_in_.tolist() == ["a", "b"]
    assert (one.predict(X) == two.predict(X)).all()
    assert (pickle.loads(pickle.dumps(one)).predict(X) == one.predict(X)).all()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"method": "guess"}, "method must be"),
        ({"alpha": 0}, "alpha must be a share"),
        ({"alpha": 1}, "alpha must be a share"),
        ({"coverage": 1.5}, "coverage must be a share"),
        ({"class_conditional": "no"}, "class_conditional must be True or False, got 'no'"),
        ({"calibration": "platt"}, "calibration must be"),
        ({"calibration": np.array(["auto", "sigmoid"])}, "calibration must be"),
        ({"reject_label": -1}, "must have the same type"),
        ({"reject_label": "N"}, "one of the classes"),
        ({"cv": 1}, "cv must be at least 2"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        AbstainingClassifier(LogisticRegression(), **parameters).fit(*draw(60, 18))


def test_rows_that_are_held_out_may_be_a_mask():
    X, y = draw(300, 22)
    mask = np.arange(300) % 3 == 0
    both = ([(~mask, mask)], [(np.flatnonzero(~mask), np.flatnonzero(mask))])
    one, two = (
        AbstainingClassifier(LogisticRegression(), cv=cv, random_state=0).fit(X, y) for cv in both
    )
    assert one.n_calibration_ == two.n_calibration_
    np.testing.assert_array_equal(one.thresholds_, two.thresholds_)


@pytest.mark.parametrize("held_out", [[300], [-1], [], [0.5], ["a"], [True, False]], ids=str)
def test_rows_that_are_not_there_are_named(held_out):
    X, y = draw(300, 22)
    model = AbstainingClassifier(LogisticRegression(), cv=[(list(range(200)), held_out)])
    with pytest.raises(ValueError, match="cv must give the numbers of some of the 300 beats"):
        model.fit(X, y)


def test_the_estimator_must_be_a_classifier_with_probabilities():
    X, y = draw(60, 20)
    with pytest.raises(TypeError, match="estimator must be a classifier, such as"):
        AbstainingClassifier(LinearRegression()).fit(X, y == "N")
    assert AbstainingClassifier(RidgeClassifier(), cv=2, random_state=0).fit(X, y).calibration_
    with pytest.raises(TypeError, match="has no predict_proba, so that its decision values must"):
        AbstainingClassifier(RidgeClassifier(), calibration=None).fit(X, y)


def test_too_few_groups_and_strange_classes_are_named(trained):
    X, y = draw(60, 19)
    with pytest.raises(ValueError, match="cv=5 folds need at least 5 groups"):
        AbstainingClassifier(trained).fit(X, y, groups=np.repeat([0, 1], 30))
    with pytest.raises(ValueError, match="all held-out beats are of one subject, .*calibration=No"):
        AbstainingClassifier(trained, cv=3).fit(X, y, groups=np.repeat(["a", "b", "c"], 20))
    for calibration in (None, "auto", "sigmoid"):
        model = AbstainingClassifier(trained, calibration=calibration, cv="prefit")
        for new in (np.where(y == "S", "Q", y), np.where(np.arange(60) < 9, "Q", y)):
            with pytest.raises(ValueError, match=r"classes \['Q'\], on which the estimator"):
                model.fit(X, new)
