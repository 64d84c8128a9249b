from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from heartbeat.preprocessing import (
    BandpassFilter,
    BaselineRemover,
    BeatScaler,
    NotchFilter,
    clean,
)
from heartbeat.preprocessing._zero_phase import settling_samples
from heartbeat.recording import Recording, read_recording

FS = 125.0
STEPS = [
    BandpassFilter(),
    BaselineRemover(),
    BaselineRemover("median"),
    BaselineRemover("spline"),
    NotchFilter(50),
    (BaselineRemover("median"), BandpassFilter(low=None), NotchFilter(50)),
]
BEATS = np.arange(100, 4900, 110)


def make_noise(n=5000, seed=0):
    noise = np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)
    return Recording(signal=noise, fs=FS, leads=("MLII", "V1"), name="noise")


@pytest.mark.parametrize("steps", STEPS, ids=repr)
@pytest.mark.parametrize("block", [0.1, 3.0, 39.99])
def test_blocks_do_not_change_a_bit(steps, block):
    recording = make_noise()
    whole = clean(recording, steps, beats=BEATS, block=1e6)
    assert whole.signal.dtype == np.float32 and whole.name == "noise"
    blocks = clean(recording, steps, beats=BEATS, block=block)
    np.testing.assert_array_equal(blocks.signal, whole.signal)


def test_recording_given_is_left_alone():
    recording = make_noise()
    kept = recording.signal.copy()
    clean(recording)
    np.testing.assert_array_equal(recording.signal, kept)


def test_default_is_the_bandpass_at_the_recordings_own_rate():
    recording = replace(make_noise(), fs=360.0)
    sos = BandpassFilter()._sections(360)
    n_padding = settling_samples(sos)
    x = recording.signal.astype(np.float64)
    expected = signal.sosfiltfilt(sos, x, axis=0, padtype="even", padlen=n_padding)
    np.testing.assert_allclose(clean(recording).signal, expected, atol=1e-5)


@pytest.mark.parametrize("steps", STEPS, ids=repr)
def test_gaps_stay_gaps_and_do_not_ring(steps):
    t = np.arange(5000) / FS
    wave = (1 + np.sin(2 * np.pi * 5 * t)).astype(np.float32)
    recording = Recording(signal=np.column_stack([wave, wave]), fs=FS, leads=("a", "b"))
    holed = recording.signal.copy()
    holed[2000:2125, 0] = np.nan
    holed[:50, 0] = np.nan
    cleaned = clean(recording, steps, beats=BEATS).signal
    result = clean(replace(recording, signal=holed), steps, beats=BEATS).signal
    np.testing.assert_array_equal(np.isnan(result), np.isnan(holed))
    np.testing.assert_array_equal(result[:, 1], cleaned[:, 1])
    # Within a second of the gap the result may differ, less than the wave is high.
    difference = np.nan_to_num(np.abs(result[:, 0] - cleaned[:, 0]))
    assert difference.max() < 0.7
    assert difference[400:1700].max() < 0.05 and difference[2450:].max() < 0.05


def test_a_gap_that_begins_or_ends_on_a_qrs_complex_does_not_bend_the_baseline():
    t = np.arange(2500) / FS
    r = np.arange(0.5, 20, 0.8)[:, np.newaxis]
    ecg = np.exp(-(((t - r) / 0.02) ** 2)).sum(axis=0)[:, np.newaxis].astype(np.float32)
    recording = Recording(signal=ecg, fs=FS)
    holed = ecg.copy()
    start, stop = int(6.1 * FS), int(8.5 * FS)
    assert ecg[start - 1] > 0.5 and ecg[stop] > 0.5
    holed[start:stop] = np.nan
    result = clean(replace(recording, signal=holed), BaselineRemover()).signal
    difference = np.abs(result - clean(recording, BaselineRemover()).signal)
    assert np.nanmax(difference) < 0.1


