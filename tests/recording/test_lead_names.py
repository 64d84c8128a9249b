import itertools

import numpy as np
import pytest

from heartbeat.recording import Recording, find_lead
from heartbeat.recording._lead_names import spelled_alike

TWELVE = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
SECOND = ("MLII", "II", "ii", "mlii", "ECG II", "Lead II", "lead ii", "EKG II", "EKG_II", "ECG-II")
SECOND += ("ECG Lead II", "MDC_ECG_LEAD_II", "DII", " II ")


@pytest.mark.parametrize("name", SECOND)
def test_all_spellings_of_lead_ii_mean_it_on_twelve_leads(name):
    assert find_lead(TWELVE, name) == 1
    prefixed = [f"ECG {lead}" for lead in TWELVE]
    assert find_lead(prefixed, name) == 1
    assert find_lead([lead.lower() for lead in TWELVE], name) == 1


@pytest.mark.parametrize(("there", "asked"), list(itertools.product(SECOND, SECOND)))
def test_each_spelling_finds_each(there, asked):
    assert find_lead(["V1", "I", there, "III"], asked) == 2


@pytest.mark.parametrize("asked", ["V7", "MLV", "-aVR", "II_2", "", "2", True, None, 12, -1])
def test_what_is_not_there_is_refused_with_what_is(asked):
    with pytest.raises(ValueError, match=r"no lead .* in x, which has \['I', 'II'"):
        find_lead(TWELVE, asked, source="x")


def test_no_lead_stands_for_one_of_another_direction():
    for a, b in itertools.combinations(TWELVE, 2):
        assert not spelled_alike(a, b)
        assert not spelled_alike(f"ECG {a}", b.lower())
        with pytest.raises(ValueError, match="there is no lead"):
            find_lead([a], b)


def test_the_nearest_spelling_wins():
    assert find_lead(["ECG II", "II"], "II") == 1
    assert find_lead(["ECG II", "ii"], "II") == 1
    assert find_lead(["MLII", "Lead II"], "II") == 1
    assert find_lead(["II", "MLII"], "mlii") == 1


@pytest.mark.parametrize("names", [("ECG II", "Lead II"), ("Ii", "iI"), ("DII", "EKG ii")])
def test_equally_near_ones_are_refused_with_the_candidates(names):
    with pytest.raises(ValueError, match=f"any of {list(names)}".replace("[", r"\[")):
        find_lead(("V1", *names), "II")


def test_a_recording_finds_leads_by_the_rule():
    signal = np.arange(24, dtype=np.float32).reshape(2, 12)
    recording = Recording(signal, 360.0, TWELVE)
    assert recording.lead("MLII")[0] == 1
    assert recording.select_leads(["avf", "Lead V6"]).leads == ("aVF", "V6")
