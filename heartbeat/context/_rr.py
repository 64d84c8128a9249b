"""Context blocks ``rr`` and ``rr_causal``: RR intervals around a beat."""

import numpy as np

from heartbeat.context._intervals import causal_rows, intervals
from heartbeat.context._registry import BeatSequence, register_context_block
from heartbeat.context._windows import bounds, window_mean, window_median

__all__ = ["rr", "rr_causal"]

_PAST = (
    "prev3_s", "prev2_s", "prev_s", "mean_last10_s",
    "prev_over_mean_last10", "log_prev_over_prev2", "log_prev2_over_prev3", "prematurity",
)  # fmt: skip
_FUTURE = (
    "next_s", "next2_s", "mean_around10_s",
    "prev_over_mean_around10", "next_over_mean_around10", "log_next_over_prev",
    "log_next2_over_next", "compensation",
)  # fmt: skip


@register_context_block("rr", [f"rr_{column}" for column in (*_PAST, *_FUTURE)], n_lookahead=10)
def rr(beats: BeatSequence) -> np.ndarray:
    """RR intervals around the beat and their ratios, prematurity and compensatory pause.

    Columns
    -------
    rr_prev3_s, rr_prev2_s, rr_prev_s, rr_next_s, rr_next2_s
        RR intervals: ``rr_prev_s`` ends at this beat, ``rr_next_s`` begins there.
    rr_mean_last10_s, rr_mean_around10_s
        Mean of the last ten intervals, including ``rr_prev_s``; mean of the intervals between the
        tenth beat before and the tenth beat after.
    rr_prev_over_mean_last10, rr_prev_over_mean_around10, rr_next_over_mean_around10
        Ratios, 1 in a regular rhythm.
    rr_log_prev_over_prev2, rr_log_prev2_over_prev3, rr_log_next_over_prev, rr_log_next2_over_next
        Natural logarithms of ratios of neighbouring intervals, 0 in a regular rhythm.
    rr_prematurity
        1 - ``rr_prev_s`` / reference, where the reference is the median of the ten intervals
        before ``rr_prev_s``. A beat that comes 30 % early has the value 0.3.
    rr_compensation
        (``rr_prev_s`` + ``rr_next_s``) / (2 reference): 1 if an early beat is followed by a fully
        compensatory pause.

    Intervals beyond the ends of the recording are replaced by the nearest interval.
    """
    rr = intervals(beats.times)
    after, after2 = _shift(rr, 1), _shift(rr, 2)
    around = window_mean(rr, -9, 10)
    future = np.column_stack(
        [
            after,
            after2,
            around,
            rr / around,
            after / around,
            np.log(after / rr),
            np.log(after2 / after),
            (rr + after) / (2 * _reference(rr)),
        ]
    )
    return np.hstack([_past(rr), future])


@register_context_block("rr_causal", [f"rr_causal_{column}" for column in _PAST], n_lookahead=0)
def rr_causal(beats: BeatSequence) -> np.ndarray:
    """RR intervals up to the beat: the columns of ``rr`` that need no later beat.

    The first beat has no interval before it. Its interval is taken as 0.8 s, so that its ratios are
    1 and its logarithms 0. From the twelfth beat on, the columns equal those of ``rr``.
    """
    return causal_rows(beats.times, _past)


def _past(rr: np.ndarray) -> np.ndarray:
    before, before2 = _shift(rr, -1), _shift(rr, -2)
    mean = window_mean(rr, -9, 0)
    return np.column_stack(
        [
            before2,
            before,
            rr,
            mean,
            rr / mean,
            np.log(rr / before),
            np.log(before / before2),
            1 - rr / _reference(rr),
        ]
    )


def _reference(rr: np.ndarray) -> np.ndarray:
    """Return the median of the ten intervals before each; the first is its own reference."""
    return window_median(rr, -10, -1)


def _shift(values: np.ndarray, by: int) -> np.ndarray:
    return values[bounds(len(values), by, by)[0]]
