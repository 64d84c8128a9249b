import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import NearMiss, RandomUnderSampler

from heartbeat.datasets import make_beats
from heartbeat.resampling import (
    BeatAugmenter,
    BeatMixup,
    BeatSMOTE,
    SubjectBalancer,
    SubjectUnderSampler,
    resample_with,
)


@pytest.fixture(scope="module")
def beats():
    return make_beats(500, n_subjects=4, random_state=0, as_frame=True)


TRACING = [
    BeatAugmenter(random_state=0),
    BeatMixup(random_state=0),
    BeatSMOTE(k_neighbors=2, random_state=0),
    SubjectBalancer(random_state=0),
    SubjectUnderSampler(random_state=0),
    RandomOverSampler(random_state=0),
    RandomUnderSampler(random_state=0),
    NearMiss(),
]


@pytest.mark.parametrize("sampler", TRACING, ids=lambda sampler: type(sampler).__name__)
def test_groups_and_weights_follow_their_rows(beats, sampler):
    weight = np.arange(500.0)
    X, y, groups, weights = resample_with(
        sampler, beats.data, beats.target, groups=beats.subject, sample_weight=weight
    )
    assert len(X) == len(y) == len(groups) == len(weights)
    sources = np.asarray(sampler.sample_indices_).ravel()
    np.testing.assert_array_equal(groups, beats.subject[sources])
    np.testing.assert_array_equal(weights, weight[sources])


def test_nothing_given_nothing_returned(beats):
    X, y, groups, weights = resample_with(
        SMOTE(k_neighbors=2, random_state=0), beats.data, beats.target
    )
    assert groups is None and weights is None and len(X) == len(y) > 500


@pytest.mark.parametrize("given", ["groups", "sample_weight"])
def test_samplers_that_cannot_trace_rows_raise(beats, given):
    with pytest.raises(
        ValueError, match=f"SMOTE does not tell.*so that {given} cannot be resampled"
    ):
        resample_with(
            SMOTE(k_neighbors=2), beats.data, beats.target, **{given: np.ones(500, dtype=int)}
        )


@pytest.mark.parametrize("given", ["groups", "sample_weight"])
def test_another_length_raises(beats, given):
    with pytest.raises(ValueError, match=f"{given} must hold one value for each of the 500 beats"):
        resample_with(RandomOverSampler(), beats.data, beats.target, **{given: np.ones(499)})
    with pytest.raises(ValueError, match="inconsistent"):
        resample_with(RandomOverSampler(), beats.data, beats.target[:-1])


def test_weights_that_a_sampler_makes_are_multiplied_in(beats):
    balancer = SubjectBalancer(0.3, method="weight")
    _, _, _, made = resample_with(balancer, beats.data, beats.target, groups=beats.subject)
    np.testing.assert_array_equal(made, balancer.sample_weight_)
    assert np.ptp(made) > 0
    _, _, _, both = resample_with(
        balancer, beats.data, beats.target, groups=beats.subject, sample_weight=np.full(500, 3.0)
    )
    np.testing.assert_allclose(both, 3 * made)


def test_samplers_in_a_row(beats):
    steps = [SubjectBalancer(0.4, random_state=0), BeatAugmenter(random_state=0)]
    X, y, groups, weights = resample_with(steps, beats.data, beats.target, groups=beats.subject)
    assert isinstance(X, pd.DataFrame) and weights is None
    assert len(X) == len(y) == len(groups)
    assert y.value_counts().nunique() == 1


def test_groups_are_routed_through_pipelines(beats):
    import sklearn
    from imblearn.pipeline import make_pipeline
    from sklearn.tree import DecisionTreeClassifier

    with sklearn.config_context(enable_metadata_routing=True):
        sampler = BeatSMOTE(subjects="within", k_neighbors=2).set_fit_resample_request(groups=True)
        model = make_pipeline(sampler, DecisionTreeClassifier(max_depth=2))
        model.fit(beats.data, beats.target, groups=beats.subject)
        assert model.named_steps["beatsmote"].n_features_in_ == 187
