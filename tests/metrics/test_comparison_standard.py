"""The C program's own output on nine recordings, character for character."""

import numpy as np
import pytest

from heartbeat.metrics import compare_beats, summarize_comparisons

pytestmark = [
    pytest.mark.realdata,
    # wfdb 4.3 on pandas 3.1.
    pytest.mark.filterwarnings("ignore:The inplace keyword"),
]


@pytest.fixture(scope="module")
def summary(compared):
    return summarize_comparisons(compare_beats(**arguments) for arguments in compared)


def test_standard_reports(summary, kind, ec57):
    reports = "\n".join(comparison.report() for comparison in summary.comparisons)
    assert reports.splitlines() == (ec57 / f"reports.{kind}.txt").read_text().splitlines()


@pytest.mark.parametrize(
    ("name", "table"),
    [("lines", "lines"), ("shutdown", "shutdown_lines"), ("sumstats", "report")],
)
def test_tables(summary, kind, ec57, name, table):
    expected = (ec57 / f"{name}.{kind}.txt").read_text().splitlines()
    assert getattr(summary, table)().splitlines() == expected


def test_matched_pairs_are_near_and_used_once(summary):
    for comparison in summary.comparisons:
        paired = comparison.pairs[(comparison.pairs >= 0).all(axis=1)]
        assert (np.diff(paired, axis=0) > 0).all()
        assert len(paired) == comparison.counts[:5, :5].sum()
