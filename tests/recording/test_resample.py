import numpy as np
import pytest
from scipy.signal import resample_poly

from heartbeat.recording import Recording, _resample
from heartbeat.recording._resample import bridge_gaps, resample_leads

RATES = [(360, 125), (125, 360), (250, 1000), (1000, 250), (249.98, 125), (257, 250)]


@pytest.mark.parametrize(("fs", "new_fs"), RATES)
def test_a_slow_wave_is_kept(fs, new_fs):
    t = np.arange(int(20 * fs)) / fs
    resampled = Recording(np.sin(2 * np.pi * 5 * t), fs).resample(new_fs)
    new_t = np.arange(resampled.n_samples) / new_fs
    error = np.abs(resampled.lead() - np.sin(2 * np.pi * 5 * new_t))
    inner = slice(int(new_fs), -int(new_fs))
    assert error[inner].max() < 0.003
    assert resampled.signal.dtype == np.float32


def test_what_the_new_rate_cannot_carry_is_removed():
    t = np.arange(7200) / 360
    resampled = Recording(np.sin(2 * np.pi * 90 * t), 360).resample(125)
    assert np.abs(resampled.lead()[20:-20]).max() < 0.002


def test_an_offset_stays_to_the_ends():
    resampled = Recording(np.full(3600, -3.0), 360).resample(125)
    np.testing.assert_allclose(resampled.lead(), -3.0, atol=2e-4)


@pytest.mark.parametrize(("fs", "new_fs"), RATES)
def test_blocks_leave_no_seams(fs, new_fs):
    rng = np.random.default_rng(0)
    signal = np.cumsum(rng.normal(size=(30_000, 2)), axis=0).astype(np.float32)
    signal[4000:4100, 0] = np.nan
    whole = resample_leads(signal, fs, new_fs, block=1 << 30)
    parts = resample_leads(signal, fs, new_fs, block=2000)
    # Some processors round a sum differently at another place in a matrix product.
    rounding = 4 * np.finfo(np.float32).eps * np.nanmax(np.abs(whole))
    np.testing.assert_allclose(parts, whole, rtol=0, atol=rounding)


@pytest.mark.parametrize("new_fs", [125, 360, 1000])
def test_gaps_stay_gaps(new_fs):
    fs = 250
    signal = np.ones(2500, dtype=np.float32)
    for gap in (slice(0, 20), slice(1000, 1250), slice(2490, 2500)):
        signal[gap] = np.nan
    resampled = Recording(signal, fs).resample(new_fs).lead()
    position = np.arange(len(resampled)) * fs / new_fs
    below, above = np.floor(position).astype(int), np.ceil(position).astype(int)
    above = np.minimum(above, len(signal) - 1)
    np.testing.assert_array_equal(
        np.isnan(resampled), np.isnan(signal[below]) | np.isnan(signal[above])
    )
    np.testing.assert_allclose(resampled[~np.isnan(resampled)], 1.0, atol=1e-3)


def test_a_lead_of_gaps_alone_stays_one():
    signal = np.zeros((1000, 2))
    signal[:, 1] = np.nan
    resampled = Recording(signal, 360).resample(125)
    assert not np.isnan(resampled.lead(0)).any()
    assert np.isnan(resampled.lead(1)).all()


@pytest.mark.parametrize("n_samples", [1, 2, 7])
def test_very_short_recordings(n_samples):
    for new_fs in (125, 1000):
        resampled = Recording(np.ones(n_samples), 360).resample(new_fs)
        assert resampled.n_samples == -(-n_samples * new_fs // 360)
        np.testing.assert_allclose(resampled.lead(), 1.0, atol=1e-3)


@pytest.mark.parametrize("fs", [1e-9, 1e12])
def test_extreme_ratios_are_refused(fs):
    with pytest.raises(ValueError, match="too large or too small"):
        Recording(np.ones(100), 360).resample(fs)


def test_bridges_are_straight_and_level_at_the_ends():
    lead = np.array([np.nan, 1, np.nan, np.nan, 4, np.nan])
    np.testing.assert_allclose(bridge_gaps(lead, np.isnan(lead)), [1, 1, 2, 3, 4, 4])


@pytest.mark.parametrize(("up", "down"), [(25, 72), (125, 128), (72, 25), (125, 64)])
def test_products_are_what_scipy_computes(up, down):
    piece = np.random.default_rng(0).normal(size=20_001).astype(np.float32)
    assert _resample._product(up, down)[0] is not None
    resampled = _resample._polyphase(piece, up, down)
    expected = resample_poly(piece, up, down, window=_resample._taps(up, down))
    np.testing.assert_allclose(resampled[: len(expected)], expected, atol=3e-6)
