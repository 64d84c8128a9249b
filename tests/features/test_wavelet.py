import numpy as np
import pytest
import pywt

from heartbeat.features import WaveletFeatures

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 187))


def test_coefficients_are_those_of_pywavelets():
    features = WaveletFeatures("sym4", level=3, output="coefficients").fit_transform(X)
    np.testing.assert_allclose(features, np.hstack(pywt.wavedec(X, "sym4", level=3, axis=1)))


def test_energies_are_sums_of_squares_and_shares_add_up():
    measure = WaveletFeatures("haar", output="energies")
    features = measure.fit_transform(X[:, :176])
    np.testing.assert_allclose(features[:, ::2].sum(axis=1), (X[:, :176] ** 2).sum(axis=1))
    np.testing.assert_allclose(features[:, 1::2].sum(axis=1), 1)


@pytest.mark.parametrize(("hertz", "band"), [(50, "d1"), (23, "d2"), (11, "d3"), (5.5, "d4")])
def test_a_wave_is_found_in_its_band(hertz, band):
    wave = np.sin(2 * np.pi * hertz * np.arange(187) / 125)[np.newaxis]
    measure = WaveletFeatures(output="energies")
    names = measure.fit(wave).get_feature_names_out()
    shares = dict(zip(names, measure.transform(wave)[0], strict=True))
    largest = max((name for name in names if name.endswith("share")), key=shares.get)
    assert largest == f"{band}_energy_share"


def test_both_holds_both_for_every_lead():
    measure = WaveletFeatures("haar", level=1, n_leads=2).fit(X[:, :8])
    assert measure.get_feature_names_out().tolist() == [
        f"lead{lead}_{name}"
        for lead in (0, 1)
        for name in (
            "a1_energy_mv2", "a1_energy_share", "d1_energy_mv2", "d1_energy_share",
            "a1_c00_mv", "a1_c01_mv", "d1_c00_mv", "d1_c01_mv",
        )
    ]  # fmt: skip
    alone = WaveletFeatures("haar", level=1).fit_transform(X[:, 4:8])
    np.testing.assert_allclose(measure.transform(X[:, :8])[:, 8:], alone)


def test_level_is_as_deep_as_the_beat_allows():
    assert WaveletFeatures().fit(X).level_ == 4
    assert WaveletFeatures().fit(X[:, :30]).level_ == 2
    assert WaveletFeatures().fit(X[:, :3]).level_ == 0


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"wavelet": "db"}, "wavelet must be one of .*, got 'db'"),
        ({"wavelet": "mexh"}, "got 'mexh'"),
        ({"output": "all"}, "output must be one of .*'both'.*, got 'all'"),
        ({"level": 9}, "level must be at most 4 for beats of 187 samples and wavelet 'db4', got 9"),
        ({"level": 1.5}, "level must be None or an integer >= 0, got 1.5"),
    ],
)
def test_bad_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        WaveletFeatures(**params).fit(X)
