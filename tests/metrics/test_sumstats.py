"""Gross and average of several comparisons, and the tables of ``sumstats``."""

from types import SimpleNamespace

import pytest

from heartbeat.metrics import compare_beats, summarize_comparisons


def marks(symbols, shift=0):
    return SimpleNamespace(
        sample=[100 + shift + 300 * i for i in range(len(symbols))], symbol=list(symbols)
    )


@pytest.fixture
def summary():
    pairs = {"a": ("NNNV", "NNNV"), "b": ("NNSV", "NNNV"), "c": ("NNNN", "NNNV")}
    return summarize_comparisons(
        compare_beats(marks(reference), marks(test), fs=360, start=0, record=name)
        for name, (reference, test) in pairs.items()
    )


def test_gross_pools_beats_and_average_is_over_recordings(summary):
    table = summary.to_frame()
    # V: 2 of 2 found; 2 of 3 predictions right, in single recordings 1, 1 and 0.
    assert table.loc["gross", ["V Se", "V +P"]].tolist() == pytest.approx([1, 2 / 3])
    assert table.loc["average", ["V Se", "V +P"]].tolist() == pytest.approx([1, 2 / 3])
    assert table.loc["gross", "S Se"] == 0
    assert summary.per_record.index.tolist() == ["a", "b", "c"]
    assert summary.per_record["RR error"].tolist() == [0, 0, 0]


def test_the_tables_are_those_of_the_programs(summary):
    lines = summary.report().splitlines()
    assert str(summary) == summary.report()
    assert [line.split()[0] for line in lines[1:4]] == ["a", "b", "c"]
    head = lines[0].split()
    gross = dict(zip(("Q Se", "Q +P", "V Se", "V +P", "S Se"), lines[6].split()[1:], strict=False))
    assert head[:3] == ["Record", "Nn'", "Sn'"]
    assert lines[5].split()[:3] == ["Sum", "8", "1"]
    assert gross == {"Q Se": "100.00", "Q +P": "100.00", "V Se": "100.00", "V +P": "66.67",
                     "S Se": "0.00"}  # fmt: skip
    assert "Total QRS complexes: 12  Total VEBs: 2  Total SVEBs: 1" in lines
    assert lines[-1] == "Summary of results from 3 records"
    shutdown = summary.shutdown_lines().splitlines()
    assert len(shutdown) == 2 + 3 and shutdown[2].split()[:6] == ["a", "0", "0", "0", "0", "0"]
    assert repr(summary) == "ComparisonSummary(3 records)"


def test_nothing_cannot_be_summarised():
    with pytest.raises(ValueError, match="at least one"):
        summarize_comparisons([])
