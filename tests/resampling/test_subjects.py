from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.pipeline import make_pipeline
from sklearn import clone, config_context
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.tree import DecisionTreeClassifier

from heartbeat.datasets import load_beats
from heartbeat.labels import DS1
from heartbeat.neural import CNNClassifier
from heartbeat.resampling import (
    SubjectBalancer,
    SubjectSampler,
    SubjectUnderSampler,
    resample_with,
)
from heartbeat.resampling._selection import even_quotas, select
from heartbeat.resampling._subject_balancer import _limit

counts = st.lists(st.integers(1, 200), min_size=1, max_size=12).map(np.array)


@settings(deadline=None, max_examples=60)
@given(counts, st.floats(0, 1))
def test_quotas_are_exact_even_and_possible(counts, share):
    total = int(share * counts.sum())
    quotas = even_quotas(counts, total)
    assert quotas.sum() == total
    assert (quotas <= counts).all()
    cut = quotas < counts
    if cut.any():
        assert np.ptp(quotas[cut]) <= 1
        assert quotas.max() <= quotas[cut].max() + 1


@settings(deadline=None, max_examples=60)
@given(counts, st.floats(0.05, 1))
def test_limit_gives_nobody_more_than_the_share(counts, share):
    limit = _limit(counts, share)
    kept = np.minimum(counts, limit)
    assert kept.max() / kept.sum() <= max(share, 1 / len(counts)) + 1e-9
    assert 0 < limit <= counts.max()


@pytest.fixture
def beats():
    rng = np.random.default_rng(0)
    y = np.repeat(["N", "V", "F"], [300, 90, 40])
    groups = np.concatenate(
        [
            np.repeat(["a", "b", "c"], [200, 80, 20]),
            np.repeat(["a", "b", "c"], [60, 25, 5]),
            np.repeat(["a", "b", "c"], [36, 2, 2]),
        ]
    )
    return rng.normal(size=(430, 187)).astype(np.float32), y, groups


@pytest.mark.parametrize("how", ["random", "representative"])
def test_under_sampling_is_exact_and_even(beats, how):
    X, y, groups = beats
    sampler = SubjectUnderSampler({"N": 100, "V": 30}, select=how, random_state=0)
    X_less, y_less = sampler.fit_resample(X, y, groups=groups)
    assert Counter(y_less) == {"N": 100, "V": 30, "F": 40}
    kept = sampler.sample_indices_
    assert (np.diff(kept) > 0).all()
    np.testing.assert_array_equal(X_less, X[kept])
    assert Counter(groups[kept][y_less == "N"]) == {"a": 40, "b": 40, "c": 20}
    assert Counter(groups[kept][y_less == "V"]) == {"a": 13, "b": 12, "c": 5}


def test_without_groups_it_under_samples_as_one_subject(beats):
    X, y, _ = beats
    with pytest.warns(UserWarning, match="SubjectUnderSampler was given no groups"):
        _, y_less = SubjectUnderSampler(random_state=0).fit_resample(X, y)
    assert set(Counter(y_less).values()) == {40}


def test_groups_that_do_not_reach_the_sampler_are_missed_aloud(beats):
    """cross_validate(groups=...) hands groups to the splitter alone, unless they are routed."""
    X, y, groups = beats
    model = make_pipeline(SubjectBalancer(random_state=0), DecisionTreeClassifier(max_depth=2))
    with pytest.warns(UserWarning, match="SubjectBalancer was given no groups.*resample_with"):
        cross_validate(model, X, y, groups=groups, cv=GroupKFold(3), error_score="raise")


def test_the_two_ways_that_the_warning_names_work(beats):
    X, y, groups = beats
    balancer = SubjectBalancer(0.5, random_state=0)
    _, y_less, kept, _ = resample_with(balancer, X, y, groups=groups)
    expected = Counter(zip(y_less, kept, strict=True))
    assert max(Counter(kept[y_less == "F"]).values()) == 4
    with config_context(enable_metadata_routing=True):
        asking = clone(balancer).set_fit_resample_request(groups=True)
        model = make_pipeline(asking, DecisionTreeClassifier(max_depth=2))
        model.fit(X, y, groups=groups)
        rows = model[0].sample_indices_
        assert Counter(zip(y[rows], groups[rows], strict=True)) == expected
        scores = cross_validate(
            model, X, y, params={"groups": groups}, cv=GroupKFold(3), error_score="raise"
        )
    assert np.isfinite(scores["test_score"]).all()


def test_the_warning_names_what_a_classifier_with_groups_needs(beats):
    X, y, groups = beats
    with pytest.warns(UserWarning, match=r"set_fit_request\(groups=False\)"):
        SubjectBalancer(random_state=0).fit_resample(X, y)
    with config_context(enable_metadata_routing=True):
        asking = SubjectBalancer(0.5, random_state=0).set_fit_resample_request(groups=True)
        network = CNNClassifier(max_epochs=1, random_state=0).set_fit_request(groups=False)
        model = make_pipeline(asking, network).fit(X, y, groups=groups)
    assert len(model[0].sample_indices_) < len(y)


