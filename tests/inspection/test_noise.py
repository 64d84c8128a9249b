import numpy as np
import pytest

from heartbeat.datasets import load_recordings, make_recording
from heartbeat.inspection import add_noise, noise_gain, noise_rms, qrs_amplitude
from heartbeat.recording import Annotations, Recording


def spikes(height=1.0, n_beats=20, fs=250.0):
    """A flat line with a triangle of a stated height at each beat."""
    sample = 100 + 200 * np.arange(n_beats)
    signal = np.zeros(200 * n_beats + 100)
    for offset, share in ((-1, 0.5), (0, 1.0), (1, 0.5)):
        signal[sample + offset] = share * height
    marks = Annotations(sample=sample, symbol=np.full(n_beats, "N"))
    return Recording(signal, fs, name="spikes", annotations=marks)


def white(n, seed=0, channels=None):
    return np.random.default_rng(seed).normal(size=n if channels is None else (n, channels))


def test_amplitude_is_that_of_normal_beats():
    recording = spikes(height=1.5)
    recording.signal[100 + 200 * 3] = 9.0
    symbol = recording.annotations.symbol.copy()
    symbol[3] = "V"
    marks = Annotations(sample=recording.annotations.sample, symbol=symbol)
    recording = Recording(recording.signal, recording.fs, annotations=marks)
    assert qrs_amplitude(recording) == pytest.approx([1.5])


def test_invalid_samples_have_no_height():
    recording = spikes()
    recording.signal[95:99] = np.nan
    assert qrs_amplitude(recording) == pytest.approx([1.0])


def test_rms_is_about_the_mean_of_each_second():
    steps = np.repeat([0.0, 5.0, -3.0, 8.0], 250)
    sine = np.sin(2 * np.pi * 5 * np.arange(1000) / 250)
    assert noise_rms(steps + sine, fs=250) == pytest.approx([0.5**0.5])


def test_gain_is_that_of_the_definition():
    gain = noise_gain(2.0, 0.1, snr=6.0)
    assert 10 * np.log10(2.0**2 / 8 / (gain * 0.1) ** 2) == pytest.approx(6.0)


@pytest.mark.parametrize("snr", [24, 0, -6])
def test_noise_is_added_at_the_stated_ratio_in_every_lead(snr):
    clean = make_recording(60, n_leads=2, random_state=0)
    noisy = add_noise(clean, white(30_000, channels=3), snr)
    power = noise_rms(noisy.signal - clean.signal, fs=clean.fs) ** 2
    assert 10 * np.log10(qrs_amplitude(clean) ** 2 / 8 / power) == pytest.approx([snr] * 2, abs=0.1)
    assert noisy.annotations is clean.annotations


def test_noise_begins_again_where_it_ends_and_starts_where_asked():
    clean = spikes()
    noise = white(1000)
    added = add_noise(clean, noise, 0, start=300).signal - clean.signal
    one, two = added[:700, 0], added[1000:1700, 0]
    assert np.allclose(one, two, atol=1e-5)
    assert np.corrcoef(one, noise[300:])[0, 1] > 0.999


def test_noise_comes_in_stretches_without_steps():
    fs, seconds = 50.0, 800
    sample = np.arange(50, int(fs * seconds) - 50, 40)
    signal = np.zeros(int(fs * seconds))
    signal[sample] = 1.0
    marks = Annotations(sample=sample, symbol=np.full(len(sample), "N"))
    clean = Recording(signal, fs, annotations=marks)
    noise = np.sin(np.arange(len(signal)) / 7) + 20
    added = (add_noise(clean, noise, 6, alternate=True).signal - clean.signal)[:, 0]
    moves = np.abs(np.diff(added)) > 1e-4
    assert not moves[: 300 * 50 - 1].any()
    assert moves[300 * 50 : 420 * 50].mean() > 0.9
    assert not moves[420 * 50 + 1 : 540 * 50 - 1].any()
    assert moves[540 * 50 : 660 * 50].mean() > 0.9
    # The noise's own largest step, and no jump to or from its offset.
    assert np.abs(np.diff(added)).max() < 0.2 * np.ptp(added)


def test_a_given_amplitude_needs_no_annotations():
    bare = Recording(np.zeros(5000), 250.0)
    with pytest.raises(ValueError, match="no beat annotated as normal"):
        add_noise(bare, white(1000), 6)
    noisy = add_noise(bare, white(5000), 6, amplitude=2.0)
    power = noise_rms(noisy)[0] ** 2
    assert 10 * np.log10(2.0**2 / 8 / power) == pytest.approx(6, abs=1e-3)


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        (np.zeros(1000), "constant"),
        (np.ones(10), "at least one second"),
        (np.full(1000, np.nan), "NaN or infinity"),
        (np.ones((2, 2, 2)), "must have shape"),
    ],
)
def test_bad_noise_is_named(noise, message):
    with pytest.raises(ValueError, match=message):
        add_noise(spikes(), noise, 6)


def test_bad_strength_and_missing_rate_are_named():
    with pytest.raises(ValueError, match="snr must be a finite number, got nan"):
        add_noise(spikes(), white(1000), np.nan)
    with pytest.raises(ValueError, match="fs is required"):
        noise_rms(white(1000))


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "snr"), [("118e24", 24.0), ("118e06", 6.0)])
def test_records_of_the_stress_test_database_are_made_again(data_home, mitdb, name, snr):
    if not (data_home / "nstdb" / f"{name}.dat").is_file():
        pytest.skip(f"no nstdb/{name}")
    clean = load_recordings("mitdb", records="118", data_home=data_home)[0]
    em, published = load_recordings("nstdb", records=["em", name], data_home=data_home)
    made = add_noise(clean, em, snr, alternate=True)
    # The published header has another zero line, so that offsets say nothing.
    theirs, ours = (r.signal.astype(float) - clean.signal for r in (published, made))
    fs = int(clean.fs)
    for start in range(300, 1800, 240):
        noisy = slice(start * fs + 2, min((start + 120) * fs, clean.n_samples) - 2)
        for lead in range(2):
            slope, level = np.polyfit(ours[noisy, lead], theirs[noisy, lead], 1)
            # Within 2 %, or 0.17 dB, of the gain that was used in 1992 ...
            assert slope == pytest.approx(1, abs=0.02)
            # ... and the same noise, sample for sample, to two steps of the converter (5 uV).
            left = theirs[noisy, lead] - slope * ours[noisy, lead] - level
            assert np.abs(left).max() < 0.010
    clean_stretch = theirs[: 300 * fs]
    assert np.ptp(clean_stretch, axis=0) == pytest.approx([0, 0], abs=1e-5)
