import numpy as np
import pytest

from heartbeat.datasets._lead_choice import choose_leads
from heartbeat.recording import Recording


def choose(there, wanted, missing_lead="first"):
    return choose_leads(Recording(np.zeros((10, len(there))), 360.0, there), wanted, missing_lead)


@pytest.mark.parametrize(
    ("there", "wanted", "chosen"),
    [
        (("MLII", "V1"), ("MLII",), ("MLII",)),
        (("V5", "MLII"), ("MLII", "V5"), ("MLII", "V5")),
        (("V5", "V2"), ("MLII",), ("V5",)),
        (("V5", "MLII"), ("MLII", "V1"), ("MLII", "V5")),
        (("i", "ii", "v1"), ("MLII",), ("ii",)),
        (("I", "II", "V1"), ("V9", "MLII"), ("I", "II")),
        (("I", "II", "V1"), ("II", "MLII"), ("II", "I")),
        (("V5", "MLII"), ("II",), ("MLII",)),
        (("V5", "MLII"), (1, "V1"), ("MLII", "V5")),
        (("V5", "MLII"), (0,), ("V5",)),
        (("ECG I", "ECG II", "ECG V1"), ("MLII", "v1"), ("ECG II", "ECG V1")),
        (("I", "II", "V1"), ("MLII", "II"), ("I", "II")),
    ],
)
def test_nearest_then_first(there, wanted, chosen):
    assert choose(there, wanted) == chosen


def test_strict_ways():
    assert choose(("I", "V1"), ("MLII",), "drop") is None
    assert choose(("I", "II"), ("MLII",), "drop") == ("II",)
    assert choose(("I", "II"), ("ii",), "drop") == ("II",)
    with pytest.raises(ValueError, match="lacks lead 'MLII'"):
        choose(("I", "V1"), ("MLII",), "raise")
    with pytest.raises(ValueError, match="lacks lead 'V1', 2 and has"):
        choose(("V5", "MLII"), ("MLII", "V1", 2), "first")
