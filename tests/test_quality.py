"""What can be read of a lead: not noise, and all of an ECG."""

import numpy as np
import pytest

from heartbeat.datasets import load_sample_recording
from heartbeat.detection import detect_beats
from heartbeat.quality import assess_quality


@pytest.fixture(scope="module")
def lead():
    recording = load_sample_recording()
    return recording.lead("MLII"), recording.fs


def test_an_ecg_is_readable_whatever_its_gain_offset_and_sign(lead):
    signal, fs = lead
    for gain, offset in ((1, 0), (-1, 3), (0.001, 0), (500, -100)):
        quality = assess_quality(gain * signal + offset, fs)
        assert quality.unreadable_share == 0
        assert quality.readable.all()
        assert quality.score.min() >= 0.5


def test_results_are_compared_by_identity(lead):
    """Their arrays cannot be compared as a whole."""
    quality = assess_quality(*lead)
    assert quality == quality
    assert quality != assess_quality(*lead)


def test_reasons(lead):
    signal, fs = lead
    spoilt = signal.copy()
    spoilt[10_000:20_000] = np.nan
    spoilt[30_000:40_000] = spoilt[30_000]
    rng = np.random.default_rng(0)
    spoilt[50_000:70_000] = rng.normal(size=20_000)
    quality = assess_quality(spoilt, fs)
    named = {}
    for (start, stop), reason in zip(quality.stretches, quality.reasons, strict=True):
        named[reason] = named.get(reason, 0) + stop - start
    assert named["missing"] == pytest.approx(10_000, abs=1)
    assert named["flat"] == pytest.approx(10_000, abs=2)
    assert named["noise"] > 15_000


def with_pause(lead, seconds, noise):
    """Insert noise of a standard deviation (mV) between a T and a P wave."""
    signal, fs = lead
    start = 39_010
    rng = np.random.default_rng(0)
    pause = signal[start] + rng.normal(scale=noise, size=round(seconds * fs))
    return np.concatenate([signal[:start], pause, signal[start:]]).astype(np.float32)


@pytest.mark.parametrize("seconds", [6, 11, 15])
@pytest.mark.parametrize("noise", [0.002, 0.02])
def test_a_pause_is_readable(lead, seconds, noise):
    assert assess_quality(with_pause(lead, seconds, noise), lead[1]).unreadable_share == 0


def test_noise_that_may_hide_beats_is_no_pause(lead):
    signal, fs = lead
    beats = detect_beats(signal, fs=fs)
    beats += np.where(beats > 39_010, round(14 * fs), 0)
    quality = assess_quality(with_pause(lead, 14, 0.5), fs, beats)
    assert quality.reasons == ("noise",)


def test_saturation_is_seen(lead):
    signal, fs = lead
    spoilt = 20 * signal.copy()
    spoilt = np.clip(spoilt, -1, 1)
    assert "saturated" in assess_quality(spoilt, fs).reasons


def test_distant_signal_does_not_matter(lead):
    from heartbeat.quality import CELL_S, REACH_S

    signal, fs = lead
    beats = np.arange(200, len(signal) - 200, 290)
    whole = assess_quality(signal, fs, beats)
    start = round(100 * CELL_S / 2 * fs)
    part = assess_quality(signal[start:], fs, beats[beats >= start] - start)
    inner = beats >= start + REACH_S * fs
    np.testing.assert_allclose(
        part.score[len(part.score) - inner.sum() :], whole.score[inner], atol=1e-3
    )


@pytest.mark.parametrize("n", [1, 10, 300, 3000])
def test_short_leads_are_judged_too(n):
    quality = assess_quality(np.random.default_rng(0).normal(size=n), 250.0, np.array([], int))
    assert quality.n_samples == n


def test_what_is_no_lead_is_refused(lead):
    with pytest.raises(ValueError, match="one lead"):
        assess_quality(np.zeros((10, 2)), 360.0)
    with pytest.raises(ValueError, match="at least 100 Hz"):
        assess_quality(lead[0], 50.0)


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["bw", "em", "ma"])
def test_noise_records_are_unreadable(name):
    from heartbeat.datasets import get_data_home
    from heartbeat.recording import read_recording

    noise = read_recording(get_data_home() / "nstdb" / name, annotator=None).resample(125)
    for lead in noise.leads:
        assert assess_quality(noise.lead(lead), noise.fs).unreadable_share > 0.95


@pytest.mark.realdata
def test_few_beats_of_a_database_are_lost():
    from heartbeat.datasets import load_recordings

    lost = []
    for recording in load_recordings("mitdb", records=("100", "105", "203", "207", "232")):
        signal = recording.resample(125)
        beats = signal.annotations.beats().sample
        quality = assess_quality(signal.lead(0), signal.fs)
        inside = [((beats >= a) & (beats < b)).sum() for a, b in quality.stretches]
        lost.append(sum(inside) / len(beats))
    assert np.mean(lost) < 0.02
