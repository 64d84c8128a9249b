import numpy as np
import pytest

from heartbeat.preprocessing import BeatAligner

T = np.arange(187) - 62


def beats_at(shifts, gain=1.0):
    shifts = np.asarray(shifts)[:, np.newaxis]
    return gain * (
        np.exp(-(((T - shifts) / 3) ** 2)) - 0.3 * np.exp(-(((T - shifts - 6) / 3) ** 2))
    )


def test_beats_return_to_the_template_whatever_their_gain_level_and_sign():
    X = np.vstack([beats_at([0] * 6), beats_at([-4, -1, 3, 4], gain=-2.0) + 1])
    result = BeatAligner().fit_transform(X)
    np.testing.assert_allclose(result[6:, 40:90], -2 * X[:4, 40:90] + 1, atol=1e-6)


def test_shift_is_bounded_and_a_match_at_the_bound_is_no_match():
    aligner = BeatAligner().fit(beats_at([0] * 5))
    for shift, found in ((5, 0), (6, 6), (7, 7)):
        assert aligner.transform(beats_at([shift])).argmax() == 62 + found


def test_leads_move_together_and_a_flat_lead_does_not_matter():
    moved = beats_at([3, 0, -2])
    X = np.hstack([moved, np.full_like(moved, 0.1), -moved])
    aligner = BeatAligner(n_leads=3).fit(
        np.hstack([beats_at([0] * 3), 0 * moved, -beats_at([0] * 3)])
    )
    result = aligner.transform(X).reshape(3, 3, 187)
    assert (result[:, 0].argmax(axis=1) == 62).all()
    np.testing.assert_array_equal(result[:, 2], -result[:, 0])


def test_no_permitted_shift_changes_nothing():
    X = beats_at([0, 1, 2])
    np.testing.assert_array_equal(BeatAligner(max_shift=0).fit_transform(X), X)


def test_empty_end_is_filled_with_the_last_value():
    X = beats_at([0] * 5 + [4]) + 0.01 * T
    result = BeatAligner().fit_transform(X)
    np.testing.assert_array_equal(result[-1, -4:], X[-1, -1])


@pytest.mark.parametrize("before", [0.0, 0.02])
def test_r_at_the_very_beginning(before):
    X = beats_at([0] * 4)[:, 62:]
    assert BeatAligner(before=before).fit_transform(X).shape == X.shape
