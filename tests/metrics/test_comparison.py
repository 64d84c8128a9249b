from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heartbeat.labels import is_beat
from heartbeat.metrics import compare_beats, summarize_comparisons
from heartbeat.recording import Annotations


def marks(*pairs, subtypes=None):
    """Annotations from (sample, symbol) pairs; `subtypes` by sample."""
    subtypes = subtypes or {}
    return Annotations(
        [sample for sample, _ in pairs],
        [symbol for _, symbol in pairs],
        subtype=[subtypes.get(sample, 0) for sample, _ in pairs],
    )


def regular(n, step=300, symbol="N", first=100):
    return [(first + k * step, symbol) for k in range(n)]


def compare(reference, test, **keywords):
    return compare_beats(reference, test, **{"fs": 360, "start": 0, **keywords})


def cells(comparison):
    """The cells that hold beats, by their two letters."""
    matrix = comparison.matrix
    return {
        row + column: int(matrix.at[row, column])
        for row in matrix.index
        for column in matrix.columns
        if matrix.at[row, column]
    }


def test_identical_annotations_agree_wholly():
    beats = marks(*regular(20), (7000, "V"), (7300, "A"), (7600, "F"), (7900, "Q"))
    comparison = compare(beats, beats)
    assert cells(comparison) == {"Nn": 20, "Vv": 1, "Ss": 1, "Ff": 1, "Qq": 1}
    assert comparison.rms_rr_error == 0
    assert (comparison.to_frame()[["Se", "+P"]] == 1).all(axis=None)


def test_missed_extra_and_relabelled_beats():
    reference = marks((100, "N"), (400, "V"), (700, "N"), (1000, "A"))
    test = marks((110, "N"), (395, "N"), (850, "V"), (1000, "S"))
    comparison = compare(reference, test)
    assert cells(comparison) == {"Nn": 1, "Vn": 1, "No": 1, "Ov": 1, "Ss": 1}
    assert comparison.pairs.tolist() == [[0, 0], [1, 1], [2, -1], [-1, 2], [3, 3]]


def test_pairs_count_every_annotation_of_the_files():
    reference = marks((0, "+"), (100, "N"), (150, "~"), (400, "N"))
    test = marks((90, "N"), (200, '"'), (410, "N"))
    assert compare(reference, test).pairs.tolist() == [[1, 0], [3, 2]]


def test_window_is_inclusive_and_rounds_to_whole_samples():
    reference = marks((1000, "N"))
    assert cells(compare(reference, marks((1054, "N")))) == {"Nn": 1}
    assert cells(compare(reference, marks((1055, "N")))) == {"No": 1, "On": 1}
    # 0.15 s at 250 Hz are 37.5 samples.
    assert cells(compare(reference, marks((1038, "N")), fs=250)) == {"Nn": 1}
    assert cells(compare(reference, marks((1038, "N")), fs=250, window=0.1)) == {"No": 1, "On": 1}


def test_beats_before_start_and_after_stop_are_left_out():
    beats = marks(*regular(10, step=360, first=0))
    assert cells(compare(beats, beats, start=3, stop=6)) == {"Nn": 4}
    # A beat on the border belongs to the test period.
    assert cells(compare(marks((1079, "N"), (1080, "V")), marks(), start=3)) == {"Vo": 1}


START = 108_000  # 5:00 at 360 Hz, where the standard begins


@pytest.mark.parametrize(
    ("reference", "test", "pairs"),
    [
        # The last test beat before the start is the partner of the first reference beat after it.
        ([-282, 13, 307], [-263, -9, 302], [[1, 1], [2, 2]]),
        # A test beat just after the start is skipped when the next is nearer to that beat.
        ([-111, 179, 481], [-113, 48, 204, 474], [[1, 2], [2, 3]]),
        # Likewise if there are two of them; the second lies on the border of the window.
        ([179, 481], [20, 54, 204, 474], [[0, 2], [1, 3]]),
        # Farther from the start it is extra.
        ([179, 481], [55, 204, 474], [[-1, 0], [0, 1], [1, 2]]),
        # The next test beat is as near, or nearer: the one before the start has no part in it.
        ([13, 307], [-9, 35, 302], [[0, 1], [1, 2]]),
        ([13, 307], [-9, 20, 302], [[0, 1], [1, 2]]),
        # Outside the window, the one before the start has no part in it either.
        ([46, 307], [-9, 302], [[0, -1], [1, 1]]),
        ([45], [-9], [[0, 0]]),
        # A reference beat before the start never counts, whatever is near.
        ([-5, 307], [5, 302], [[1, 1]]),
        ([-5], [5], [[-1, 0]]),
    ],
)
def test_start_of_the_period(reference, test, pairs):
    sides = [marks(*((START + at, "N") for at in samples)) for samples in (reference, test)]
    comparison = compare(*sides, start=300)
    assert comparison.pairs.tolist() == pairs
    assert comparison.counts.sum() == len(pairs)


