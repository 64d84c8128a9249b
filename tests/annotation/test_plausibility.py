"""What a recording's own signal says about its unit, polarity and sampling rate."""

import numpy as np
import pytest

from heartbeat.annotation._plausibility import polarity_note, rate_note, unit_note
from heartbeat.datasets import load_sample_recording


@pytest.fixture(scope="module")
def lead():
    recording = load_sample_recording().resample(125)
    return recording.lead(0), recording.fs, recording.annotations.beats().sample


def test_a_plausible_lead_goes_without_notes(lead):
    signal, fs, beats = lead
    assert unit_note(signal, fs, beats) == (1.0, None)
    assert polarity_note(signal, fs, beats, "MLII") is None
    assert rate_note(signal, fs, beats, fs) is None


@pytest.mark.parametrize(("factor", "unit"), [(1e-3, "volts"), (1e3, "microvolts")])
def test_other_units_are_recognised(lead, factor, unit):
    signal, fs, beats = lead
    back, note = unit_note(signal * factor, fs, beats)
    assert back == pytest.approx(1 / factor)
    assert f"treated as {unit}" in note


def test_a_unit_that_is_none_is_scaled_to_one_millivolt(lead):
    signal, fs, beats = lead
    back, note = unit_note(signal * 40, fs, beats)
    assert unit_note(signal * 40 * back, fs, beats) == (1.0, None)
    assert "scaled to a height of 1 mV" in note


def test_a_lead_upside_down_is_noticed(lead):
    signal, fs, beats = lead
    assert "point down" in polarity_note(-signal, fs, beats, "MLII")


def test_a_wrong_sampling_rate_is_noticed(lead):
    signal, fs, beats = lead
    assert "may be higher" in rate_note(signal, 4 * fs, beats, 4 * fs)
    assert "may be lower" in rate_note(signal, fs / 4, beats, fs / 4)


def test_nothing_is_said_of_a_lead_without_beats(lead):
    signal, fs, _ = lead
    nothing = np.empty(0, dtype=np.int64)
    assert unit_note(signal, fs, nothing) == (1.0, None)
    assert polarity_note(signal, fs, nothing, "MLII") is None
