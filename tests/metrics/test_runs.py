from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heartbeat.metrics import compare_runs, summarize_runs
from heartbeat.recording import Annotations

STEP = 300
UNREADABLE = -1


def beats(symbols, first=100, marks=()):
    """Beats 300 samples apart, and (sample, symbol, aux or subtype) marks between them."""
    rows = [(first + k * STEP, symbol, "") for k, symbol in enumerate(symbols) if symbol != " "]
    rows = sorted([*rows, *marks], key=lambda row: row[0])
    return Annotations(
        [sample for sample, _, _ in rows],
        [symbol for _, symbol, _ in rows],
        aux=[extra if isinstance(extra, str) else "" for _, _, extra in rows],
        subtype=[0 if isinstance(extra, str) else extra for _, _, extra in rows],
    )


def compare(reference, test, **keywords):
    return compare_runs(reference, test, **{"fs": 360, "start": 0, **keywords})


def cells(comparison, kind="V", which="sensitivity"):
    """The cells that hold runs: (length of the reference, length of the test) to their number."""
    matrix = comparison.matrix(kind, which).to_numpy()
    return {(int(i), int(j)): int(matrix[i, j]) for i, j in np.argwhere(matrix)}


def runs(comparison, kind="V", side="reference"):
    table = comparison.runs.query("kind == @kind and side == @side")
    return table[["begin", "end", "length", "other"]].to_numpy(na_value=-1).astype(int).tolist()


def test_lengths_are_told_apart():
    reference = beats("NVNVVNVVVNVVVVVNVVVVVVNVVVVVVVVN")
    comparison = compare(reference, reference)
    expected = {(1, 1): 1, (2, 2): 1, (3, 3): 1, (5, 5): 1, (6, 6): 2}
    assert cells(comparison) == cells(comparison, which="predictivity") == expected
    frame = comparison.to_frame()
    assert frame.loc["V", "TPs"].tolist() == frame.loc["V", "TPp"].tolist() == [1, 2, 2]
    assert (frame.loc["V", ["Se", "+P"]] == 1).all(axis=None)
    assert not frame.loc["S", ["TPs", "FN", "TPp", "FP"]].any(axis=None)


@pytest.mark.parametrize(
    ("reference", "test", "sensitivity", "predictivity"),
    [
        ("NVVN", "NVNN", {(2, 1): 1}, {(1, 1): 1}),
        ("NVVN", "NNNN", {(2, 0): 1}, {}),
        ("NNNN", "NVVN", {}, {(0, 2): 1}),
        # A run of the test that is longer counts with its beats in the window.
        ("NNVVNN", "NVVVVN", {(2, 2): 1}, {(2, 4): 1}),
        # The longest of several.
        ("NVVVVVVN", "NVNVVVNN", {(6, 3): 1}, {(1, 1): 1, (3, 3): 1}),
        # Fusion beats belong to ventricular runs.
        ("NVFVN", "NVVFN", {(3, 3): 1}, {(3, 3): 1}),
        # Whatever else is called ends them.
        ("NVQVN", "NVVVN", {(1, 1): 2}, {(1, 3): 1}),
        # A missed beat does not.
        ("NVVVN", "NV VN", {(3, 2): 1}, {(3, 2): 1}),
    ],
)
def test_longest_run_in_the_window(reference, test, sensitivity, predictivity):
    comparison = compare(beats(reference), beats(test))
    assert cells(comparison) == sensitivity
    assert cells(comparison, which="predictivity") == predictivity
    # Supraventricular runs follow the same rule.
    swapped = [beats(side.replace("V", "S").replace("F", "S")) for side in (reference, test)]
    assert cells(compare(*swapped), "S") == sensitivity
    assert cells(compare(*swapped)) == {}


def test_what_counts_as_found():
    # Found is what is not of a shorter class: a short run of 5 by one of 3, a couplet by any.
    reference, test = beats("NVVVVVNNVVNNVVVVVVN"), beats("NVVVNNNNVVNNVVVVVNN")
    assert compare(reference, test).counts("V").tolist() == [
        [1, 0, 1, 0],
        [1, 0, 2, 0],
        [0, 1, 0, 0],
    ]
    assert compare(test, reference).counts("V").tolist() == [
        [1, 0, 1, 0],
        [2, 0, 1, 0],
        [0, 0, 0, 1],
    ]


