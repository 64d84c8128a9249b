from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heartbeat.recording import Annotations, Recording


@pytest.fixture
def recording():
    signal = np.random.default_rng(0).normal(size=(3600, 2))
    marks = Annotations([0, 361, 1000, 3599], ["+", "N", "V", "N"], aux=["(N", "", "", ""])
    return Recording(signal, 360, ("MLII", "V5"), "100", database="mitdb", annotations=marks)


def test_properties(recording):
    assert recording.signal.dtype == np.float32
    assert (recording.n_samples, recording.n_leads, recording.duration) == (3600, 2, 10.0)
    assert recording.leads == ("MLII", "V5")
    assert recording.subject == "100"
    assert repr(recording) == ("Recording('100': MLII, V5; 360 Hz, 0:00:10; 3 annotated beats)")


def test_many_leads_are_not_all_shown():
    text = repr(Recording(np.zeros((5, 12)), 500))
    assert "lead0, lead1, lead2, ... (12 leads)" in text


def test_a_vector_is_one_lead_and_float32_is_not_copied():
    signal = np.zeros((5, 1), dtype=np.float32)
    assert np.shares_memory(Recording(signal, 1).signal, signal)
    assert Recording(np.zeros(5), 1).leads == ("lead",)
    assert Recording([1, 2, 3], 1).signal.shape == (3, 1)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"signal": np.zeros((0, 2))}, ValueError, "at least one sample"),
        ({"signal": np.zeros((5, 0))}, ValueError, "at least one sample"),
        ({"signal": np.zeros((2, 2, 2))}, ValueError, r"got \(2, 2, 2\)"),
        ({"signal": [["a", "b"]]}, TypeError, "real numbers"),
        ({"signal": np.zeros((5, 2)) + 1j}, TypeError, "real numbers"),
        ({"signal": [[0, 0], [0, np.inf]]}, ValueError, "lead 1 .* infinite value at sample 1"),
        ({"signal": [[0, 1e300]]}, ValueError, "infinite"),
        ({"fs": 0}, ValueError, "positive, finite number of Hz, got 0"),
        ({"fs": -360}, ValueError, "got -360"),
        ({"fs": np.nan}, ValueError, "got nan"),
        ({"fs": "fast"}, TypeError, "number of Hz, got 'fast'"),
        ({"leads": ("MLII",)}, ValueError, "2 lead.* 1 lead name"),
        ({"leads": ("V1", "V1")}, ValueError, "unique"),
        ({"leads": ("V1", "")}, ValueError, "not empty"),
        ({"annotations": [1, 2]}, TypeError, "Annotations or None, got list"),
        ({"annotations": Annotations([3600], ["N"])}, ValueError, "sample 3600, .* 3600 samples"),
    ],
)
def test_invalid_recordings(recording, change, error, message):
    with pytest.raises(error, match=message):
        replace(recording, **change)


def test_lead_by_name_and_position(recording):
    np.testing.assert_array_equal(recording.lead("V5"), recording.signal[:, 1])
    np.testing.assert_array_equal(recording.lead(), recording.signal[:, 0])
    assert np.shares_memory(recording.lead("V5"), recording.signal)
    for missing in ("V1", 2, -1, None):
        with pytest.raises(ValueError, match=r"no lead .* which has \['MLII', 'V5'\]"):
            recording.lead(missing)


def test_select_leads(recording):
    swapped = recording.select_leads(["V5", "MLII"])
    assert swapped.leads == ("V5", "MLII")
    np.testing.assert_array_equal(swapped.signal, recording.signal[:, ::-1])
    assert recording.select_leads("V5").signal.shape == (3600, 1)
    assert recording.select_leads(("MLII", "V5")) is recording
    with pytest.raises(ValueError, match=r"no lead 'aVF' in recording '100'"):
        recording.select_leads(["MLII", "aVF"])


def test_crop_moves_annotations(recording):
    part = recording.crop(1.0, 5.0)
    np.testing.assert_array_equal(part.signal, recording.signal[360:1800])
    assert np.shares_memory(part.signal, recording.signal)
    assert part.annotations.sample.tolist() == [1, 640]
    assert part.annotations.symbol.tolist() == ["N", "V"]
    whole = recording.crop()
    assert whole.n_samples == 3600
    assert len(whole.annotations) == 4


def test_the_time_of_day_moves_with_a_part(recording):
    assert recording.crop(1.0).begin is None
    begin = datetime(2024, 2, 29, 23, 59, 59, 500_000)
    part = replace(recording, begin=begin).crop(1.0, 5.0).resample(125)
    assert part.begin == datetime(2024, 3, 1, 0, 0, 0, 500_000)
    with pytest.raises(TypeError, match="begin must be a datetime or None, got '10:00'"):
        replace(recording, begin="10:00")


@pytest.mark.parametrize("span", [(5, 5), (6, 5), (-1, 5), (0, 11), (1.0, 1.0001), (np.nan, 2)])
def test_crop_rejects_empty_and_outside(recording, span):
    with pytest.raises(ValueError, match="part from|0 <= start"):
        recording.crop(*span)


def test_resample_rounds_annotations(recording):
    resampled = recording.resample(125)
    assert resampled.fs == 125
    assert resampled.signal.shape == (1250, 2)
    # 361 is at 125.35, 1000 at 347.2, 3599 at 1249.65, beyond the last sample.
    assert resampled.annotations.sample.tolist() == [0, 125, 347, 1249]
    moved = replace(recording, annotations=Annotations([362], ["N"])).resample(125)
    assert moved.annotations.sample.tolist() == [126]  # 125.69: truncation would say 125


def test_resample_to_the_same_rate_is_nothing(recording):
    assert recording.resample(360.0) is recording


@given(
    sample=st.lists(st.integers(0, 9_999), min_size=1, max_size=20).map(sorted),
    fs=st.sampled_from([100.0, 125.0, 128.0, 250.0, 257.0, 500.0, 1000.0]),
)
def test_annotations_stay_within_half_a_sample(sample, fs):
    recording = Recording(
        np.zeros((10_000, 1), dtype=np.float32),
        360,
        annotations=Annotations(sample, ["N"] * len(sample)),
    )
    resampled = recording.resample(fs)
    seconds_off = resampled.annotations.sample / fs - np.array(sample) / 360
    inside = np.array(sample) / 360 <= (resampled.n_samples - 1) / fs
    assert np.all(np.abs(seconds_off[inside]) <= 0.5 / fs + 1e-12)


@pytest.mark.parametrize("shape", [(2, 21600), (12, 5000)])
def test_leads_by_samples_are_refused_with_the_remedy(shape):
    with pytest.raises(
        ValueError, match=r"Samples must be in rows and leads in columns. Pass signal\.T"
    ):
        Recording(np.zeros(shape), fs=360)


def test_more_leads_than_samples_are_fine_while_they_may_be_leads():
    assert Recording(np.zeros((1, 12)), fs=500).n_leads == 12
