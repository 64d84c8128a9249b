"""The C program's own output on nine recordings, character for character."""

import pytest

from heartbeat.metrics import compare_runs, summarize_runs

wfdb = pytest.importorskip("wfdb")

pytestmark = [
    pytest.mark.realdata,
    # wfdb 4.3 on pandas 3.1.
    pytest.mark.filterwarnings("ignore:The inplace keyword"),
]


@pytest.fixture(scope="module")
def summary(compared):
    return summarize_runs(compare_runs(**arguments) for arguments in compared)


def test_standard_reports(summary, kind, ec57):
    printed = "".join(f"{comparison}\n" for comparison in summary.comparisons)
    assert printed == (ec57 / f"runs.reports.{kind}.txt").read_text()


@pytest.mark.parametrize("beats", ["V", "S"])
@pytest.mark.parametrize(("name", "table"), [("lines", "lines"), ("sumstats", "report")])
def test_tables(summary, kind, ec57, beats, name, table):
    expected = (ec57 / f"runs.{beats.lower()}.{name}.{kind}.txt").read_text().splitlines()
    assert getattr(summary, table)(beats).splitlines() == expected


def with_itself(mitdb, record, **keywords):
    reference = wfdb.rdann(str(mitdb / record), "atr")
    return compare_runs(reference, reference, fs=360, record=record, **keywords)


def test_published_defect_of_201(mitdb):
    """As MIT-LCP/physionet issue 29 has it: a long run is lost."""
    line = with_itself(mitdb, "201").line("S")
    assert line == (" 201  21   0  21   0   3   0   3   0   3   1   3   1  100 100 100 100  75  75")
    corrected = with_itself(mitdb, "201", corrected=True)
    assert corrected.counts("S").tolist() == [[25, 0, 25, 0], [3, 0, 3, 0], [0, 0, 0, 0]]


def test_published_defect_of_221(mitdb):
    """As issue 63 has it, which began at 75,000 samples (5:00 at 250 Hz): runs without S beats."""
    start = 75_000 / 360
    counts = with_itself(mitdb, "221", start=start).counts("S")
    assert counts[:, :2].sum(axis=1).tolist() == [45, 166, 103]
    assert not with_itself(mitdb, "221", start=start, corrected=True).counts("S").any()


@pytest.mark.parametrize("start", [300.0, 0.0])
def test_corrected_every_recording_agrees_with_itself(mitdb, start):
    records = sorted(path.stem for path in mitdb.glob("*.atr"))
    for record in records:
        comparison = with_itself(mitdb, record, start=start, corrected=True)
        assert (comparison.runs["length"] == comparison.runs["other"]).all(), record