@pytest.mark.parametrize("how", ["random", "representative"])
def test_balancing_by_count(beats, how):
    X, y, groups = beats
    balancer = SubjectBalancer(0.5, sampling_strategy=["F"], select=how, random_state=0)
    _, y_less = balancer.fit_resample(X, y, groups=groups)
    kept = groups[balancer.sample_indices_]
    assert Counter(y_less) == {"N": 300, "V": 90, "F": 8}
    assert Counter(kept[y_less == "F"]) == {"a": 4, "b": 2, "c": 2}
    assert balancer.sample_weight_ is None


def test_whole_limits_are_kept_whole():
    groups = np.repeat(list("abcdefgh"), [16, 8, 29, 1, 4, 1, 18, 23])
    groups, y = np.append(groups, "a"), np.append(np.full(100, "V"), "N")
    balancer = SubjectBalancer(0.15, sampling_strategy=["V"], random_state=0)
    balancer.fit_resample(np.zeros((101, 5)), y, groups=groups)
    # Three each of six subjects and one each of two: 3 of 20 is 0.15 exactly.
    kept = Counter(groups[balancer.sample_indices_[:-1]].tolist())
    assert kept == {**dict.fromkeys("abcegh", 3), "d": 1, "f": 1}


def test_balancing_by_weight(beats):
    X, y, groups = beats
    balancer = SubjectBalancer(0.5, method="weight")
    X_same, y_same = balancer.fit_resample(X, y, groups=groups)
    np.testing.assert_array_equal(X_same, X)
    weight = balancer.sample_weight_
    for label in "NVF":
        assert weight[y == label].sum() == pytest.approx(np.sum(y == label))
        for subject in "abc":
            share = weight[(y == label) & (groups == subject)].sum() / np.sum(y == label)
            assert share <= 0.5 + 1e-9


def test_impossible_shares_are_shared_out_evenly(beats):
    X, y, groups = beats
    _, y_less = SubjectBalancer(0.1, random_state=0).fit_resample(X, y, groups=groups)
    assert Counter(y_less) == {"N": 60, "V": 15, "F": 6}


def test_representative_beats_are_typical_and_of_every_shape():
    rng = np.random.default_rng(0)
    X = np.concatenate(
        [
            rng.normal(0, 0.1, size=(90, 20)),  # the usual shape
            rng.normal(5, 0.1, size=(10, 20)),  # a rare one
        ]
    )
    X[0] += 1.5  # noise on a usual beat
    rows = select(X, np.arange(100), 10, "representative", 2, np.random.RandomState(0))
    assert len(set(rows)) == 10
    assert (rows >= 90).sum() == 5 and 0 not in rows


def test_same_seed_same_rows(beats):
    X, y, groups = beats
    for how in ("random", "representative"):
        runs = [SubjectUnderSampler(select=how, random_state=1) for _ in range(2)]
        for sampler in runs:
            sampler.fit_resample(X, y, groups=groups)
        np.testing.assert_array_equal(runs[0].sample_indices_, runs[1].sample_indices_)


@pytest.mark.parametrize(("power", "exponent"), [(0.0, 1.0), (0.5, 0.5), (1.0, 0.0)])
def test_draws_favour_what_is_rare_in_a_subject(beats, power, exponent):
    X, y, groups = beats
    n = 100_000
    sampler = SubjectSampler(n, power=power, random_state=0)
    X_drawn, y_drawn = sampler.fit_resample(X, y, groups=groups)
    rows = sampler.sample_indices_
    assert len(rows) == n and (np.diff(rows) >= 0).all()
    np.testing.assert_array_equal(X_drawn, X[rows])
    np.testing.assert_array_equal(y_drawn, y[rows])
    have = Counter(zip(y, groups, strict=True))
    drawn = Counter(zip(y_drawn, groups[rows], strict=True))
    total = sum(count**exponent for count in have.values())
    for kind, count in have.items():
        assert drawn[kind] / n == pytest.approx(count**exponent / total, rel=0.1)


def test_a_draw_has_the_size_of_the_table_and_follows_the_seed(beats):
    X, y, groups = beats
    draws = [
        resample_with(SubjectSampler(random_state=seed), X, y, groups=groups) for seed in (0, 0, 1)
    ]
    assert len(draws[0][1]) == len(y)
    np.testing.assert_array_equal(draws[0][0], draws[1][0])
    assert not np.array_equal(draws[0][0], draws[2][0])


@pytest.mark.realdata
def test_a_forest_finds_more_s_in_other_people_after_a_draw(data_home):
    train, test = (
        load_beats(
            "mitdb",
            records=records,
            context=("rr", "rhythm", "template"),
            data_home=data_home,
            as_frame=True,
        )
        for records in (DS1[1::2], DS1[::2])
    )
    X, y, *_ = resample_with(
        SubjectSampler(random_state=0), train.data, train.target, groups=train.subject
    )
    plain, drawn = (
        ExtraTreesClassifier(50, random_state=0).fit(*table).predict(test.data)
        for table in ((train.data, train.target), (X, y))
    )
    is_s = np.asarray(test.target) == "S"
    assert f1_score(is_s, drawn == "S") > f1_score(is_s, plain == "S") + 0.03