def test_window_is_inclusive():
    reference = beats("NVVN", first=1000)
    for shift, length in ((54, 2), (55, 1), (-54, 2), (-55, 1)):
        assert cells(compare(reference, beats("NVVN", first=1000 + shift))) == {(2, length): 1}
    assert cells(compare(reference, beats("NVVN", first=1055), window=0.2)) == {(2, 2): 1}


def test_escape_beats_by_convention():
    reference = beats("NjjN")
    assert cells(compare(reference, reference), "S") == {(2, 2): 1}
    assert cells(compare(reference, reference, convention="literature"), "S") == {}


def test_a_run_under_way_is_cut_at_start_and_at_stop():
    reference = beats("NVVVVVVVVVVN")
    cut = compare(reference, reference, start=1300 / 360, stop=2200 / 360)
    assert runs(cut) == [[1300, 2200, 4, 4]]
    # The window reaches back over the start.
    earlier = beats("NVVVVVVVVVVN", first=60)
    assert runs(compare(reference, earlier, start=1300 / 360)) == [[1300, 3100, 6, 6]]


VF = [(1490, "[", ""), (2300, "]", "")]


@pytest.mark.parametrize("corrected", [False, True])
def test_flutter_is_a_long_run(corrected):
    reference = beats("NNNNN    NNN", marks=VF)
    comparison = compare(reference, beats("NNNNNVVV NNN"), corrected=corrected)
    assert runs(comparison) == [[1490, 2300, 6, 3]]
    assert cells(comparison, which="predictivity") == {(6, 3): 1}
    # With the beats that follow it directly.
    reference = beats("NNNNN   VVNN", marks=VF)
    comparison = compare(reference, reference, corrected=corrected)
    assert runs(comparison) == [[1490, 2800, 6, 6]]


@pytest.mark.parametrize("corrected", [False, True])
def test_flutter_under_way_or_without_end(corrected):
    reference = beats("NNNNN    NNN", marks=VF)
    comparison = compare(reference, reference, start=1800 / 360, corrected=corrected)
    assert runs(comparison) == [[1800, 2300, 6, 6]]
    comparison = compare(reference, reference, stop=1800 / 360, corrected=corrected)
    assert runs(comparison) == [[1490, 1800, 6, 6]]
    reference = beats("NNNNN      +", marks=VF[:1])
    comparison = compare(reference, beats("NNNNN      VV"), corrected=corrected)
    assert runs(comparison) == [[1490, 3400, 6, 1]]
    assert cells(comparison, which="predictivity") == {(6, 2): 1}


def atrial(symbols, begin=1390, end=2990, rhythm="(AFIB"):
    return beats(symbols, marks=[(begin, "+", rhythm), (end, "+", "(N")])


@pytest.mark.parametrize("rhythm", ["(AFIB", "(AFL", "(AFIB\0"])
def test_defect_atrial_fibrillation_makes_runs(rhythm):
    reference = atrial("NNNNNNNVNNNN", rhythm=rhythm)
    comparison = compare(reference, reference)
    # A long run where it begins, then what is called N; both overlap it on the other side.
    assert runs(comparison, "S") == [[1390, 1900, 6, 6], [2500, 2990, 2, 6]]
    assert cells(compare(reference, reference, corrected=True), "S") == {}
    # The wfdb package calls the texts aux_note.
    renamed = SimpleNamespace(
        sample=reference.sample, symbol=reference.symbol, aux_note=reference.aux.tolist()
    )
    assert runs(compare(renamed, renamed), "S") == runs(comparison, "S")


def test_other_rhythms_make_no_runs():
    reference = atrial("NNNNNNNVNNNN", rhythm="(SVTA")
    assert cells(compare(reference, reference), "S") == {}
    # A text that names no rhythm ends none.
    reference = atrial("NNNNNNNNNNNN")
    noted = beats("NNNNNNNNNNNN", marks=[(1390, "+", "(AFIB"), (1800, "+", ""), (2990, "+", "(N")])
    assert runs(compare(noted, noted), "S") == runs(compare(reference, reference), "S")