def test_a_short_gap_is_bridged_between_its_neighbours():
    t = np.arange(2500) / FS
    wave = np.sin(2 * np.pi * 2 * t)[:, np.newaxis].astype(np.float32)
    recording = Recording(signal=wave, fs=FS)
    holed = wave.copy()
    holed[1000:1004] = np.nan
    result = clean(replace(recording, signal=holed)).signal
    assert np.nanmax(np.abs(result - clean(recording).signal)) < 0.02


def test_a_lead_that_is_all_gap_stays_so():
    recording = make_noise(500)
    holed = recording.signal.copy()
    holed[:, 1] = np.nan
    result = clean(replace(recording, signal=holed)).signal
    assert np.isnan(result[:, 1]).all() and np.isfinite(result[:, 0]).all()


def test_spline_runs_through_every_pr_segment():
    recording = make_noise()
    wander = np.sin(2 * np.pi * 0.1 * np.arange(5000) / FS).astype(np.float32)
    recording = replace(recording, signal=np.column_stack([wander, 2 * wander]))
    result = clean(recording, BaselineRemover("spline"), beats=BEATS).signal
    assert np.abs(result[BEATS[0] : BEATS[-1] - 10]).max() < 0.03


def test_spline_needs_beats():
    with pytest.raises(ValueError, match="at least one beat whose PR segment"):
        clean(make_noise(), BaselineRemover("spline"), beats=[])


def test_steps_that_cannot_filter_a_recording_are_named():
    with pytest.raises(TypeError, match="BeatScaler"):
        clean(make_noise(), BeatScaler())
    with pytest.raises(ValueError, match="block must be"):
        clean(make_noise(), block=0)


@pytest.mark.realdata
def test_real_recording_loses_wander_and_hum_and_keeps_r(mitdb):
    recording = read_recording(mitdb / "103").crop(0, 300)
    cleaned = clean(recording, (BandpassFilter(), NotchFilter(60)))
    assert cleaned.annotations is not None
    frequency, before = signal.welch(recording.lead(0), 360, nperseg=3600)
    _, after = signal.welch(cleaned.lead(0), 360, nperseg=3600)
    for low, high, left in ((0.05, 0.3, 0.05), (59.5, 60.5, 0.01), (2, 15, 1.01)):
        band = (frequency >= low) & (frequency <= high)
        assert after[band].sum() < left * before[band].sum()
    band = (frequency >= 2) & (frequency <= 15)
    assert after[band].sum() > 0.97 * before[band].sum()
    r = recording.annotations.beats().sample[1:-1, np.newaxis] + np.arange(-15, 16)
    moved = cleaned.lead(0)[r].argmax(axis=1) - recording.lead(0)[r].argmax(axis=1)
    assert np.mean(np.abs(moved) <= 1) > 0.99


@pytest.mark.realdata
def test_spline_takes_the_annotated_beats(mitdb):
    recording = read_recording(mitdb / "103").crop(0, 60)
    cleaned = clean(recording, BaselineRemover("spline"))
    r = recording.annotations.beats().sample[1:-1]
    pr = cleaned.signal[r[:, np.newaxis] + np.arange(-36, -21)].mean(axis=1)
    assert np.abs(pr).max() < 0.02


def test_spline_detects_beats_where_none_are_annotated():
    t = np.arange(3600) / 360
    r = np.arange(0.5, 10, 0.8)[:, np.newaxis]
    ecg = np.exp(-(((t - r) / 0.02) ** 2)).sum(axis=0) + 0.3 * np.sin(2 * np.pi * 0.15 * t)
    recording = Recording(signal=ecg[:, np.newaxis].astype(np.float32), fs=360)
    result = clean(recording, BaselineRemover("spline")).lead(0)
    between = (np.arange(1.7, 8, 0.8)[:, np.newaxis] * 360 + np.arange(-20, 20)).astype(int)
    assert np.abs(result[between]).max() < 0.02
