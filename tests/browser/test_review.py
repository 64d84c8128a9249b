import json
import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heartbeat.browser import BeatList, Edit, MarkedRecording, Review
from heartbeat.recording import Annotations, Recording, read_recording
from heartbeat.recording._wfdb_library import quietly, wfdb


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "208.review"


def state(review):
    return review.beats.sample.tolist(), review.beats.symbol.tolist()


def test_each_edit_does_what_it_says_and_undo_takes_it_back(marked, journal):
    with Review(marked, journal) as review:
        before = state(review)
        third, tenth = (int(review.beats.sample[i]) for i in (3, 10))
        review.relabel(third, "V")
        assert review.beats.symbol[3] == "V"
        review.move(tenth, tenth + 4)
        assert review.beats.sample[10] == tenth + 4
        review.add(third + 20, "S")
        assert (review.beats.sample[4], review.beats.symbol[4]) == (third + 20, "S")
        review.delete(third)
        assert third not in review.beats.sample
        assert len(review.edits) == 4
        after = state(review)
        while review.undo():
            pass
        assert state(review) == before
        while review.redo():
            pass
        assert state(review) == after


def test_a_stretch_is_relabelled_as_one_edit(marked, journal):
    with Review(marked, journal) as review:
        start, stop = int(review.beats.sample[5]), int(review.beats.sample[9])
        review.relabel_all(start, stop, "F")
        assert set(review.beats.symbol[5:9]) == {"F"}
        assert len(review.edits) == 1


def test_edits_that_cannot_be_are_refused_and_leave_no_trace(marked, journal):
    with Review(marked, journal) as review:
        before = state(review)
        first, second = map(int, review.beats.sample[:2])
        for wrong, says in (
            (lambda: review.relabel(first + 1, "V"), "no beat at sample"),
            (lambda: review.relabel(first, "<script>"), "must be a WFDB symbol of a beat"),
            (lambda: review.relabel(first, "+"), "must be a WFDB symbol of a beat"),
            (lambda: review.add(second, "N"), "already"),
            (lambda: review.move(first, second), "already"),
            (lambda: review.move(first, -1), "must be inside the recording"),
            (lambda: review.add(marked.n_samples), "must be inside the recording"),
        ):
            with pytest.raises(ValueError, match=says):
                wrong()
        assert state(review) == before
    assert not journal.exists()


def test_a_review_goes_on_where_the_last_one_ended(marked, journal):
    with Review(marked, journal) as review:
        review.relabel(int(review.beats.sample[3]), "V")
        review.delete(int(review.beats.sample[8]))
        review.undo()
        expected = state(review)
    with Review(marked, journal) as review:
        assert state(review) == expected
        review.redo()
        assert len(review.edits) == 2


def test_a_line_torn_by_a_crash_is_dropped(marked, journal):
    with Review(marked, journal) as review:
        review.relabel(int(review.beats.sample[3]), "V")
        expected = state(review)
        review.relabel(int(review.beats.sample[4]), "V")
    content = journal.read_bytes()
    for cut in range(1, 40, 7):
        journal.write_bytes(content[:-cut])
        with Review(marked, journal) as review:
            assert state(review) == expected
            review.delete(int(review.beats.sample[5]))
        with Review(marked, journal) as review:
            assert len(review.edits) == 2


def test_a_damaged_or_foreign_journal_is_refused(marked, journal):
    with Review(marked, journal) as review:
        review.relabel(int(review.beats.sample[3]), "V")
        review.relabel(int(review.beats.sample[4]), "V")
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text(lines[0] + "garbage\n" + lines[2])
    with pytest.raises(ValueError, match="line 2 of .* is damaged"):
        Review(marked, journal)
    other = json.loads(lines[0]) | {"beats": "0"}
    journal.write_text(json.dumps(other) + "\n")
    with pytest.raises(ValueError, match="edits of another recording"):
        Review(marked, journal)
    journal.write_text(lines[0] + '{"undo":true}\n')
    with pytest.raises(ValueError, match="nothing to undo"):
        Review(marked, journal)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_two_reviews_do_not_share_a_journal(marked, journal):
    with Review(marked, journal) as review:
        review.relabel(int(review.beats.sample[3]), "V")
        with pytest.raises(BlockingIOError, match="another review"):
            Review(marked, journal)
    Review(marked, journal).close()


