import numpy as np
import pytest

from heartbeat.annotation._summary import summarize


def summary_of(labels):
    labels = np.array(list(labels), dtype=str)
    times = np.arange(len(labels), dtype=float)
    return summarize("x", 10.0, labels, times, np.ones(len(labels)), unreadable=0.0)


def test_beats_without_an_aami_class_are_shown():
    summary = summary_of("NNV?NNN??N")
    assert summary.n_beats == 10
    assert summary.counts["V"] == 1
    assert summary.burden["V"] == pytest.approx(10)
    assert ("without an AAMI class", "3 (30.00 %)") in summary.rows()
    assert "without an AAMI class" not in dict(summary_of("NNV").rows())
