import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    cohen_kappa_score,
    f1_score,
    precision_recall_fscore_support,
)

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import aami_scores, j_kappa_score


@pytest.fixture
def labels():
    rng = np.random.default_rng(0)
    y_true = rng.choice(list("NNNNNNSVVFQ"), 3000)
    y_pred = np.where(rng.random(3000) < 0.6, y_true, rng.choice(list(AAMI_CLASSES), 3000))
    return y_true, y_pred, rng.uniform(0, 2, 3000)


@pytest.mark.parametrize("weighted", [False, True])
def test_one_vs_rest_is_what_sklearn_computes(labels, weighted):
    y_true, y_pred, weight = labels
    weight = weight if weighted else None
    scores = aami_scores(y_true, y_pred, sample_weight=weight, rules="one-vs-rest")
    ppv, se, f1, support = precision_recall_fscore_support(
        y_true, y_pred, labels=list(AAMI_CLASSES), sample_weight=weight
    )
    frame = scores.to_frame()
    np.testing.assert_allclose(frame["Se"], se)
    np.testing.assert_allclose(frame["+P"], ppv)
    np.testing.assert_allclose(frame["F1"], f1)
    np.testing.assert_allclose(frame["support"], support)
    assert scores.macro_f1 == pytest.approx(
        f1_score(y_true, y_pred, average="macro", sample_weight=weight)
    )
    assert scores.accuracy == pytest.approx(accuracy_score(y_true, y_pred, sample_weight=weight))
    assert scores.kappa == pytest.approx(cohen_kappa_score(y_true, y_pred, sample_weight=weight))


def test_ec57_differs_from_sklearn_only_in_false_positives_of_v_and_s(labels):
    y_true, y_pred, _ = labels
    ec57, plain = (aami_scores(y_true, y_pred, rules=r) for r in ("ec57", "one-vs-rest"))
    count = lambda true, pred: ((y_true == true) & (y_pred == pred)).sum()  # noqa: E731
    assert ec57.se == plain.se
    assert {c for c in AAMI_CLASSES if ec57.ppv[c] != plain.ppv[c]} == {"S", "V"}
    assert ec57.kappa == plain.kappa
    # Fv and Qv are no false positives of V, Qs is none of S.
    v_fp = sum(count(c, "V") for c in "NS")
    s_fp = sum(count(c, "S") for c in "NVF")
    assert ec57.ppv["V"] == pytest.approx(count("V", "V") / (count("V", "V") + v_fp))
    assert ec57.ppv["S"] == pytest.approx(count("S", "S") / (count("S", "S") + s_fp))
    v_tn = sum(count(c, p) for c in "NSFQ" for p in "NSFQ")
    assert ec57.fpr["V"] == pytest.approx(v_fp / (v_fp + v_tn))


def test_j_kappa_is_the_published_formula(labels):
    y_true, y_pred, weight = labels
    scores = aami_scores(y_true, y_pred, sample_weight=weight)
    expected = 0.5 * cohen_kappa_score(y_true, y_pred, sample_weight=weight) + 0.125 * (
        scores.se["S"] + scores.ppv["S"] + scores.se["V"] + scores.ppv["V"]
    )
    assert scores.j_kappa == pytest.approx(expected)
    assert j_kappa_score(y_true, y_pred, sample_weight=weight) == pytest.approx(expected)
    assert j_kappa_score(y_true, y_true) == 1


def test_an_absent_class_has_no_score_rather_than_zero():
    scores = aami_scores(list("NNVV"), list("NNVN"))
    assert np.isnan([scores.se["S"], scores.ppv["S"], scores.f1["S"]]).all()
    assert scores.support["S"] == 0
    assert scores.macro_classes == ("N", "V")
    assert np.isnan(scores.j_kappa)
    zero = aami_scores(list("NNVV"), list("NNVN"), zero_division=0)
    assert zero.se["S"] == zero.ppv["S"] == zero.f1["S"] == 0
    assert zero.macro_f1 == scores.macro_f1


def test_a_class_never_predicted_costs_j_kappa_its_predictivity():
    scores = aami_scores(list("NNNSV"), list("NNNNV"))
    assert np.isnan(scores.ppv["S"])
    assert scores.j_kappa == pytest.approx(0.5 * scores.kappa + 0.25)


