"""What holds for every feature transformer."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from heartbeat._layout import BeatLayout, resolve_layout
from heartbeat.features import MorphologyFeatures, RandomConvolutionFeatures, WaveletFeatures

ESTIMATORS = [
    MorphologyFeatures(),
    MorphologyFeatures(template=False),
    WaveletFeatures(),
    WaveletFeatures("sym5", output="energies"),
    RandomConvolutionFeatures(168, random_state=0),
]
LAYOUT = BeatLayout(("MLII", "V1"), 187, ("rr_prev", "rr_next"))

each = pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)


def make_table(n_beats=40, seed=0, dtype=np.float64):
    """Smooth random beats of two leads, with two context columns."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(n_beats, 2, 187 + 8))
    waveforms = sum(noise[..., i : i + 187] for i in range(9)) / 3
    waveforms[..., 62] += 3
    context = rng.uniform(0.4, 1.2, size=(n_beats, 2))
    return np.hstack([waveforms.reshape(n_beats, -1), context]).astype(dtype)


def make_frame(**kwargs):
    return pd.DataFrame(make_table(**kwargs), columns=LAYOUT.column_names())


def fit(estimator, X, **params):
    return clone(estimator).set_params(**params).fit(X)


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(estimator, dtype):
    X = make_table(dtype=dtype)
    features = fit(estimator, X, n_leads=2, n_context=2).transform(X)
    rocket = isinstance(estimator, RandomConvolutionFeatures)
    assert features.dtype == (np.float32 if rocket else dtype)
    assert np.isfinite(features).all()


@each
def test_context_follows_the_features_untouched(estimator):
    X = make_table(dtype=np.float32)
    X[3, -1] = np.nan
    measure = fit(estimator, X, n_leads=2, n_context=2)
    features = measure.transform(X)
    np.testing.assert_array_equal(features[:, -2:], X[:, -2:])
    without = fit(estimator, X[:, :-2], n_leads=2).transform(X[:, :-2])
    np.testing.assert_array_equal(features[:, :-2], without)


@each
def test_one_beat_at_a_time_equals_all_at_once(estimator):
    X = make_table(dtype=np.float32)
    measure = fit(estimator, X, n_leads=2, n_context=2)
    single = np.vstack([measure.transform(beat[np.newaxis]) for beat in X])
    np.testing.assert_allclose(single, measure.transform(X), rtol=2e-4, atol=1e-4)


@each
def test_blocks_do_not_show(estimator):
    X = np.tile(make_table(dtype=np.float32), (30, 1))
    measure = fit(estimator, X[:40], n_leads=2, n_context=2)
    features = measure.transform(X)
    again = np.tile(measure.transform(X[:40]), (30, 1))
    np.testing.assert_allclose(features, again, rtol=2e-4, atol=1e-4)


@each
def test_order_of_memory_does_not_matter(estimator):
    X = make_table(dtype=np.float32)
    measure = fit(estimator, X, n_leads=2, n_context=2)
    fortran = fit(estimator, np.asfortranarray(X), n_leads=2, n_context=2)
    np.testing.assert_allclose(
        fortran.transform(np.asfortranarray(X)), measure.transform(X), rtol=1e-4, atol=1e-4
    )


@each
def test_input_is_not_written_to(estimator):
    X = make_table(dtype=np.float32)
    X.setflags(write=False)
    fit(estimator, X, n_leads=2, n_context=2).transform(X)


@each
def test_layout_is_read_from_a_frame_and_frames_come_out(estimator):
    frame = make_frame()
    measure = clone(estimator).set_output(transform="pandas")
    table = measure.fit_transform(frame)
    assert table.columns.tolist() == measure.get_feature_names_out().tolist()
    assert table.columns[-2:].tolist() == ["rr_prev", "rr_next"]
    assert all("MLII" in name or "V1" in name for name in table.columns[:-2])
    X = frame.to_numpy()
    array = fit(estimator, X, n_leads=2, n_context=2).transform(X)
    np.testing.assert_allclose(table.to_numpy(), array, rtol=1e-6)


@each
def test_names_are_unique_and_are_not_taken_for_samples(estimator):
    measure = fit(estimator, make_frame())
    names = measure.get_feature_names_out().tolist()
    assert len(set(names)) == len(names)
    plain = BeatLayout(("lead",), len(names))
    assert resolve_layout(len(names), names) == plain


@each
def test_names_of_the_input_can_be_given(estimator):
    X = make_table()
    measure = fit(estimator, X, n_leads=2, n_context=2)
    assert measure.get_feature_names_out()[-1] == "context1"
    names = measure.get_feature_names_out(LAYOUT.column_names())
    assert names[-1] == "rr_next" and "MLII" in names[0] + names[1]
    with pytest.raises(ValueError, match="length equal to number of features"):
        measure.get_feature_names_out(["MLII_000"])


@each
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_waveforms_must_be_finite(estimator, value):
    X = make_table()
    measure = fit(estimator, X, n_leads=2, n_context=2)
    X[0, 5] = value
    with pytest.raises(ValueError, match="contains (NaN|infinity)"):
        measure.transform(X)


@each
def test_a_table_that_is_not_whole_leads_is_refused(estimator):
    with pytest.raises(ValueError, match="376 features cannot be"):
        fit(estimator, make_table(), n_leads=3)


@each
@pytest.mark.parametrize("level", [0.0, 1.5])
def test_constant_beats_have_finite_features(estimator, level):
    X = make_table()
    flat = np.full_like(X, level)
    assert np.isfinite(fit(estimator, X, n_leads=2, n_context=2).transform(flat)).all()
    assert np.isfinite(fit(estimator, flat, n_leads=2, n_context=2).transform(flat)).all()


@each
def test_pickle_gives_the_same_features(estimator):
    X = make_table(dtype=np.float32)
    measure = fit(estimator, X, n_leads=2, n_context=2)
    restored = pickle.loads(pickle.dumps(measure))
    np.testing.assert_array_equal(restored.transform(X), measure.transform(X))


@each
def test_names_survive_a_pipeline(estimator):
    pipeline = make_pipeline(clone(estimator), StandardScaler()).set_output(transform="pandas")
    assert pipeline.fit_transform(make_frame()).columns[-1] == "rr_next"


@each
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_rows_do_not_see_each_other(estimator, seed):
    X = make_table(seed=1, dtype=np.float32)
    measure = fit(estimator, X, n_leads=2, n_context=2)
    order = np.random.default_rng(seed).permutation(len(X))
    np.testing.assert_allclose(
        measure.transform(X[order]), measure.transform(X)[order], rtol=2e-4, atol=1e-4
    )
