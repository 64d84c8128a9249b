import numpy as np
import pandas as pd
import pytest

from heartbeat.datasets import make_beats
from heartbeat.inspection import add_noise_to_beats, noise_gain
from heartbeat.recording import Recording


@pytest.fixture(scope="module")
def beats():
    return make_beats(300, n_subjects=3, n_leads=2, context="rr", random_state=0)


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).normal(size=(20_000, 2))


def added(beats, noise, snr, **keywords):
    noisy = np.asarray(add_noise_to_beats(beats, noise, snr, **keywords))
    waveforms = (noisy - np.asarray(beats.data))[:, beats.waveform]
    return waveforms.reshape(len(noisy), beats.n_leads, -1)


@pytest.mark.parametrize("snr", [24, -6])
def test_every_record_and_lead_has_the_stated_ratio(beats, noise, snr):
    waveforms = beats.data[:, beats.waveform].reshape(len(beats.data), 2, -1)
    complexes = waveforms[..., 56:69]
    heights = np.ptp(complexes, axis=2)
    for record in np.unique(beats.record):
        rows = beats.record == record
        rms = added(beats, noise, snr)[rows].std(axis=(0, 2))
        normal = heights[rows & (beats.target == "N")].mean(axis=0)
        assert 20 * np.log10(normal / 8**0.5 / rms) == pytest.approx([snr] * 2, abs=0.6)


def test_strengths_share_their_stretches(beats, noise):
    weak, strong = (added(beats, noise, snr, random_state=3) for snr in (20, 0))
    assert np.allclose(10 * weak, strong, atol=1e-4)
    other = added(beats, noise, 0, random_state=4)
    assert not np.allclose(strong, other)


def test_stretches_are_of_the_noise_both_channels_at_once(beats):
    ramp = np.arange(5000.0)
    found = added(beats, np.column_stack([ramp, -ramp]), 0)
    steps = np.diff(found, axis=2)
    assert (steps[:, 0] > 0).all() and (steps[:, 1] < 0).all()
    # The level of a stretch tells where it began: the same place in both channels.
    place = found[:, :, 0] / steps.mean(axis=2)
    assert np.allclose(place[:, 0], place[:, 1], rtol=1e-2, atol=1)
    assert np.ptp(place[:, 0]) > 4000


def test_context_labels_and_input_stay(beats, noise):
    before = beats.data.copy()
    noisy = add_noise_to_beats(beats, noise, 6)
    assert (noisy[:, beats.context] == before[:, beats.context]).all()
    assert (beats.data == before).all()
    assert noisy.dtype == np.float32


def test_a_recording_is_measured_before_it_is_resampled(beats):
    # Of white noise at 1000 Hz an eighth is left at 125 Hz: the rest counts as noise all the same.
    noise = Recording(np.random.default_rng(0).normal(size=200_000), 1000.0)
    slow = noise.resample(125.0).signal
    weak, strong = added(beats, noise, 6).std(), added(beats, slow, 6).std()
    assert (weak / strong) ** 2 == pytest.approx(1 / 8, rel=0.15)


def test_a_record_without_normal_beats_goes_by_all_its_beats(beats, noise):
    from sklearn.utils import Bunch

    paced = Bunch(**{**beats, "target": np.full(len(beats.target), "Q")})
    assert np.isfinite(add_noise_to_beats(paced, noise, 6)).all()


def test_dataframes_stay_dataframes(noise):
    beats = make_beats(30, as_frame=True, random_state=0)
    noisy = add_noise_to_beats(beats, noise, 6)
    assert isinstance(noisy, pd.DataFrame)
    assert noisy.columns.tolist() == beats.data.columns.tolist()


def test_scaled_beats_and_short_noise_are_refused(beats, noise):
    kaggle = make_beats(30, layout="kaggle", random_state=0)
    with pytest.raises(ValueError, match="each beat is scaled on its own"):
        add_noise_to_beats(kaggle, noise, 6)
    with pytest.raises(ValueError, match="187 samples, got 150 samples at 125 Hz"):
        add_noise_to_beats(beats, noise[:150], 6)
    with pytest.raises(ValueError, match="constant"):
        add_noise_to_beats(beats, np.ones(1000), 6)
    assert noise_gain(1.0, 1.0, 0) > 0
