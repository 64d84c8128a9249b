"""A continued comparison across databases repeats nothing that is stored."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.utils import Bunch


@pytest.fixture
def across_databases(scripts, monkeypatch):
    import across_databases

    def draw(beats, rows, rearranged, seed):
        return beats.data.iloc[rows], np.asarray(beats.target)[rows]

    monkeypatch.setattr(across_databases, "draw", draw)
    prior = dict.fromkeys(across_databases.FITTED, lambda seed: DummyClassifier(strategy="prior"))
    monkeypatch.setattr(across_databases, "FITTED", prior)
    return across_databases


@pytest.fixture
def beats():
    record = np.repeat(["mitdb/101", "svdb/800"], 8)
    return Bunch(
        data=pd.DataFrame(np.zeros((16, 2), np.float32)),
        target=pd.Series(list("FNSV") * 4),
        record=record,
        subject=record,
        database=np.repeat(["mitdb", "svdb"], 8),
    )


def test_recordings_are_rearranged_only_for_a_fit(across_databases, beats, tmp_path):
    rearranged = []
    beats.load_rearranged = lambda: rearranged.append("once")
    for candidate, n in [("lite, as recorded", 0), ("lite", 1), ("lite", 1)]:
        rows, probability, _ = across_databases.predict(beats, "P2", candidate, 0, tmp_path)
        assert rows.tolist() == list(range(8, 16))
        np.testing.assert_allclose(probability, 0.25)
        assert len(rearranged) == n
