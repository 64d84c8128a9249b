import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heartbeat.features import MorphologyFeatures

TIMES = (np.arange(187) - 62) / 125


def beat(qrs=0.02, r=1.0, p=0.1, t=0.3):
    """A beat of Gaussian waves; `qrs` is the standard deviation of R in seconds."""
    waves = ((p, -0.16, 0.02), (r, 0.0, qrs), (t, 0.28, 0.04))
    return sum(size * np.exp(-0.5 * ((TIMES - at) / width) ** 2) for size, at, width in waves)


def measure(*beats, reference=None, **params):
    X = np.array(beats)
    features = MorphologyFeatures(**params).fit(X if reference is None else reference)
    return pd.DataFrame(features.transform(X), columns=features.get_feature_names_out())


def test_a_known_beat_is_measured_in_the_units_of_the_names():
    row = measure(beat(qrs=0.02, r=1.2, p=0.1, t=0.3)).iloc[0]
    assert row["r_amplitude_mv"] == pytest.approx(1.2, abs=0.02)
    assert row["p_max_mv"] == pytest.approx(0.1, abs=0.02)
    assert row["p_max_time_ms"] == -160
    assert row["t_max_mv"] == pytest.approx(0.3, abs=0.02)
    assert row["t_max_time_ms"] == pytest.approx(280, abs=8)
    assert row["t_over_r_amplitude"] == pytest.approx(0.25, abs=0.02)
    # A Gaussian is 2.355 standard deviations wide at half its height, and holds sqrt(2 pi) of them.
    assert row["qrs_half_width_ms"] == pytest.approx(2.355 * 20, abs=8)
    assert row["qrs_area_mv_ms"] == pytest.approx(1.2 * np.sqrt(2 * np.pi) * 20, rel=0.08)
    assert row["qrs_energy_mv2_ms"] == pytest.approx(1.2**2 * np.sqrt(np.pi) * 20, rel=0.08)
    assert row["qrs_spread_ms"] == pytest.approx(20 / np.sqrt(2), rel=0.1)
    assert row["qrs_max_slope_mv_s"] == pytest.approx(1.2 / 0.02 * np.exp(-0.5), rel=0.1)
    assert row["qrs_centroid_ms"] == pytest.approx(0, abs=2)


def test_wide_complexes_are_wide():
    table = measure(beat(qrs=0.01), beat(qrs=0.02), beat(qrs=0.04, r=-1.0))
    for name in ("qrs_width_ms", "qrs_half_width_ms", "qrs_spread_ms"):
        assert table[name].is_monotonic_increasing and table[name].is_unique


def test_the_mean_beat_is_its_own_template():
    beats = [beat(), beat(qrs=0.04, r=-1.0)]
    row = measure(np.mean(beats, axis=0), reference=np.array(beats)).iloc[0]
    for wave in ("p", "qrs", "t"):
        assert row[f"{wave}_template_correlation"] == pytest.approx(1)
        assert row[f"{wave}_template_distance_mv"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("level", [0.1, -7.3, 1234.56])
def test_a_lead_that_is_off_has_no_waves(dtype, level):
    flat, zero = np.full(187, level, dtype), np.zeros(187, dtype)
    reference = np.array([beat()], dtype)
    table = measure(flat, zero, reference=reference, template=False)
    np.testing.assert_array_equal(table.iloc[0], table.iloc[1])
    nothing = ["qrs_half_width_ms", "t_over_r_amplitude", "qrs_energy_mv2_ms"]
    assert table.loc[0, nothing].eq(0).all()


@pytest.mark.parametrize("level", [0.1, -0.37, 1.234])
def test_a_flat_wave_has_no_moments(level):
    X = np.array([beat()], dtype=np.float32)
    X[:, 62 + 15 :] = level
    row = measure(*X).iloc[0]
    assert row["t_max_mv"] != 0
    assert (row["t_std_mv"], row["t_skewness"], row["t_kurtosis"]) == (0, 0, 0)


def test_template_is_optional():
    names = measure(beat(), template=False).columns
    assert not names.str.contains("template").any()


def test_the_kaggle_layout_has_no_p_wave():
    names = measure(beat(), before=0).columns
    assert names.str.startswith("qrs").any() and not names.str.startswith("p_").any()


@pytest.mark.parametrize("fs", [125.0, 250.0, 360.0])
def test_sampling_rates_agree(fs):
    times = np.arange(int(1.5 * fs)) / fs - int(0.5 * fs) / fs
    wave = np.interp(times, TIMES, beat(qrs=0.015))
    row, reference = measure(wave, fs=fs).iloc[0], measure(beat(qrs=0.015)).iloc[0]
    for name in ("qrs_spread_ms", "qrs_energy_mv2_ms", "t_area_mv_ms", "p_max_mv"):
        assert row[name] == pytest.approx(reference[name], rel=0.12), name


def rough(seed):
    rng = np.random.default_rng(seed)
    smooth = rng.normal(size=(6, 195))
    return beat() + sum(smooth[:, i : i + 187] for i in range(9)) / 30


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), offset=st.floats(-5, 5))
def test_an_offset_changes_nothing(seed, offset):
    X = rough(seed)
    moved = measure(*(X + offset))
    np.testing.assert_allclose(moved, measure(*X), rtol=1e-6, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), exponent=st.integers(-3, 3))
def test_a_gain_scales_voltages_and_nothing_else(seed, exponent):
    X, gain = rough(seed), 2.0**exponent
    before, after = measure(*X), measure(*(X * gain))
    for name in before:
        power = 2 if "_mv2" in name else 1 if "_mv" in name else 0
        np.testing.assert_allclose(after[name], before[name] * gain**power, rtol=1e-9, atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_leads_may_change_places(seed):
    a, b = rough(seed), rough(seed + 1)
    there = MorphologyFeatures(n_leads=2).fit_transform(np.hstack([a, b]))
    back = MorphologyFeatures(n_leads=2).fit_transform(np.hstack([b, a]))
    half = there.shape[1] // 2
    np.testing.assert_allclose(there, np.hstack([back[:, half:], back[:, :half]]))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"fs": 0}, "fs must be a finite number > 0, got 0"),
        ({"fs": "125"}, "fs must be a finite number > 0, got '125'"),
        ({"before": -0.1}, "before must be a finite number >= 0, got -0.1"),
        ({"before": 2.0}, "places the R peak at sample 250, but the beats have 187 sample"),
        ({"fs": 500.0}, "Set before and fs to the values that the beats were segmented with"),
    ],
)
def test_bad_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        measure(beat(), **params)


@pytest.mark.realdata
def test_ventricular_beats_are_wider(mitdb):
    datasets = pytest.importorskip("heartbeat.datasets")
    beats = datasets.load_beats("mitdb", records=["119"], data_home=mitdb.parent, as_frame=True)
    features = MorphologyFeatures().set_output(transform="pandas").fit_transform(beats.data)
    medians = features.groupby(np.asarray(beats.target))["qrs_spread_ms"].median()
    assert medians["V"] > 1.3 * medians["N"]
