"""What every context block promises, held for all of them and for random recordings."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heartbeat.context import (
    BeatSequence,
    compute_context,
    context_feature_names,
    list_context_blocks,
)

BLOCKS = {name: block for name, block in list_context_blocks().items() if block.builtin}
FS, R_INDEX, N_TIMES = 125.0, 37, 100


def make_sequence(rng, n_beats, n_leads=1):
    times = rng.uniform(0, 5) + np.cumsum(rng.uniform(0.3, 1.5, n_beats))
    shape = np.sin(np.arange(N_TIMES) / 9) * np.hanning(N_TIMES)
    waveforms = shape * rng.uniform(0.5, 1.5, (n_beats, n_leads, 1))
    waveforms = waveforms + 0.2 * rng.normal(size=(n_beats, n_leads, N_TIMES))
    return BeatSequence(times, waveforms.astype(np.float32), FS, R_INDEX)


def changed_after(beats, last, rng):
    """Return the sequence with all beats behind `last` replaced, and perhaps fewer or more."""
    n_new = int(rng.integers(0, 60))
    times = beats.times[last] + np.cumsum(rng.uniform(0.2, 2.0, n_new))
    waveforms = rng.normal(size=(n_new, *beats.waveforms.shape[1:])).astype(np.float32)
    return BeatSequence(
        np.concatenate([beats.times[: last + 1], times]),
        np.concatenate([beats.waveforms[: last + 1], waveforms]),
        FS,
        R_INDEX,
    )


blocks = pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)


def test_blocks_are_the_documented_ones():
    assert sorted(BLOCKS) == [
        "rhythm", "rhythm_causal", "rr", "rr_causal", "template", "template_causal",
        "template_record",
    ]  # fmt: skip
    assert {name for name, block in BLOCKS.items() if block.causal} == {
        name for name in BLOCKS if name.endswith("_causal")
    }
    assert [name for name, block in BLOCKS.items() if block.transductive] == ["template_record"]
    assert "transductive" in BLOCKS["template_record"].description


def test_column_names_are_unique_and_no_waveform_samples():
    names = context_feature_names(tuple(BLOCKS))
    assert len(set(names)) == len(names)
    assert not [name for name in names if re.search(r"_\d{3,}\Z", name)]
    for block in BLOCKS.values():
        assert all(column.startswith(f"{block.name}_") for column in block.columns)
        assert block.description.endswith(".")


@blocks
@pytest.mark.parametrize("n_beats", [0, 1, 2, 3, 25])
@pytest.mark.parametrize("n_leads", [1, 2])
def test_finite_float32_of_the_promised_shape(block, n_beats, n_leads):
    beats = make_sequence(np.random.default_rng(n_beats), n_beats, n_leads)
    values = compute_context(beats, block.name)
    assert values.shape == (n_beats, len(block.columns))
    assert values.dtype == np.float32
    assert np.isfinite(values).all()


@blocks
def test_finite_where_nothing_beats(block):
    """Flat leads, beats on one sample, hour-long pauses: still numbers."""
    n = 40
    times = np.concatenate([np.zeros(20), [3600.0] * 19, [1e6]])
    for level in (0.0, 10.0, -3.3):
        flat = np.full((n, 2, N_TIMES), level, dtype=np.float32)
        assert np.isfinite(compute_context(BeatSequence(times, flat, FS, R_INDEX), block)).all()


@blocks
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_lookahead_is_respected(block, seed):
    """Beats behind the lookahead change nothing; a causal block sees no later beat at all."""
    if block.transductive:
        return
    rng = np.random.default_rng(seed)
    beats = make_sequence(rng, int(rng.integers(2, 330)))
    i = int(rng.integers(0, len(beats)))
    last = min(i + block.n_lookahead, len(beats) - 1)
    other = changed_after(beats, last, rng)
    if last < i + block.n_lookahead and len(other) > len(beats):
        # The recording ended within the lookahead: longer ones may differ.
        other = BeatSequence(beats.times, beats.waveforms, FS, R_INDEX)
    if len(other) - 1 < i + block.n_lookahead < len(beats):
        return  # cut off within the lookahead, which counts as a change there
    np.testing.assert_array_equal(block(beats)[: i + 1], block(other)[: i + 1])


@blocks
def test_lookahead_is_not_overstated(block):
    """The last beat that a block claims to look at does matter."""
    if block.transductive or block.causal:
        return
    beats = make_sequence(np.random.default_rng(0), 400)
    i, last = 30, 30 + block.n_lookahead
    moved = beats.times.copy()
    moved[last:] += 5.0
    waveforms = beats.waveforms.copy()
    waveforms[last] *= -3
    other = BeatSequence(moved, waveforms, FS, R_INDEX)
    assert (block(beats)[i] != block(other)[i]).any()


@blocks
@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    gain=st.floats(0.25, 4.0),
    offset=st.floats(-2.0, 2.0),
    delay=st.floats(0.0, 1e4),
)
def test_gain_offset_and_delay_change_nothing(block, seed, gain, offset, delay):
    beats = make_sequence(np.random.default_rng(seed), 40, n_leads=2)
    other = BeatSequence(
        beats.times + delay, (beats.waveforms * gain + offset).astype(np.float32), FS, R_INDEX
    )
    # A nudge of 1e-12 s can carry an interval over the threshold of irregularity.
    smooth = [not re.search("irregular|entropy", column) for column in block.columns]
    np.testing.assert_allclose(block(beats)[:, smooth], block(other)[:, smooth], atol=2e-4)


@blocks
def test_slower_by_half_changes_nothing_but_seconds(block):
    beats = make_sequence(np.random.default_rng(1), 60)
    slower = BeatSequence(beats.times * 2, beats.waveforms, FS, R_INDEX)
    seconds = np.array([column.endswith("_s") for column in block.columns])
    first = 1 if block.causal else 0  # a causal block has 0.8 s for the first interval
    fast, slow = block(beats)[first:], block(slower)[first:]
    np.testing.assert_allclose(fast[:, ~seconds], slow[:, ~seconds], atol=1e-5)
    # Past intervals of the first beats reach back to the first real one, not to 0.8 s.
    np.testing.assert_allclose(2 * fast[:, seconds], slow[:, seconds], rtol=1e-5)


def test_blocks_stand_side_by_side_in_the_order_asked_for():
    beats = make_sequence(np.random.default_rng(2), 30)
    both = compute_context(beats, ("template_causal", "rr"))
    assert both.shape[1] == len(context_feature_names(("template_causal", "rr")))
    np.testing.assert_array_equal(both[:, -16:], compute_context(beats, "rr"))
    assert compute_context(beats, ()).shape == (30, 0)


def test_beats_must_be_in_order():
    beats = make_sequence(np.random.default_rng(3), 5)
    backwards = BeatSequence(beats.times[::-1], beats.waveforms, FS, R_INDEX)
    with pytest.raises(ValueError, match="in order of time, but beat 1"):
        compute_context(backwards, "rr")
    with pytest.raises(ValueError, match="4 times and 5 waveforms"):
        compute_context(BeatSequence(beats.times[:4], beats.waveforms, FS, R_INDEX), "rr")


@pytest.mark.parametrize("context", ["rythm", ("rr", "nothing")])
def test_unknown_blocks_are_named(context):
    with pytest.raises(ValueError, match="unknown context block '(rythm|nothing)'.*rhythm"):
        context_feature_names(context)


def test_a_block_can_be_asked_for_once():
    with pytest.raises(ValueError, match="once"):
        context_feature_names(("rr", "rr"))
