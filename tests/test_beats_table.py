"""Tables keep their layout from step to step, or the user is told."""

import warnings

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import make_pipeline
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.preprocessing import StandardScaler

from heartbeat.boosting import BoostedTreesClassifier
from heartbeat.datasets import make_beats
from heartbeat.features import MorphologyFeatures
from heartbeat.neural import CNNClassifier
from heartbeat.preprocessing import (
    BandpassFilter,
    BeatCropper,
    BeatResampler,
    BeatScaler,
    SubjectNormalizer,
)
from heartbeat.resampling import BeatAugmenter, BeatMixup, BeatSMOTE, SubjectBalancer
from heartbeat.transfer import BeatEncoder

N_CONTEXT = 16
SMALL = {"max_epochs": 1, "early_stopping": False, "random_state": 0}


@pytest.fixture(scope="module")
def beats():
    return make_beats(120, n_subjects=4, context=("rr",), random_state=0, as_frame=True)


def steps():
    return [
        BandpassFilter(),
        BeatScaler(),
        BeatCropper(-0.3, 0.5),
        BeatResampler(target_fs=100.0),
        SubjectNormalizer(),
        MorphologyFeatures(),
        BeatEncoder(layer=1, pooling="max"),
    ]


@pytest.mark.parametrize("step", steps(), ids=lambda step: type(step).__name__)
def test_a_frame_comes_out_as_a_frame(step, beats):
    out = step.fit_transform(beats.data)
    assert isinstance(out, pd.DataFrame)
    assert out.columns.tolist() == step.get_feature_names_out().tolist()
    assert out.columns[-N_CONTEXT:].tolist() == beats.data.columns[-N_CONTEXT:].tolist()
    assert out.index.equals(beats.data.index)
    asked = clone(step).set_output(transform="default").fit(beats.data)
    plain = asked.transform(beats.data)
    assert isinstance(plain, np.ndarray)
    np.testing.assert_array_equal(plain, out.to_numpy())
    with config_context(transform_output="pandas"):
        pd.testing.assert_frame_equal(step.transform(beats.data), out)


def test_rows_keep_their_index(beats):
    part = beats.data.iloc[50:20:-1]
    assert BandpassFilter().fit(beats.data).transform(part).index.equals(part.index)


def test_an_array_comes_out_as_an_array(beats):
    X = beats.data.to_numpy()
    step = BandpassFilter(n_context=N_CONTEXT)
    assert isinstance(step.fit_transform(X), np.ndarray)


@pytest.mark.parametrize(
    "sampler",
    [BeatAugmenter(random_state=0), BeatSMOTE(k_neighbors=1, random_state=0),
     BeatMixup(random_state=0), SubjectBalancer(random_state=0)],
    ids=lambda sampler: type(sampler).__name__,
)  # fmt: skip
def test_samplers_keep_names(sampler, beats):
    X, _ = sampler.fit_resample(beats.data, beats.target, groups=beats.subject)
    assert X.columns.tolist() == beats.data.columns.tolist()


def test_the_network_behind_a_filter_knows_the_context(beats):
    model = make_pipeline(BandpassFilter(), BeatAugmenter(random_state=0), CNNClassifier(**SMALL))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(beats.data, beats.target).predict(beats.data)
    layout = model[-1].layout_
    assert layout.n_context == N_CONTEXT
    assert layout.context == tuple(beats.data.columns[-N_CONTEXT:])


def lost(n_features):
    return pytest.warns(UserWarning, match=f"treats its {n_features} columns as one lead")


def test_a_step_that_drops_names_is_told_of(beats):
    n_features = beats.data.shape[1]
    model = make_pipeline(BandpassFilter(), StandardScaler(), CNNClassifier(**SMALL))
    with lost(n_features):
        model.fit(beats.data, beats.target)
    model.set_params(standardscaler=StandardScaler().set_output(transform="pandas"))
    assert model.fit(beats.data, beats.target)[-1].layout_.n_context == N_CONTEXT


def test_an_ensemble_that_drops_names_is_told_of(beats):
    BandpassFilter().fit(beats.data)
    bagging = BaggingClassifier(CNNClassifier(**SMALL), n_estimators=1, random_state=0)
    with lost(beats.data.shape[1]):
        bagging.fit(beats.data, beats.target)


def test_arrays_with_context_are_told_of():
    beats = make_beats(60, context=("rr",), random_state=0)
    n_features = beats.data.shape[1]
    with lost(n_features):
        BandpassFilter().fit(beats.data)
    with lost(n_features):
        BeatAugmenter(random_state=0).fit_resample(beats.data, beats.target)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        BandpassFilter(n_context=beats.n_context).fit(beats.data)
        BandpassFilter(n_leads=1).fit(beats.data)
        BandpassFilter().fit(beats.data[:, beats.waveform])


def test_tables_of_one_lead_alone_are_nobody_s_business():
    beats = make_beats(60, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        BandpassFilter().fit(beats.data)


def test_a_single_row_must_be_a_table():
    beats = make_beats(60, random_state=0, as_frame=True)
    model = BoostedTreesClassifier(2, random_state=0).fit(beats.data.to_numpy(), beats.target)
    with pytest.raises(ValueError, match="Expected a 2-dimensional container"):
        model.predict(beats.data.iloc[0])