def test_start_of_the_whole_recording():
    assert compare(marks((179, "N")), marks((48, "N"), (204, "N"))).pairs.tolist() == [[0, 1]]


def test_interval_that_begins_before_start_counts():
    reference, test = marks((1000, "N"), (1300, "N")), marks((1000, "N"), (1336, "N"))
    assert compare(reference, test, start=3).rms_rr_error == pytest.approx(100)


def test_a_missed_beat_spoils_two_intervals():
    # In turn when the second beat is missed: intervals 300 and 600, then 300 and 600 again.
    reference = marks(*regular(3))
    test = marks((100, "N"), (700, "N"))
    assert compare(reference, test).rms_rr_error == pytest.approx(300 / 360 * 1000)


def test_test_beats_in_the_references_flutter_are_left_out():
    reference = marks((100, "N"), (300, "["), (400, "!"), (2000, "]"), (2100, "N"), (2400, "N"))
    test = marks((100, "N"), (500, "V"), (900, "V"), (2000, "V"), (2100, "N"), (2400, "N"))
    comparison = compare(reference, test)
    assert cells(comparison) == {"Nn": 3}
    # The interval across the episode has no part in the RR error.
    assert comparison.rms_rr_error == 0


def test_flutter_without_end_lasts_to_the_end():
    reference = marks((100, "N"), (300, "["))
    assert cells(compare(reference, marks((100, "N"), (10**6, "V")))) == {"Nn": 1}


def test_a_beat_beside_an_episode_still_matches():
    reference = marks((290, "N"), (300, "["), (2000, "]"), (2100, "N"))
    test = marks((305, "N"), (1990, "V"), (2100, "N"))
    assert cells(compare(reference, test)) == {"Nn": 2}


UNREADABLE = -1


def test_beats_missed_while_the_test_is_shut_down():
    reference = marks(*regular(6), (1900, "V"))
    test = marks((100, "N"), (250, "~"), (1050, "~"), (1300, "N"), subtypes={250: UNREADABLE})
    comparison = compare(reference, test)
    assert cells(comparison) == {"Nn": 2, "Nx": 3, "No": 1, "Vo": 1}
    assert comparison.shutdown == pytest.approx(800 / 360)
    assert comparison.shutdown_line() == (
        "        3    0    0    0    0    42.86  50.00      -   0.00      -    2 seconds 6 0 1 0 0"
    )


def test_extra_beats_while_the_reference_is_unreadable():
    reference = marks((100, "N"), (250, "~"), (1050, "~"), (1300, "N"), subtypes={250: 0x30})
    test = marks((100, "N"), (500, "N"), (700, "V"), (1150, "N"), (1300, "N"))
    comparison = compare(reference, test)
    assert cells(comparison) == {"Nn": 2, "Xn": 1, "Xv": 1, "On": 1}
    assert comparison.to_frame().at["VEB", "FP"] == 1
    assert comparison.shutdown == 0


def test_a_lone_mark_stands_in_the_middle_of_its_stretch():
    # Unreadable from 150 ms after the beat before the mark to 150 ms before the next.
    reference = marks(*regular(6))
    test = marks((100, "N"), (600, "~"), (1600, "N"), subtypes={600: UNREADABLE})
    comparison = compare(reference, test)
    assert cells(comparison) == {"Nn": 2, "Nx": 4}
    assert comparison.shutdown == pytest.approx((1600 - 54 - (100 + 54)) / 360)


def test_noise_marks_of_readable_signal_shut_nothing_down():
    reference = marks(*regular(3))
    test = marks((100, "N"), (250, "~"), (700, "N"), subtypes={250: 3})
    assert cells(compare(reference, test)) == {"Nn": 2, "No": 1}
    without_subtypes = SimpleNamespace(sample=[100, 250, 700], symbol=["N", "~", "N"])
    assert cells(compare(reference, without_subtypes)) == {"Nn": 2, "No": 1}


def test_shutdown_that_nothing_ends_lasts_to_the_end():
    reference = marks(*regular(4))
    test = marks((100, "N"), (250, "~"), subtypes={250: UNREADABLE})
    comparison = compare(reference, test, stop=20)
    assert cells(comparison) == {"Nn": 1, "Nx": 3}
    assert comparison.shutdown == pytest.approx((20 * 360 - 250) / 360)


def test_shutdown_time_before_start_does_not_count():
    reference = marks(*regular(6))
    test = marks((100, "N"), (250, "~"), (1050, "~"), (1300, "N"), subtypes={250: UNREADABLE})
    assert compare(reference, test, start=2).shutdown == pytest.approx((1050 - 720) / 360)


def test_empty_test_annotations():
    comparison = compare(marks(*regular(3), (1000, "V")), marks())
    assert cells(comparison) == {"No": 3, "Vo": 1}
    assert np.isnan(comparison.rms_rr_error)
    assert "QRS positive predictivity:      -  (0/0)" in comparison.report()
    assert comparison.report().endswith("RMS RR interval error:      - ms")


