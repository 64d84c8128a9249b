from dataclasses import replace

import numpy as np
import pytest

from heartbeat.context import (
    BeatSequence,
    compute_context,
    context_feature_names,
    list_context_blocks,
    register_context_block,
    resolve_context,
)
from heartbeat.context import _registry as registry


@pytest.fixture(autouse=True)
def registry_as_it_was(monkeypatch):
    monkeypatch.setattr(registry, "_BLOCKS", dict(registry._BLOCKS))


BEATS = BeatSequence(np.arange(4.0), np.zeros((4, 1, 100), np.float32), fs=125.0, r_index=37)


def test_a_sequence_equals_itself_only():
    again = BeatSequence(BEATS.times, BEATS.waveforms, BEATS.fs, BEATS.r_index)
    assert BEATS == BEATS
    assert BEATS != again
    assert len({BEATS, again}) == 2


def test_a_block_of_ones_own():
    @register_context_block("mine", ["mine_index"], n_lookahead=0)
    def mine(beats):
        """Count.

        More about it.
        """
        return np.arange(len(beats))[:, None]

    block = list_context_blocks()["mine"]
    assert (block.description, block.causal, block.builtin) == ("Count.", True, False)
    np.testing.assert_array_equal(compute_context(BEATS, ("mine",)).ravel(), np.arange(4))
    # A notebook cell may be run twice.
    register_context_block("mine", ["mine_index"], n_lookahead=None)(mine)
    assert list_context_blocks()["mine"].transductive


@pytest.mark.parametrize(
    ("arguments", "lookahead", "message"),
    [
        (("rr", ["rr_mine"]), 0, "is part of heartbeat"),
        (("mine", ["rr_prev_s"]), 0, "belongs to context block 'rr'"),
        (("mine", []), 0, "at least one"),
        (("mine", ["a", "a"]), 0, "no name twice"),
        (("mine", ["mine_001"]), 0, "has the form of a waveform sample"),
        (("mine", ["a"]), -1, "n_lookahead"),
        (("mine", ["a"]), True, "n_lookahead"),
        (("mine", [1]), 0, "names of a context block and its columns must be strings, .*got 1"),
        ((3, ["a"]), 0, "must be strings, .*got 3"),
        (("", ["a"]), 0, "must be strings, .*got ''"),
    ],
)
def test_what_cannot_be_registered(arguments, lookahead, message):
    with pytest.raises(ValueError, match=message):
        register_context_block(*arguments, n_lookahead=lookahead)


def test_a_string_is_one_column():
    register_context_block("mine", "mine_index", n_lookahead=0)(lambda b: np.zeros((len(b), 1)))
    assert context_feature_names("mine") == ["mine_index"]


def test_a_context_must_name_blocks():
    with pytest.raises(TypeError, match="context must be None, the name of a context block or"):
        resolve_context(3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"waveforms": BEATS.waveforms[:, 0]}, r"must have shape .* got shape \(4, 100\)"),
        ({"r_index": 100}, "with the R peak at r_index, .* r_index=100"),
        ({"times": np.arange(3.0)}, "one waveform for each time, got 3 times and 4 waveforms"),
        ({"times": np.array([0, 1, np.nan, 3])}, "times must be finite"),
        ({"times": np.array([0, 2, 1, 3.0])}, "beats must be in order of time"),
    ],
)
def test_sequences_that_are_none_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        compute_context(replace(BEATS, **changes), "template")


def test_blocks_are_held_to_their_word():
    register_context_block("wide", ["wide_a"], n_lookahead=0)(lambda b: np.zeros((len(b), 2)))
    register_context_block("hole", ["hole_a"], n_lookahead=0)(
        lambda b: np.full((len(b), 1), np.nan)
    )
    with pytest.raises(
        ValueError, match=r"'wide' must return shape \(4, 1\), .* returned \(4, 2\)"
    ):
        compute_context(BEATS, "wide")
    with pytest.raises(
        ValueError, match="'hole' must .* returned nan in column 'hole_a' for beat 0"
    ):
        compute_context(BEATS, "hole")


def test_the_list_is_a_copy():
    list_context_blocks().clear()
    assert "rr" in list_context_blocks()
