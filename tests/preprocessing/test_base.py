"""What holds for every transformer: layout, context, dtype, memory order, names, bad input."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from heartbeat._layout import BeatLayout
from heartbeat.preprocessing import (
    BandpassFilter,
    BaselineRemover,
    BeatAligner,
    BeatCropper,
    BeatResampler,
    BeatScaler,
    NotchFilter,
    SubjectNormalizer,
    WaveletDenoiser,
)

N_TIMES = 187
T = (np.arange(N_TIMES) - 62) / 125

TRANSFORMERS = [
    BandpassFilter(),
    BandpassFilter(low=None, high=30),
    BaselineRemover(),
    BaselineRemover("median"),
    BaselineRemover("spline"),
    NotchFilter(50),
    WaveletDenoiser(),
    WaveletDenoiser(mode="hard"),
    WaveletDenoiser("db4", level=2, mode="garrote"),
    BeatScaler(),
    BeatScaler("zscore"),
    BeatScaler("robust"),
    BeatScaler("r_amplitude"),
    BeatScaler("r_amplitude", per="beat"),
    BeatScaler("zscore", per="beat"),
    BeatResampler(64),
    BeatResampler(target_fs=360),
    BeatCropper(-0.25, 0.45),
    BeatAligner(),
    SubjectNormalizer(),
    SubjectNormalizer("zscore"),
    SubjectNormalizer("template"),
]
LINEAR = (BandpassFilter, NotchFilter, BeatResampler, BeatCropper)

every = pytest.mark.parametrize("transformer", TRANSFORMERS, ids=repr)


def make_waveforms(n_beats=12, n_leads=1, seed=0):
    """Return (n_beats, n_leads, 187): a QRS complex and a T wave, noise, jitter and drift."""
    rng = np.random.default_rng(seed)
    at = rng.integers(-2, 3, size=(n_beats, 1, 1)) / 125
    gain = rng.uniform(0.5, 2, size=(n_beats, n_leads, 1)) * np.array([1, -1, 1])[:n_leads, None]
    wave = np.exp(-(((T - at) / 0.02) ** 2)) + 0.3 * np.exp(-(((T - at - 0.3) / 0.06) ** 2))
    drift = rng.normal(size=(n_beats, n_leads, 1)) + rng.normal(size=(n_beats, n_leads, 1)) * T
    return gain * wave + 0.2 * drift + rng.normal(scale=0.02, size=(n_beats, n_leads, N_TIMES))


def make_table(n_beats=12, n_leads=1, seed=0, dtype=np.float64):
    return make_waveforms(n_beats, n_leads, seed).reshape(n_beats, -1).astype(dtype)


def close(actual, expected, dtype=np.float64):
    tolerance = 2e-5 if dtype == np.float32 else 1e-10
    np.testing.assert_allclose(actual, expected, atol=tolerance, rtol=tolerance)


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_beat_at_a_time_equals_all_at_once(transformer, dtype, monkeypatch):
    X = make_table(9, dtype=dtype)
    transformer = clone(transformer).fit(X)
    together = transformer.transform(X)
    assert together.dtype == dtype
    close(np.vstack([transformer.transform(beat[np.newaxis]) for beat in X]), together, dtype)
    monkeypatch.setattr("heartbeat._beats_table._BLOCK_BYTES", 4 * X[0].nbytes)
    close(transformer.transform(X), together, dtype)


@every
def test_memory_order_and_input_are_left_alone(transformer):
    X = make_table(9)
    kept = X.copy()
    expected = clone(transformer).fit_transform(X)
    close(clone(transformer).fit_transform(np.asfortranarray(X)), expected)
    close(clone(transformer).fit_transform(np.repeat(X, 2, axis=0)[::2]), expected)
    X.flags.writeable = False
    close(clone(transformer).fit(X).transform(X), expected)
    np.testing.assert_array_equal(X, kept)


@every
def test_context_passes_through_untouched(transformer):
    X = make_table(8, n_leads=2)
    context = np.random.default_rng(1).normal(size=(8, 3))
    context[0, 0], context[1, 1] = np.nan, np.inf
    parameters = {"n_leads": 2}
    expected = clone(transformer).set_params(**parameters).fit_transform(X)
    transformer = clone(transformer).set_params(**parameters, n_context=3)
    result = transformer.fit_transform(np.hstack([X, context]))
    close(result[:, :-3], expected)
    np.testing.assert_array_equal(result[:, -3:], context)
    assert transformer.layout_out_.n_features == result.shape[1]


@every
def test_leads_are_treated_alike_whatever_their_order(transformer):
    waveforms = make_waveforms(8, n_leads=3)
    order = [2, 0, 1]
    transformer = clone(transformer).set_params(n_leads=3)
    result = transformer.fit_transform(waveforms.reshape(8, -1)).reshape(8, 3, -1)
    permuted = transformer.fit_transform(waveforms[:, order].reshape(8, -1)).reshape(8, 3, -1)
    close(permuted, result[:, order])


@every
def test_frames_come_out_as_frames_with_the_right_names(transformer):
    layout = BeatLayout(("MLII", "V1"), N_TIMES, ("rr_prev",))
    X = np.hstack([make_table(6, n_leads=2), np.ones((6, 1))])
    frame = pd.DataFrame(X, columns=layout.column_names(), index=list("abcdef"))
    transformer = clone(transformer).set_output(transform="pandas")
    result = transformer.fit_transform(frame)
    n_times = transformer.layout_out_.n_times
    assert list(result.columns) == layout.with_n_times(n_times).column_names()
    assert list(result.index) == list("abcdef")
    plain = clone(transformer).set_params(n_leads=2, n_context=1).set_output(transform="default")
    close(result.to_numpy(), plain.fit_transform(X))
    assert len(plain.get_feature_names_out()) == result.shape[1]
    assert list(plain.get_feature_names_out(layout.column_names())) == list(result.columns)
    with pytest.raises(ValueError, match="not equal to feature_names_in_"):
        transformer.get_feature_names_out(["x"] * frame.shape[1])


def test_layout_travels_down_a_pipeline_of_frames():
    layout = BeatLayout(("MLII", "V1"), N_TIMES, ("rr_prev",))
    X = np.hstack([make_table(6, n_leads=2), np.ones((6, 1))])
    frame = pd.DataFrame(X, columns=layout.column_names())
    steps = make_pipeline(BandpassFilter(), BeatCropper(-0.2, 0.4), BeatScaler(), BeatResampler(32))
    result = steps.set_output(transform="pandas").fit_transform(frame)
    assert list(result.columns) == layout.with_n_times(32).column_names()
    assert (result["rr_prev"] == 1).all()


@every
def test_pickled_and_cloned_transformers_agree(transformer):
    X = make_table(5, dtype=np.float32)
    fitted = clone(transformer).fit(X)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(fitted)).transform(X), fitted.transform(X)
    )


@every
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_waveforms_that_are_not_finite_are_refused(transformer, value):
    X = make_table(5)
    fitted = clone(transformer).fit(X)
    X[2, 40] = value
    for call in (fitted.transform, clone(transformer).fit):
        with pytest.raises(ValueError, match="NaN|infinity"):
            call(X)


@every
def test_constant_beats_stay_finite(transformer):
    X = make_table(5, dtype=np.float32)
    X[1], X[3] = 0.1, 0
    transformer = clone(transformer).fit(X)
    result = transformer.transform(X)
    assert np.isfinite(result).all()
    for beat in result[[1, 3]]:
        assert np.ptp(beat) < (10 if isinstance(transformer, SubjectNormalizer) else 1e-5)


@every
def test_columns_that_are_no_beats_are_refused(transformer):
    with pytest.raises(ValueError, match="n_leads and n_context"):
        clone(transformer).set_params(n_leads=2).fit(make_table(4))
    with pytest.raises(ValueError, match="features"):
        clone(transformer).fit(make_table(4)).transform(make_table(4)[:, :-1])


@every
@settings(max_examples=8, deadline=None)
@given(gain=st.floats(0.05, 20), seed=st.integers(0, 1000))
def test_gain_scales_what_is_not_normalised_and_vanishes_where_it_is(transformer, gain, seed):
    X = make_table(6, seed=seed)
    result = clone(transformer).fit_transform(X)
    scaled = clone(transformer).fit_transform(gain * X)
    if isinstance(transformer, (BeatScaler, SubjectNormalizer)):
        gain = 1
    np.testing.assert_allclose(scaled, gain * result, rtol=1e-7, atol=1e-9 * gain)


@every
@settings(max_examples=8, deadline=None)
@given(offset=st.floats(-5, 5), seed=st.integers(0, 1000))
def test_offset_vanishes_where_a_baseline_is_removed_and_is_kept_elsewhere(
    transformer, offset, seed
):
    X = make_table(6, seed=seed)
    result = clone(transformer).fit_transform(X)
    removes = isinstance(transformer, (BeatScaler, BaselineRemover, SubjectNormalizer)) or (
        isinstance(transformer, BandpassFilter) and transformer.low is not None
    )
    moved = clone(transformer).fit_transform(X + offset)
    np.testing.assert_allclose(moved, result + (0 if removes else offset), atol=1e-6)


@pytest.mark.parametrize(
    "transformer", [t for t in TRANSFORMERS if isinstance(t, LINEAR)], ids=repr
)
def test_linear_maps_add_up(transformer):
    X, Z = make_table(4, seed=1), make_table(4, seed=2)
    fitted = clone(transformer).fit(X)
    close(fitted.transform(X + 2 * Z), fitted.transform(X) + 2 * fitted.transform(Z))


@pytest.mark.parametrize(
    ("transformer", "message"),
    [
        (BandpassFilter(high=70), "high=70 Hz is not below half the sampling rate"),
        (BandpassFilter(low=45), "must be above low=45"),
        (BandpassFilter(None, None), "at least one cut-off"),
        (BandpassFilter(order=0), "order must be an integer >= 1"),
        (BandpassFilter(fs=0), "fs must be a finite number > 0"),
        (BaselineRemover("loess"), "method must be one of"),
        (BaselineRemover("spline", before=0), "needs the PR segment"),
        (BaselineRemover("spline", before=2), "places the R peak at sample 250"),
        (NotchFilter(60, fs=100), "frequency=60 Hz is not below"),
        (NotchFilter(quality=0), "quality must be"),
        (NotchFilter(n_harmonics=0), "n_harmonics must be"),
        (WaveletDenoiser("cmor"), "wavelet must be one of"),
        (WaveletDenoiser(level=9), "level must be at most 4"),
        (WaveletDenoiser(mode="firm"), "mode must be one of"),
        (WaveletDenoiser(scale=-1), "scale must be"),
        (BeatScaler("max"), "method must be one of"),
        (BeatScaler(per="table"), "per must be one of"),
        (BeatScaler("r_amplitude", fs=1000), "places the R peak at sample 500"),
        (BeatResampler(), "exactly one of n_times and target_fs"),
        (BeatResampler(3, target_fs=250), "exactly one of n_times and target_fs"),
        (BeatResampler(0), "n_times must be an integer >= 1"),
        (BeatResampler(target_fs=-1), "target_fs must be"),
        (BeatResampler(target_fs=0.5), "target_fs must leave"),
        (BeatCropper(-0.6, 0.4), "does not contain"),
        (BeatCropper(0.4, 0.1), "does not contain"),
        (BeatCropper(0.5, 10, unit="samples"), "whole number of samples"),
        (BeatCropper(0, 10, unit="ms"), "unit must be one of"),
        (BeatAligner(half_width=0.001), "at least one sample"),
        (BeatAligner(max_shift=-1), "max_shift must be"),
        (SubjectNormalizer("minmax"), "method must be one of"),
    ],
    ids=lambda value: repr(value) if not isinstance(value, str) else "",
)
def test_bad_parameters_are_named(transformer, message):
    with pytest.raises(ValueError, match=message):
        transformer.fit(make_table(4))


def test_too_short_beats_are_refused_where_nothing_can_be_done():
    with pytest.raises(ValueError, match="too short for wavelet 'sym4'"):
        WaveletDenoiser().fit(np.zeros((3, 5)))
    with pytest.raises(ValueError, match="places the R peak at sample 62"):
        BeatAligner().fit(np.zeros((3, 5)))
