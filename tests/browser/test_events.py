import numpy as np
import pytest

from heartbeat.browser._events import certainty, find_events, heart_rates


def of_kind(events, kind):
    return [event for event in events if event.kind == kind]


def test_runs_pauses_and_extreme_rates_are_found(make_marked):
    seconds = np.concatenate([np.arange(20), 20 + np.arange(4) * 0.4, 25 + np.arange(10.0)])
    marked = make_marked(seconds, "N" * 20 + "VVVV" + "N" * 10, duration=40)
    events = find_events(marked.beats)
    (run,) = of_kind(events, "run")
    assert (run.start, run.stop) == (20.0, 21.2)
    assert run.text == "run of 4 V beats at 150/min"
    (pause,) = of_kind(events, "pause")
    assert pause.start == pytest.approx(21.2)
    assert pause.text == "pause of 3.80 s"
    assert len(of_kind(events, "fast")) == len(of_kind(events, "slow")) == 1
    assert [event.start for event in events] == sorted(event.start for event in events)


def test_a_couplet_is_no_run_and_a_gap_ends_one(make_marked):
    marked = make_marked([1, 2, 3, 4], "NVVN", duration=6)
    assert not of_kind(find_events(marked.beats), "run")
    marked = make_marked([1, 2, 20, 21], "VVVV", duration=30)
    assert not of_kind(find_events(marked.beats), "run")


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_beats_have_no_events(make_marked, n):
    assert find_events(make_marked(np.arange(n), "N" * n, duration=5).beats) == []


def test_the_first_beat_of_each_ectopic_class_is_told(make_marked):
    events = find_events(make_marked(np.arange(6), "NFVVFN", duration=7).beats)
    assert [(event.text, event.start) for event in events] == [
        ("first F beat", 1.0),
        ("first V beat", 2.0),
    ]


def test_heart_rate_is_that_of_the_intervals(make_marked):
    marked = make_marked(np.arange(30) * 0.5, "N" * 30, duration=16)
    times, rates = heart_rates(marked.beats)
    np.testing.assert_allclose(rates, 120)
    assert len(times) == 30 - 8


def test_the_least_certain_beats_come_with_their_probability(make_marked):
    beats = make_marked(np.arange(4), "NNVN", duration=5).beats
    assert certainty(beats) is None
    beats = beats.assign(p_N=[0.9, 0.6, 0.3, np.nan], p_V=[0.1, 0.4, 0.7, np.nan])
    np.testing.assert_array_equal(certainty(beats), [0.9, 0.6, 0.7, np.nan])
    doubtful = of_kind(find_events(beats), "doubtful")
    assert len(doubtful) == 3
    assert max(doubtful, key=lambda e: e.weight).text == "N with a probability of only 0.60"


def test_beats_that_are_all_certain_are_not_doubtful(make_marked):
    beats = make_marked(np.arange(4), "NNVN", duration=5).beats
    beats = beats.assign(p_N=[1.0, 0.99, 0.001, 0.999], p_V=[0.0, 0.01, 0.999, 0.001])
    assert not of_kind(find_events(beats), "doubtful")