def test_defect_an_episode_within_a_run_does_not_lengthen_it():
    reference = atrial("NNNSSNVNNNNN", end=1750)
    assert runs(compare(reference, reference), "S") == [[1000, 1750, 3, 6]]
    reference = beats("NNNNV    NNN", marks=VF)
    assert runs(compare(reference, reference)) == [[1300, 2300, 1, 6]]
    assert runs(compare(reference, reference, corrected=True)) == [[1300, 2300, 6, 6]]


def test_defect_an_episode_broken_at_once_is_never_found():
    reference = atrial("NNNNNVSVNNNN")
    assert [1390, -1, 6, 0] in runs(compare(reference, reference), "S")
    assert runs(compare(reference, reference, corrected=True), "S") == [[1900, 1900, 1, 1]]
    reference = beats("NNNNNNNN NNN", marks=VF)
    assert runs(compare(reference, reference)) == [[1490, -1, 6, 0]]
    assert runs(compare(reference, reference, corrected=True)) == [[1490, 2300, 6, 6]]


def test_defect_unreadable_signal_hides_an_episode():
    reference = beats("NNNNN    NNN", marks=[*VF, (1600, "~", UNREADABLE), (1700, "~", 0)])
    test = beats("NNNNN VV NNN")
    assert cells(compare(reference, test), which="predictivity") == {(0, 2): 1}
    assert cells(compare(reference, test, corrected=True), which="predictivity") == {(6, 2): 1}
    readable = beats("NNNNN    NNN", marks=[*VF, (1600, "~", 1)])
    assert cells(compare(readable, test), which="predictivity") == {(6, 2): 1}


def test_defect_a_run_at_the_very_beginning_overlaps_a_long_one():
    reference, test = beats("VVN", first=50), beats("NNN", first=50)
    assert cells(compare(reference, test)) == {(2, 6): 1}
    assert cells(compare(reference, test, corrected=True)) == {(2, 0): 1}
    assert cells(compare(beats("VVN", first=54), test)) == {(2, 0): 1}


def test_nothing_to_compare():
    empty = beats("")
    comparison = compare(empty, empty)
    assert not comparison.sensitivity_counts.any() and not comparison.predictivity_counts.any()
    assert comparison.runs.empty
    assert "Couplet sensitivity:   -  (0/0)" in comparison.report()
    assert "no runs" in repr(comparison)
    assert cells(compare(beats("NVVN"), empty)) == {(2, 0): 1}
    assert cells(compare(empty, beats("NVVN")), which="predictivity") == {(0, 2): 1}


def test_text_names_what_was_compared():
    reference = beats("NVVNSSSN")
    comparison = compare(reference, reference, record="x1", names=("ann", "bob"))
    lines = comparison.report().splitlines()
    assert lines[:3] == [
        "VE run-by-run comparison results for record x1",
        "Reference annotator: ann",
        "     Test annotator: bob",
    ]
    assert "SVE run-by-run comparison results for record x1" in lines
    assert repr(comparison) == (
        "RunComparison('x1': V couplets Se 1.00 +P 1.00, S short runs Se 1.00 +P 1.00)"
    )


def test_summary_pools_and_averages():
    many, few = beats("NVVNVVNVVNVVN"), beats("NVVNNNN")
    summary = summarize_runs(
        [
            compare(many, beats("NVVNVVNVVNNNN"), record="a"),
            compare(few, beats("NNNNNNN"), record="b"),
            compare(beats("NNN"), beats("NNN"), record="c"),
        ]
    )
    frame = summary.to_frame()
    assert frame.at["gross", "V couplet Se"] == pytest.approx(3 / 5)
    assert frame.at["average", "V couplet Se"] == pytest.approx(0.375)
    assert np.isnan(summary.per_record.at["c", "V couplet Se"])
    assert summary.counts("V").tolist() == [[3, 2, 3, 0], [0] * 4, [0] * 4]
    assert "Total couplets: 5  Total short runs: 0  Total long runs: 0" in summary.report()
    assert str(summary).count("Summary of results from 3 records") == 2
    assert repr(summary) == "RunSummary(3 records)"
    with pytest.raises(ValueError, match="at least one"):
        summarize_runs([])