def test_empty_reference():
    assert cells(compare(marks(), marks(*regular(2)))) == {"On": 2}
    assert cells(compare(marks(), marks())) == {}


def test_no_overlap():
    comparison = compare(marks(*regular(3)), marks(*regular(3, first=5000)))
    assert cells(comparison) == {"No": 3, "On": 3}
    assert comparison.to_frame().at["QRS", "Se"] == 0


@pytest.mark.parametrize(("convention", "cell"), [("ec57", "Ss"), ("literature", "Nn")])
def test_escape_beats_count_by_convention(convention, cell):
    beats = marks((100, "j"))
    assert cells(compare(beats, beats, convention=convention)) == {cell: 1}


def test_text_names_what_was_compared():
    beats = marks(*regular(2))
    lines = compare(beats, beats, record="x1", names=("ann", "bob")).report().splitlines()
    assert lines[:3] == [
        "Beat-by-beat comparison results for record x1",
        "Reference annotator: ann",
        "     Test annotator: bob",
    ]


def test_summary_pools_and_averages():
    short, long = marks(*regular(2)), marks(*regular(20))
    half = marks(*regular(1))
    summary = summarize_comparisons(
        [compare(short, half, record="a"), compare(long, long, record="b")]
    )
    frame = summary.to_frame()
    assert frame.at["gross", "Q Se"] == pytest.approx(21 / 22)
    assert frame.at["average", "Q Se"] == pytest.approx(0.75)
    assert summary.per_record["Q Se"].to_dict() == {"a": 0.5, "b": 1.0}
    with pytest.raises(ValueError, match="at least one"):
        summarize_comparisons([])


@st.composite
def anything(draw):
    """Annotations with beats, flutter and noise marks in any order."""
    sample = sorted(draw(st.lists(st.integers(0, 3000), max_size=30)))
    symbol = draw(
        st.lists(st.sampled_from("NNNAVFQ~~[]+"), min_size=len(sample), max_size=len(sample))
    )
    subtype = draw(
        st.lists(st.sampled_from([-1, 0, 3, 0x30]), min_size=len(sample), max_size=len(sample))
    )
    return Annotations(sample, symbol, subtype=subtype)


@pytest.mark.filterwarnings("ignore:there is no beat of either side")
@given(anything(), anything(), st.sampled_from([0.0, 2.0]))
def test_every_beat_is_counted_once_whatever_the_marks(reference, test, start):
    comparison = compare(reference, test, start=start)
    counts, pairs = comparison.counts, comparison.pairs
    assert (counts >= 0).all() and counts[5:, 5:].sum() == 0
    classes = reference.beats().classes("ec57")[reference.beats().sample >= start * 360]
    assert counts[:5].sum(axis=1).tolist() == [(classes == letter).sum() for letter in "NSVFQ"]
    # Of the test beats of the period, only those alone in the reference's flutter and those of
    # its first window are missing; before it, only the first reference beat's partner counts.
    used = pairs[pairs[:, 1] >= 0, 1]
    assert (np.diff(used) > 0).all() and counts[:, :5].sum() == len(used)
    positions = np.flatnonzero(is_beat(test.symbol))
    unused = test.sample[np.setdiff1d(positions, used)]
    if "[" not in reference.symbol:
        assert (unused <= start * 360 + 54).all()
    assert (test.sample[used] < start * 360).sum() <= 1
    assert counts.sum() == len(pairs)
    assert comparison.shutdown >= 0
    comparison.report(), comparison.line(), comparison.shutdown_line()


@given(anything())
def test_agreement_with_oneself_is_perfect(beats):
    comparison = compare(beats, beats)
    assert (comparison.counts == np.diag(np.diag(comparison.counts))).all()
    assert not comparison.rms_rr_error > 0


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
        compare(marks(), marks(), **keywords)


@pytest.mark.parametrize(
    ("annotations", "error", "message"),
    [
        ([1, 2], TypeError, "test must have the attributes sample and symbol"),
        (SimpleNamespace(sample=[1, 2], symbol=["N"]), ValueError, "one symbol for each sample"),
        (SimpleNamespace(sample=[2, 1], symbol=["N", "N"]), ValueError, "in order"),
        (SimpleNamespace(sample=[0.5], symbol=["N"]), TypeError, "must hold integers"),
    ],
)
def test_bad_annotations_are_named(annotations, error, message):
    with pytest.raises(error, match=message):
        compare(marks(), annotations)


def test_a_recording_shorter_than_the_learning_period_warns():
    short = marks(*regular(20))
    with pytest.warns(UserWarning, match="no beat of either side .* from 300 s on.*start=0"):
        comparison = compare_beats(short, short, fs=360)
    assert comparison.counts.sum() == 0