def test_j_kappa_score_is_finite_where_a_fold_lacks_a_class():
    assert j_kappa_score(list("NNVV"), list("NNVV")) == pytest.approx(0.75)
    assert j_kappa_score(list("NN"), list("NN")) == 0
    assert np.isnan(j_kappa_score(list("NN"), list("NN"), zero_division=np.nan))


def test_macro_classes_are_averaged_in_order_and_stated(labels):
    y_true, y_pred, _ = labels
    scores = aami_scores(y_true, y_pred, macro_classes="VSNF")
    assert scores.macro_classes == ("N", "S", "V", "F")
    assert scores.macro_f1 == pytest.approx(np.mean([scores.f1[c] for c in "NSVF"]))


def test_weights_of_whole_numbers_repeat_beats(labels):
    y_true, y_pred, _ = labels
    times = np.arange(len(y_true)) % 3
    weighted = aami_scores(y_true, y_pred, sample_weight=times)
    repeated = aami_scores(np.repeat(y_true, times), np.repeat(y_pred, times))
    assert weighted.to_dict() == pytest.approx(repeated.to_dict())


def test_rounding_of_weights_makes_no_counts():
    # 0.1 + 0.2 - 0.1 - 0.2 is not zero.
    y_true, y_pred, weight = list("FQNV"), list("VVNN"), [0.1, 0.2, 0.7, 0.3]
    scores = aami_scores(y_true, y_pred, sample_weight=weight)
    assert np.isnan(scores.ppv["V"]) and scores.fpr["V"] == 0
    rng = np.random.default_rng(0)
    for _ in range(50):
        y_true, y_pred = rng.choice(list("NSVFQ"), (2, 8))
        weight = rng.uniform(0.05, 1, 8).round(2)
        weighted = aami_scores(y_true, y_pred, sample_weight=weight).to_frame()
        plain = aami_scores(y_true, y_pred).to_frame()
        np.testing.assert_array_equal(weighted.isna(), plain.isna())
        rates = weighted[["Se", "+P", "FPR", "F1"]].to_numpy()
        assert np.nanmin(rates) >= 0 and np.nanmax(rates) <= 1
        np.testing.assert_array_equal((rates == 0), (plain[["Se", "+P", "FPR", "F1"]] == 0))


def test_flat_names():
    flat = aami_scores(list("NSVFQ"), list("NSVFQ")).to_dict()
    assert flat["S_se"] == flat["V_ppv"] == flat["Q_f1"] == flat["j_kappa"] == 1
    assert flat["N_support"] == 1


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([0, 1], ["N", "N"], "y_true must hold AAMI letters .* got int64 values such as 0, 1"),
        (
            ["N", "L"],
            ["N", "N"],
            "annotation symbols. Convert them to classes with heartbeat.labels.classes_of_symbols",
        ),
        (["N", "x"], ["N", "N"], "such as 'x'"),
        (["N", "N"], ["N", ""], "y_pred .* such as ''"),
        (["N"], ["N", "N"], "inconsistent numbers of samples"),
        ([["N"]], ["N"], "one-dimensional"),
        ([], [], "empty"),
    ],
)
def test_bad_labels_are_named(y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        aami_scores(y_true, y_pred)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"sample_weight": [1.0]}, "sample_weight must have shape"),
        ({"sample_weight": [1.0, -1.0]}, "not negative"),
        ({"sample_weight": [1.0, np.nan]}, "finite"),
        ({"macro_classes": "NX"}, "macro_classes"),
        ({"macro_classes": ""}, "macro_classes"),
        ({"rules": "bxb"}, "rules must be 'ec57' or 'one-vs-rest'"),
    ],
)
def test_bad_options_are_named(keywords, message):
    with pytest.raises(ValueError, match=message):
        aami_scores(["N", "V"], ["N", "V"], **keywords)


def test_object_arrays_and_pandas_are_labels_too():
    pd = pytest.importorskip("pandas")
    y = pd.Series(list("NSV"))
    assert aami_scores(y, y.astype(object)).accuracy == 1
    assert aami_scores(np.array(list("NSV"), dtype=object), y).accuracy == 1