def test_an_edit_that_cannot_be_written_is_not_made(marked, journal, monkeypatch):
    with Review(marked, journal) as review:
        before = state(review)
        monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            review.relabel(int(review.beats.sample[3]), "V")
        assert state(review) == before
        assert review.edits == ()
        monkeypatch.undo()
        review.delete(int(review.beats.sample[3]))
        expected = state(review)
    with Review(marked, journal) as review:
        assert state(review) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_edits_survive_a_killed_process(marked, journal):
    script = textwrap.dedent(
        f"""
        from heartbeat.browser import MarkedRecording, Review
        from heartbeat.datasets import load_sample_recording
        review = Review(MarkedRecording.from_recording(load_sample_recording()), {str(journal)!r})
        review.relabel(int(review.beats.sample[3]), "V")
        print("edited", flush=True)
        input()
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "edited\n"
        process.send_signal(signal.SIGKILL)
    with Review(marked, journal) as review:
        assert review.beats.symbol[3] == "V"


def test_saved_annotations_are_read_back_by_wfdb(marked, journal, tmp_path):
    with Review(marked, journal) as review:
        review.relabel(int(review.beats.sample[3]), "V")
        path = review.save(tmp_path / "208")
        assert path.name == "208.rev"
        expected = review.annotations()
        review.undo()
        review.save(tmp_path / "208")  # its own file it may replace
    with Review(marked, journal) as review:
        review.redo()
        review.save(tmp_path / "208")
    with quietly():
        read = wfdb.rdann(str(tmp_path / "208"), "rev")
    np.testing.assert_array_equal(read.sample, expected.sample)
    assert list(read.symbol) == expected.symbol.tolist()


def test_files_of_others_are_never_overwritten(marked, journal, tmp_path):
    original = tmp_path / "208.atr"
    original.write_bytes(b"mine")
    with Review(marked, journal) as review, pytest.raises(FileExistsError, match="not written by"):
        review.save(tmp_path / "208", "atr")
    assert original.read_bytes() == b"mine"


def test_other_marks_are_kept(journal):
    marks = Annotations([5, 5, 300, 400], ["+", "N", "~", "V"], aux=["(N", "", "", ""])
    recording = Recording(np.zeros(720), 360, annotations=marks)
    with Review(MarkedRecording.from_recording(recording), journal) as review:
        review.delete(5)
        kept = review.annotations()
    assert kept.symbol.tolist() == ["+", "~", "V"]
    assert kept.aux.tolist() == ["(N", "", ""]


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["relabel", "add", "move", "delete", "undo", "redo"]),
        st.integers(0, 40),
        st.integers(0, 40),
        st.sampled_from("NSVFQ"),
    ),
    max_size=25,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(OPERATIONS)
def test_any_history_replays_to_the_same_beats(tmp_path_factory, operations):
    path = tmp_path_factory.mktemp("history") / "x.review"
    marks = Annotations([3, 10, 20, 30], list("NNVN"))
    marked = MarkedRecording.from_recording(Recording(np.zeros(41), 10, annotations=marks))
    with Review(marked, path) as review:
        for kind, sample, to, symbol in operations:
            arguments = {
                "relabel": (sample, symbol), "add": (sample, symbol), "move": (sample, to),
                "delete": (sample,),
            }.get(kind, ())  # fmt: skip
            try:
                getattr(review, kind)(*arguments)
            except ValueError:
                continue
            assert np.all(np.diff(review.beats.sample) > 0)
        expected = state(review)
    with Review(marked, path) as review:
        assert state(review) == expected
        while review.undo():
            pass
        assert state(review) == ([3, 10, 20, 30], list("NNVN"))


def test_beat_lists_find_the_nearest_beat():
    beats = BeatList([10, 20, 30], list("NVN"), 100)
    assert [beats.nearest(s) for s in (0, 14, 16, 29, 99)] == [0, 0, 1, 2, 2]
    with pytest.raises(ValueError, match="no beats"):
        BeatList([], [], 100).nearest(3)
    for wrong, says in (
        (([20, 10], "NN", 100), "in order"),
        (([10, 20], "N+", 100), "must be a WFDB symbol of a beat"),
        (([10, 20], "NN", 20), "must be inside the recording"),
        (([-1, 20], "NN", 30), "must be inside the recording"),
        (([10, 20], "N", 30), "1 symbols"),
    ):
        with pytest.raises(ValueError, match=says):
            BeatList(wrong[0], list(wrong[1]), wrong[2])


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (Edit((), ((5, "V"),)), "V at 5 added"),
        (Edit(((5, "V"),), ()), "V at 5 deleted"),
        (Edit(((5, "V"),), ((6, "V"),)), "V at 5 moved to 6"),
        (Edit(((5, "V"), (9, "V")), ((5, "N"), (9, "N"))), "2 beats changed"),
    ],
)
def test_edits_tell_what_they_change(edit, text):
    assert str(edit) == text
    assert Edit.from_dict(edit.to_dict()) == edit


@pytest.mark.realdata
def test_a_record_of_mitdb_is_reviewed(mitdb, journal):
    recording = read_recording(mitdb / "208")
    marked = MarkedRecording.from_recording(recording)
    assert len(marked.beats) == len(recording.annotations.beats())
    with Review(marked, journal) as review:
        # Nothing edited: what came with the recording comes back, notes and rhythms too.
        ours, theirs = review.annotations(), recording.annotations
    assert sorted(zip(ours.sample, ours.symbol, ours.aux, strict=True)) == sorted(
        zip(theirs.sample, theirs.symbol, theirs.aux, strict=True)
    )
