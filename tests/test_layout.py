import numpy as np
import pytest

from heartbeat._layout import BeatLayout, join, resolve_layout, window


def test_plain_array_is_one_lead_without_context():
    assert resolve_layout(187) == BeatLayout(("lead",), 187)


def test_names_are_read_back():
    layout = BeatLayout(("MLII", "V1_b"), 1200, ("rr_prev", "rr_next"))
    assert resolve_layout(layout.n_features, layout.column_names()) == layout


def test_names_without_a_waveform_count_as_a_plain_array():
    assert resolve_layout(3, ["x0", "x1", "x2"]) == BeatLayout(("lead",), 3)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["MLII_000", "MLII_002"], "out of order"),
        (["MLII_000", "V1_000", "MLII_001"], "out of order"),
        (["rr_prev", "MLII_000"], "must come first"),
        (["MLII_000", "MLII_001", "V1_000"], "same number of samples"),
    ],
)
def test_names_out_of_order_are_refused(names, message):
    with pytest.raises(ValueError, match=message):
        resolve_layout(len(names), names)


def test_numbers_that_contradict_the_names_are_refused():
    with pytest.raises(ValueError, match="n_leads=2 contradicts the column names, which give 1"):
        resolve_layout(2, ["MLII_000", "MLII_001"], n_leads=2)


@pytest.mark.parametrize(("n_leads", "n_context"), [(2, 0), (1, 7), (1, 9)])
def test_numbers_that_do_not_fit_the_table_are_refused(n_leads, n_context):
    with pytest.raises(ValueError, match="7 features cannot be"):
        resolve_layout(7, n_leads=n_leads, n_context=n_context)


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "two"])
def test_n_leads_must_be_a_positive_integer(value):
    with pytest.raises(ValueError, match="n_leads must be None or an integer >= 1"):
        resolve_layout(7, n_leads=value)


def test_split_and_join_are_inverse_and_split_copies_nothing():
    X = np.arange(2 * 9, dtype=np.float32).reshape(2, 9)
    layout = resolve_layout(9, n_leads=2, n_context=1)
    waveforms, context = layout.split(X)
    assert np.shares_memory(waveforms, X) and np.shares_memory(context, X)
    np.testing.assert_array_equal(join(waveforms, context), X)


def test_an_empty_table_can_be_joined():
    assert join(np.zeros((0, 2, 4)), np.zeros((0, 1))).shape == (0, 9)


def test_window_is_cut_to_the_beat():
    assert window(-9, 9, r_index=3, fs=10, n_times=8) == slice(0, 8)
    assert window(5, 6, r_index=3, fs=10, n_times=8) == slice(8, 8)
