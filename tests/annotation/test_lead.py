"""Which lead is annotated: by name, by what the classifier knows, by what can be read."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from heartbeat.annotation import BeatAnnotator
from heartbeat.annotation._labeller import make_labeller
from heartbeat.annotation._lead import choose_leads
from heartbeat.annotation._source import open_source
from heartbeat.datasets import make_recording
from heartbeat.recording import Recording
from heartbeat.segmentation import segment_beats


@pytest.fixture(scope="module")
def recording():
    return make_recording(60, n_leads=2, random_state=0)


def renamed(recording, *leads):
    return Recording(recording.signal, recording.fs, leads, "x")


@pytest.fixture(scope="module")
def of_two_leads(recording):
    beats = segment_beats(recording, leads=("MLII", "V1"), as_frame=True)
    tree = DecisionTreeClassifier(random_state=0).fit(beats.data, beats.target)
    return make_labeller(tree, {"leads": ("MLII", "V1")})


@pytest.fixture(scope="module")
def of_any_lead():
    return make_labeller("any-lead", None)


@pytest.fixture(scope="module")
def of_one_lead():
    return make_labeller("mitdb-ds1-centered", None)


def test_a_classifier_of_two_leads_gets_both_by_name(recording, of_two_leads):
    swapped = open_source(renamed(recording.select_leads(["V1", "MLII"]), "V1", "II"))
    assert choose_leads(swapped, "auto", of_two_leads) == ([1, 0], [])
    assert choose_leads(swapped, [0, 1], of_two_leads) == ([0, 1], [])
    with pytest.raises(ValueError, match="needs the leads"):
        choose_leads(swapped, "V1", of_two_leads)
    with pytest.raises(ValueError, match="V1"):
        choose_leads(open_source(recording.select_leads("MLII")), "auto", of_two_leads)


def test_the_lead_that_the_classifier_knows_comes_first(recording, of_one_lead):
    source = open_source(renamed(recording, "V1", "II"))
    assert choose_leads(source, "auto", of_one_lead) == ([1], [])
    (position,), notes = choose_leads(source, "V1", of_one_lead)
    assert position == 0 and any("V1" in note for note in notes)
    with pytest.raises(ValueError, match="trained on lead MLII only"):
        choose_leads(source, "all", of_one_lead)
    with pytest.raises(ValueError, match="lead is empty"):
        choose_leads(source, [], of_one_lead)


def test_all_leads_or_the_one_that_can_be_read(recording, of_any_lead):
    assert choose_leads(open_source(recording), "all", of_any_lead)[0] == [0, 1]
    assert choose_leads(open_source(recording), "auto", of_any_lead) == ([0], [])
    signal = recording.signal.copy()
    signal[:, 0] = 0  # the preferred lead has fallen off
    fallen = Recording(signal, recording.fs, recording.leads, "x")
    (position,), notes = choose_leads(open_source(fallen), "auto", of_any_lead)
    assert position == 1
    assert "V1 was chosen" in notes[0] and "0 % of the stretches examined" in notes[0]


def test_views_of_several_leads_are_averaged(recording):
    annotator = BeatAnnotator("any-lead", lead="all")
    both = annotator.annotate(recording)
    first = BeatAnnotator("any-lead", lead=0).annotate(recording)
    assert both.lead == "MLII+V1"
    columns = [name for name in both.beats if name.startswith("p_")]
    shares = both.beats[columns].to_numpy()
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)
    # The other lead has a say.
    n = min(len(shares), len(first.beats))
    assert not np.allclose(shares[:n], first.beats[columns].to_numpy()[:n])
