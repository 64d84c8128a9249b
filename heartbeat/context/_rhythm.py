"""Context blocks ``rhythm`` and ``rhythm_causal``: RR intervals relative to those around them."""

import numpy as np

from heartbeat.context._intervals import causal_rows, intervals
from heartbeat.context._registry import BeatSequence, register_context_block
from heartbeat.context._windows import bounds, window_mean, window_quantiles

__all__ = ["rhythm", "rhythm_causal", "sample_entropy"]

_PERCENTILES = (10, 50, 90)
_AROUND = (5, 15, 50, 150)
_AROUND_IRREGULAR = (10, 50)
_AROUND_ENTROPY = (10, 30)
_LAST = (10, 40, 150)
_LAST_IRREGULAR = (20, 100)
_LAST_ENTROPY = (21, 61)
_TOLERANCE = np.log(1.1) + 1e-6
"""Intervals that differ by at most 10 % count as equal.

Differences of exactly 10 % are common, because intervals are whole numbers of samples. The small
addition keeps rounding errors from deciding these cases.
"""


@register_context_block(
    "rhythm",
    [
        *(f"rhythm_log_prev_over_p{p}_around{w}" for w in _AROUND for p in _PERCENTILES),
        *(f"rhythm_irregular_around{w}" for w in _AROUND_IRREGULAR),
        *(f"rhythm_entropy_around{w}" for w in _AROUND_ENTROPY),
    ],
    n_lookahead=max(*_AROUND, *_AROUND_IRREGULAR, *_AROUND_ENTROPY),
)
def rhythm(beats: BeatSequence) -> np.ndarray:
    """RR interval relative to percentiles of those around it, irregularity and sample entropy.

    Columns
    -------
    rhythm_log_prev_over_p{10,50,90}_around{5,15,50,150}
        Natural logarithm of the interval before the beat divided by a percentile of the intervals
        that end at most 5, 15, 50 or 150 beats before or after it. Long windows distinguish an
        early beat in a run of early beats from a normal beat.
    rhythm_irregular_around{10,50}
        Share of the intervals in the window that differ by more than 10 % from the interval before
        them.
    rhythm_entropy_around{10,30}
        Sample entropy of the 21 or 61 intervals in the window, see `sample_entropy`: high in atrial
        fibrillation, low in regular rhythm and in bigeminy.

    Near the ends of the recording windows are shorter.
    """
    rr = intervals(beats.times)
    return _rows(
        rr,
        [(-w, w) for w in _AROUND],
        [(-w, w) for w in _AROUND_IRREGULAR],
        [(-w, w) for w in _AROUND_ENTROPY],
    )


@register_context_block(
    "rhythm_causal",
    [
        *(f"rhythm_causal_log_prev_over_p{p}_last{w}" for w in _LAST for p in _PERCENTILES),
        *(f"rhythm_causal_irregular_last{w}" for w in _LAST_IRREGULAR),
        *(f"rhythm_causal_entropy_last{w}" for w in _LAST_ENTROPY),
    ],
    n_lookahead=0,
)
def rhythm_causal(beats: BeatSequence) -> np.ndarray:
    """RR interval relative to percentiles of past ones, irregularity and sample entropy.

    The columns are those of ``rhythm`` for windows of past intervals, including the interval before
    the beat. For the first beat, which has no past interval, they are all 0.
    """
    return causal_rows(
        beats.times,
        lambda rr: _rows(
            rr,
            [(1 - w, 0) for w in _LAST],
            [(1 - w, 0) for w in _LAST_IRREGULAR],
            [(1 - w, 0) for w in _LAST_ENTROPY],
        ),
    )


def sample_entropy(values: np.ndarray, first: int, last: int, tolerance: float) -> np.ndarray:
    """Return the sample entropy of ``values[i + first : i + last + 1]`` for every i.

    The sample entropy is ``-log((A + 1) / (B + 1))``. B is the number of pairs of values in the
    window that differ by at most the tolerance, and A is the number of these pairs whose successors
    do so too. Templates have one value, as is suitable for short series of intervals (Lake and
    Moorman, 2011). One is added to both counts to keep the result finite if nothing matches.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Values in order of time.
    first, last : int
        Begin and end of the window relative to i, both included. Near the ends of `values` windows
        are shorter.
    tolerance : float
        Largest difference of two values that match.

    Returns
    -------
    ndarray of shape (n,)
        Sample entropy at each i: 0 if every match is followed by a match, and higher if the values
        are less predictable.

    Examples
    --------
    >>> sample_entropy(np.array([0.0, 5, 0, 5, 0, 5]), -5, 5, tolerance=1.0)[0].round(3)
    np.float64(0.0)
    """
    n = len(values)
    start, stop = bounds(n, first, last)
    pairs, followed = np.zeros(n), np.zeros(n)
    for lag in range(1, min(last - first + 1, n)):
        alike = np.abs(values[lag:] - values[:-lag]) <= tolerance
        both = alike[:-1] & alike[1:]
        # A pair (j, j + lag) and its successors lie inside when start <= j < stop - lag.
        end = np.maximum(stop - lag, start)
        for total, match in ((pairs, alike[:-1]), (followed, both)):
            count = np.concatenate([[0], np.cumsum(match)])
            total += count[np.minimum(end, len(match))] - count[np.minimum(start, len(match))]
    return np.log((pairs + 1) / (followed + 1))


def _rows(
    rr: np.ndarray,
    windows: list[tuple[int, int]],
    irregular: list[tuple[int, int]],
    entropy: list[tuple[int, int]],
) -> np.ndarray:
    log_rr = np.log(rr)
    # Logarithms keep order, but interpolate between two intervals by their geometric mean.
    quantiles = tuple(p / 100 for p in _PERCENTILES)
    against = [log_rr[:, None] - window_quantiles(log_rr, *w, quantiles) for w in windows]
    changed = np.abs(np.diff(log_rr, prepend=log_rr[:1])) > _TOLERANCE
    return np.column_stack(
        [
            *against,
            *(window_mean(changed, *w) for w in irregular),
            *(sample_entropy(log_rr, *w, _TOLERANCE) for w in entropy),
        ]
    )
