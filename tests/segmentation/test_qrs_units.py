"""Beats in units of the recording's own QRS: neither gain, offset nor sign may matter."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heartbeat.datasets import load_sample_recording, make_recording
from heartbeat.segmentation import segment_beats
from heartbeat.segmentation._qrs_units import in_band, qrs_peaks, qrs_units

CONTEXT = ("rr", "rhythm", "template")


@pytest.fixture(scope="module")
def recording():
    return load_sample_recording().crop(0, 120)


def scaled(recording, gain, offset=0.0):
    return replace(recording, signal=gain * recording.signal + np.float32(offset))


@settings(max_examples=15, deadline=None)
@given(
    gain=st.sampled_from([1e-3, 0.3, 1.0, 200.0]),
    sign=st.sampled_from([-1, 1]),
    offset=st.floats(-5, 5),
    scaling=st.sampled_from(["qrs", "qrs_causal"]),
)
def test_gain_sign_and_offset_do_not_matter(gain, sign, offset, scaling):
    recording = load_sample_recording().crop(0, 60)
    plain = segment_beats(recording, context=CONTEXT, scaling=scaling)
    other = scaled(recording, sign * gain, gain * offset)
    changed = segment_beats(other, context=CONTEXT, scaling=scaling)
    np.testing.assert_allclose(changed.data, plain.data, atol=2e-3)


def test_qrs_complexes_are_about_one_unit_high_and_point_up(recording):
    beats = segment_beats(scaled(recording, -0.01), scaling="qrs")
    qrs = beats.data[beats.target == "N"][:, 50:78]
    height = qrs.max(axis=1) - qrs.min(axis=1)
    assert 0.7 < np.median(height) < 1.4
    assert np.median(qrs.max(axis=1)) > -np.median(qrs.min(axis=1))


def test_causal_beats_do_not_depend_on_what_comes_later(recording):
    """Up to the filter's reach and the beat's own length."""
    options = {"context": ("rr_causal", "rhythm_causal", "template_causal")}
    whole = segment_beats(recording, scaling="qrs_causal", **options)
    first = segment_beats(recording.crop(0, 60), scaling="qrs_causal", **options)
    kept = first.sample < (60 - 2.5) * recording.fs
    np.testing.assert_allclose(first.data[kept], whole.data[: len(first.data)][kept], atol=1e-4)


@pytest.mark.parametrize("scaling", ["qrs", "qrs_causal"])
def test_a_part_of_a_recording_gives_the_same_beats(scaling):
    """Which is what lets a day be labelled block by block."""
    recording = load_sample_recording()
    whole = segment_beats(recording, scaling=scaling)
    # 55 beats on either side and the reach of the filter.
    part = recording.crop(72, 216)
    beats = segment_beats(part, scaling=scaling)
    sample = beats.sample + round(72 * recording.fs)
    inner = slice(55, -55)
    assert len(sample[inner]) > 50
    rows = np.searchsorted(whole.sample, sample[inner])
    np.testing.assert_allclose(beats.data[inner], whole.data[rows], atol=1e-4)


def test_marks_move_to_the_largest_deflection():
    signal = np.zeros((1, 2000), dtype=np.float32)
    signal[0, [500, 1000]] = 1, -1
    fs = 125.0
    found = qrs_peaks(in_band(signal, fs), np.array([493, 1006]), fs)
    assert found.tolist() == [500, 1000]
    assert not len(qrs_peaks(signal, np.empty(0, dtype=np.int64), fs))


def test_flat_leads_keep_their_values():
    units = qrs_units(np.zeros((3, 2, 100), dtype=np.float32), 125.0, 37, "qrs")
    np.testing.assert_array_equal(units, 1)


def test_scaling_goes_with_the_centered_layout_alone(recording):
    with pytest.raises(ValueError, match='requires layout="centered"'):
        segment_beats(recording, layout="kaggle", scaling="qrs")
    with pytest.raises(ValueError, match="scaling must be one of"):
        segment_beats(recording, scaling="mV")


def test_any_lead_gives_every_lead_as_a_view_of_its_own():
    recording = make_recording(60, n_leads=2, random_state=0)
    views = segment_beats(recording, leads="any", context="rr", as_frame=True)
    assert views.leads == ("any",)
    assert views.data.columns[0] == "any_000"
    assert tuple(dict.fromkeys(views.lead)) == recording.leads
    for lead in recording.leads:
        alone = segment_beats(recording, leads=lead, context="rr")
        rows = views.lead == lead
        np.testing.assert_array_equal(views.data[rows], alone.data)
        np.testing.assert_array_equal(views.target[rows], alone.target)
        np.testing.assert_array_equal(views.sample[rows], alone.sample)
