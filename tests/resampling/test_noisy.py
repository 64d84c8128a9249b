import numpy as np
import pytest

from heartbeat.resampling import (
    add_electrode_noise,
    add_mains_noise,
    add_muscle_noise,
    add_wander,
    add_white_noise,
)
from heartbeat.resampling._dice import roll_dice
from heartbeat.resampling._noise import coloured_bank


@pytest.fixture
def beats():
    return np.random.default_rng(0).normal(size=(50, 2, 187)).cumsum(-1).astype(np.float32)


def snr(clean, noisy):
    clean, noisy = clean.astype(float), noisy.astype(float)
    return 10 * np.log10(clean.var(-1) / (noisy - clean).var(-1))


RECORDED = np.random.default_rng(1).normal(size=(5000, 2)).cumsum(0)


@pytest.mark.parametrize("wanted", [-6.0, 0.0, 12.0, 30.0])
@pytest.mark.parametrize(
    "add",
    [
        add_white_noise,
        add_muscle_noise,
        add_mains_noise,
        lambda X, snr, random_state: add_electrode_noise(
            X, RECORDED, snr, random_state=random_state
        ),
    ],
    ids=["white", "muscle", "mains", "electrode"],
)
def test_snr_is_as_stated_in_every_beat_and_lead(beats, add, wanted):
    np.testing.assert_allclose(snr(beats, add(beats, wanted, random_state=0)), wanted, atol=0.02)


def test_snr_is_drawn_from_a_range(beats):
    measured = snr(beats, add_white_noise(beats, (10, 20), random_state=0))
    assert measured.min() >= 9.98 and measured.max() <= 20.02
    assert np.ptp(measured[:, 0]) > 8
    np.testing.assert_allclose(measured[:, 0], measured[:, 1], atol=0.02)  # one draw a beat


def test_flat_beats_stay_flat():
    np.testing.assert_array_equal(add_white_noise(np.ones((3, 187)), 0, random_state=0), 1)


@pytest.mark.parametrize(
    ("band", "fs"), [((0.05, 0.5), 125.0), ((20.0, 150.0), 125.0), ((20.0, 150.0), 360.0)]
)
def test_banks_have_their_colour_and_unit_variance(band, fs):
    bank = coloured_bank(roll_dice(np.ones(1), 0), band, fs, 2**16)
    power = np.abs(np.fft.rfft(bank)) ** 2
    frequencies = np.fft.rfftfreq(len(bank), 1 / fs)
    inside = (frequencies >= band[0]) & (frequencies <= band[1])
    assert bank.var() == pytest.approx(1, abs=0.01)
    assert power[inside].sum() / power.sum() > 0.999


def test_wander_is_slow_and_bounded(beats):
    wander = add_wander(beats, 0.1, random_state=0) - beats
    share = wander.std(-1) / np.ptp(beats, axis=-1)
    assert 0 < share.mean() < 0.1
    assert np.abs(np.diff(wander, axis=-1)).max() < 0.05 * np.ptp(beats)
    with pytest.raises(ValueError, match="wander"):
        add_wander(beats, 0.2)


def test_mains_hum_is_in_phase_over_leads(beats):
    hum = add_mains_noise(beats, 0, frequency=50, random_state=0) - beats
    for first, second in hum:
        assert np.corrcoef(first, second)[0, 1] > 0.999


@pytest.mark.parametrize("wanted", [100, (30, 20), (1, 2, 3), -20])
def test_bad_snr_is_refused(beats, wanted):
    with pytest.raises(ValueError, match="dB"):
        add_white_noise(beats, wanted)


def test_noise_that_cannot_be_sampled_is_refused(beats):
    with pytest.raises(ValueError, match="fs=100"):
        add_mains_noise(beats, fs=100)
    with pytest.raises(ValueError, match="fs=30"):
        add_muscle_noise(beats, fs=30)


def test_recorded_noise_must_be_usable(beats):
    with pytest.raises(ValueError, match="at least the 187"):
        add_electrode_noise(beats, np.ones(100))
    with pytest.raises(ValueError, match="NaN"):
        add_electrode_noise(beats, np.full(500, np.nan))


def test_recordings_are_resampled(beats):
    class Noise:
        def resample(self, fs):
            assert fs == 250
            self.signal = RECORDED.astype(np.float32)
            return self

    assert add_electrode_noise(beats, Noise(), fs=250, random_state=0).shape == beats.shape


@pytest.mark.realdata
def test_noise_of_the_stress_database(beats, data_home):
    from heartbeat.recording import read_recording

    path = data_home / "nstdb" / "em"
    if not path.with_suffix(".hea").exists():
        pytest.skip("nstdb is not in the data home")
    noisy = add_electrode_noise(beats, read_recording(path), 6, random_state=0)
    np.testing.assert_allclose(snr(beats, noisy), 6, atol=0.02)
