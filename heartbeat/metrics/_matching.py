"""One-to-one matching of two series of beats, as EC57 describes it.

The rule is applied from the earliest unmatched beat on, which is compared with the earliest
unmatched beat of the other series. They are a pair if they lie within the window, unless the next
beat of the earlier one's series is as near or nearer to the later one. If they are not a pair, the
earlier beat has no partner (it is missed or extra). Of two candidates at equal distance the later
one is taken, but beats at the same sample always form a pair.
"""

import numpy as np

ALONE = -1


def match_samples(reference: np.ndarray, test: np.ndarray, window: int) -> np.ndarray:
    """Return the steps of matching two sorted series of sample numbers.

    Parameters
    ----------
    reference, test : ndarray of int64, shape (n_reference,), (n_test,)
        Beat positions, in order.
    window : int
        Largest distance of a pair, in samples.

    Returns
    -------
    ndarray of int64, shape (n_steps, 2)
        Indices into `reference` and `test`, in order of time; -1 if a beat has no partner.
    """
    n_reference = len(reference)
    samples = np.concatenate([reference, test])
    # Stable, so that the reference comes first among beats at the same sample.
    order = np.argsort(samples, kind="stable")
    is_test = order >= n_reference
    times = samples[order]

    # Beats more than a window apart do not influence each other, neither as a pair nor as a nearer
    # candidate, so that the series splits into clusters, most of one beat or one pair.
    starts = np.flatnonzero(np.diff(times, prepend=-np.inf) > window)
    sizes = np.diff(starts, append=len(times))
    n_tests = np.add.reduceat(is_test, starts, dtype=np.int64) if len(starts) else sizes

    partner = np.full(len(times), ALONE, dtype=np.int64)
    pairs = starts[(sizes == 2) & (n_tests == 1)]
    partner[pairs], partner[pairs + 1] = pairs + 1, pairs
    entangled = (sizes > 2) & (n_tests > 0) & (n_tests < sizes)
    for start, size in zip(starts[entangled].tolist(), sizes[entangled].tolist(), strict=True):
        _match_cluster(times, is_test, start, start + size, window, partner)

    # A pair is one step, at its earlier beat.
    places = np.arange(len(times))
    first = places[(partner == ALONE) | (partner > places)]
    other = partner[first]
    own_index = np.where(is_test, order - n_reference, order)
    steps = np.full((len(first), 2), ALONE, dtype=np.int64)
    steps[np.arange(len(first)), is_test[first].astype(np.intp)] = own_index[first]
    paired = np.flatnonzero(other != ALONE)
    steps[paired, is_test[other[paired]].astype(np.intp)] = own_index[other[paired]]
    return steps


def _match_cluster(
    times: np.ndarray, is_test: np.ndarray, start: int, stop: int, window: int, partner: np.ndarray
) -> None:
    """Apply the rule to the beats from `start` to `stop`, and write the partners in place."""
    queues: tuple[list[int], list[int]] = ([], [])
    for place in range(stop - 1, start - 1, -1):
        queues[int(is_test[place])].append(place)
    references, tests = queues
    while references and tests:
        # Stacks with the earliest beat on top. At equal times the reference comes first.
        early, late = (tests, references) if tests[-1] < references[-1] else (references, tests)
        own, other = early.pop(), late[-1]
        distance = times[other] - times[own]
        following = abs(times[early[-1]] - times[other]) if early else np.inf
        if distance == 0 or (distance <= window and distance < following):
            late.pop()
            partner[own], partner[other] = other, own
