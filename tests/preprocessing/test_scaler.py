import numpy as np
import pytest

from heartbeat.preprocessing import BeatScaler

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 2 * 50))
WAVEFORMS = X.reshape(6, 2, 50)


def scaled(method, per, **parameters):
    return BeatScaler(method, per=per, n_leads=2, **parameters).fit_transform(X)


@pytest.mark.parametrize("per", ["lead", "beat"])
def test_statistics_after_scaling(per):
    shape = (6, 2, 50) if per == "lead" else (6, 1, 100)
    minmax = scaled("minmax", per).reshape(shape)
    assert (minmax.min(axis=-1) == 0).all() and (minmax.max(axis=-1) == 1).all()
    zscore = scaled("zscore", per).reshape(shape)
    np.testing.assert_allclose(zscore.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(zscore.std(axis=-1), 1)
    robust = scaled("robust", per).reshape(shape)
    low, median, high = np.percentile(robust, [25, 50, 75], axis=-1)
    np.testing.assert_allclose(median, 0, atol=1e-12)
    np.testing.assert_allclose(high - low, 1)


def test_r_amplitude_is_one_at_r_with_its_sign():
    t = (np.arange(187) - 62) / 125
    beat = np.exp(-((t / 0.02) ** 2)) + 3 * np.exp(-(((t - 0.4) / 0.02) ** 2))
    result = BeatScaler("r_amplitude").fit_transform(np.array([2 * beat + 1, -0.1 * beat]))
    np.testing.assert_allclose(result[:, 62], [1, -1], rtol=1e-3)
    assert result[0].max() == pytest.approx(3, rel=1e-2)


def test_leads_scaled_together_keep_their_proportions():
    together = scaled("r_amplitude", "beat", fs=10, before=2.5).reshape(6, 2, 50)
    ratio = np.ptp(WAVEFORMS[:, 0], axis=1) / np.ptp(WAVEFORMS[:, 1], axis=1)
    np.testing.assert_allclose(
        np.ptp(together[:, 0], axis=1) / np.ptp(together[:, 1], axis=1), ratio
    )


@pytest.mark.parametrize("method", ["minmax", "zscore", "robust", "r_amplitude"])
@pytest.mark.parametrize("value", [0.0, 0.1, -3.3, 1e30, 1e-42])
def test_constant_beats_become_zero(method, value):
    beats = np.full((2, 187), value, dtype=np.float32)
    assert (BeatScaler(method).fit_transform(beats) == 0).all()


def test_a_flat_lead_does_not_touch_the_other():
    beats = X.copy()
    beats[:, :50] = 0.1
    result = BeatScaler(n_leads=2).fit_transform(beats)
    assert (result[:, :50] == 0).all()
    np.testing.assert_array_equal(result[:, 50:], scaled("minmax", "lead")[:, 50:])