@st.composite
def anything(draw):
    """Annotations with beats, episodes and noise marks in any order."""
    n = draw(st.integers(0, 30))
    sample = sorted(draw(st.lists(st.integers(0, 3000), min_size=n, max_size=n)))
    symbol = draw(st.lists(st.sampled_from("NNSSSVVVFQ~[]++"), min_size=n, max_size=n))
    aux = draw(st.lists(st.sampled_from(["(AFIB", "(N", ""]), min_size=n, max_size=n))
    subtype = draw(st.lists(st.sampled_from([-1, 0]), min_size=n, max_size=n))
    return Annotations(sample, symbol, aux=aux, subtype=subtype)


@pytest.mark.filterwarnings("ignore:there is no beat of either side")
@settings(max_examples=50, deadline=None)
@given(
    anything(), anything(), st.sampled_from([0.0, 2.0]), st.sampled_from([None, 6]), st.booleans()
)
def test_every_run_is_counted_once(reference, test, start, stop, corrected):
    comparison = compare(reference, test, start=start, stop=stop, corrected=corrected)
    counts = [comparison.sensitivity_counts, comparison.predictivity_counts]
    assert min(matrix.min() for matrix in counts) >= 0
    assert not counts[0][:, 0].any() and not counts[1][:, :, 0].any()
    assert sum(matrix.sum() for matrix in counts) == len(comparison.runs)
    table = comparison.runs
    assert (table["begin"] >= start * 360).all() and table["length"].between(1, 6).all()
    ended = table.dropna(subset="end")
    assert (ended["end"] >= ended["begin"]).all()
    if stop is not None:
        assert (ended["end"] <= stop * 360).all()
    if corrected:
        assert table["end"].notna().all()
    exchanged = compare(test, reference, start=start, stop=stop, corrected=corrected)
    assert (exchanged.sensitivity_counts == counts[1].swapaxes(1, 2)).all()
    comparison.report(), comparison.line("V"), comparison.line("S")


def plainly(side, letters):
    """The runs of beats of some classes, the slow way."""
    found, current = [], []
    for at, letter in zip(side.sample.tolist(), side.classes("ec57").tolist(), strict=True):
        if letter in letters:
            current.append(at)
        elif letter and current:
            found.append((current[0], current[-1], len(current)))
            current = []
    return [*found, (current[0], current[-1], len(current))] if current else found


@settings(max_examples=50, deadline=None)
@given(anything(), anything())
def test_corrected_runs_without_flutter(reference, test):
    sides = [side[~np.isin(side.symbol, ["[", "]"])] for side in (reference, test)]
    comparison = compare(*sides, corrected=True)
    for kind, letters in (("V", ("V", "F")), ("S", ("S",))):
        expected = []
        for begin, end, length in plainly(sides[0], letters):
            at = sides[1].sample
            nearby = sides[1][(at >= begin - 54) & (at <= end + 54)]
            longest = max((n for _, _, n in plainly(nearby, letters)), default=0)
            expected.append([begin, end, min(length, 6), min(longest, 6)])
        assert runs(comparison, kind) == expected


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"fs": 0}, "fs must be a positive"),
        ({"window": -1}, "window must be"),
        ({"start": -1}, "start must be"),
        ({"start": 10, "stop": 5}, "stop=5 s must be greater than start=10 s"),
        ({"convention": "aami"}, "convention must be"),
    ],
)
def test_bad_limits_are_named(keywords, message):
    with pytest.raises(ValueError, match=message):
        compare(beats(""), beats(""), **keywords)


def test_bad_choices_are_named():
    comparison = compare(beats("N"), beats("N"))
    for call in (comparison.counts, comparison.line, comparison.matrix):
        with pytest.raises(ValueError, match="kind must be 'V' or 'S' .* got 'N'"):
            call("N")
    with pytest.raises(ValueError, match="which must be 'sensitivity' or 'predictivity', got 'Se'"):
        comparison.matrix("V", "Se")
    with pytest.raises(ValueError, match="kind must be"):
        summarize_runs([comparison]).report("SVE")
    with pytest.raises(TypeError, match="test must have the attributes sample and symbol"):
        compare(beats("N"), [1, 2])


def test_a_recording_shorter_than_the_learning_period_warns():
    short = beats("NVVN" * 5)
    with pytest.warns(UserWarning, match="no beat of either side .* from 300 s on.*start=0"):
        comparison = compare_runs(short, short, fs=360)
    assert comparison.runs.empty
