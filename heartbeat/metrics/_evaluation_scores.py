"""The scores of an evaluation, from counts that are added over recordings."""

from dataclasses import dataclass

import numpy as np

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._comparison import BeatComparison
from heartbeat.metrics._ec57 import N_CLASSES, class_counts, ratio
from heartbeat.metrics._heart_rate import HeartRateComparison
from heartbeat.metrics._run_text import KINDS, RUN_LENGTHS, rates_of
from heartbeat.metrics._run_text import RATES as RUN_RATES
from heartbeat.metrics._runs import RunComparison
from heartbeat.metrics._sumstats import RATES as BEAT_RATES

RATE_SCORES = ("HR error", "RR error")
BURDEN_SCORES = tuple(
    f"{kind} burden{what}" for kind in KINDS for what in ("", " test", " error", " |error|")
)
SCORES = (*BEAT_RATES, *RUN_RATES, *RATE_SCORES, *BURDEN_SCORES)
"""All scores, which are fractions, except "RR error" (ms)."""

_S, _V, _F = (AAMI_CLASSES.index(letter) for letter in "SVF")


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of one or more recordings: arrays with equal first axes.

    Attributes
    ----------
    beats : ndarray of shape (..., 7, 7)
        As in `BeatComparison.counts`.
    runs : ndarray of shape (..., 2, 3, 4)
        As in `RunComparison.counts`, of both kinds.
    heart_rate : ndarray of shape (..., 3)
        Number of measurements, sum of the reference's, sum of the squared differences.
    """

    beats: np.ndarray
    runs: np.ndarray
    heart_rate: np.ndarray

    def flat(self) -> np.ndarray:
        """Return all counts in one row each, shape (n, n_counts), for sums over recordings."""
        return np.concatenate(
            [part.reshape(len(part), -1) for part in (self.beats, self.runs, self.heart_rate)],
            axis=1,
        )

    @classmethod
    def from_flat(cls, flat: np.ndarray) -> "Counts":
        """Return the counts in rows of `flat`."""
        beats, runs, heart_rate = np.split(flat, [_N_BEATS, _N_BEATS + _N_RUNS], axis=-1)
        return cls(
            beats.reshape(*flat.shape[:-1], *_BEATS),
            runs.reshape(*flat.shape[:-1], *_RUNS),
            heart_rate,
        )


_BEATS, _RUNS = (N_CLASSES + 2, N_CLASSES + 2), (len(KINDS), len(RUN_LENGTHS), 4)
_N_BEATS, _N_RUNS = int(np.prod(_BEATS)), int(np.prod(_RUNS))
N_COUNTS = _N_BEATS + _N_RUNS + 3


def counts_of(
    beats: tuple[BeatComparison, ...],
    runs: tuple[RunComparison, ...],
    heart_rates: tuple[HeartRateComparison, ...],
) -> Counts:
    """Return the counts of recordings, one row each."""
    measured = [
        (rate.n_measurements, rate.mean_rate, rate.rms_error**2)
        if rate.n_measurements
        else (0, 0, 0)
        for rate in heart_rates
    ]
    n, mean, square = np.array(measured, dtype=float).T
    return Counts(
        np.stack([comparison.counts for comparison in beats]),
        np.stack([[comparison.counts(kind) for kind in KINDS] for comparison in runs]),
        np.stack([n, n * mean, n * square], axis=1),
    )


def scores_of(counts: Counts, *, forgive_fusion: bool) -> np.ndarray:
    """Return all `SCORES`, shape (..., n_scores), with NaN for the RR error, which is not a sum.

    With `forgive_fusion`, fusion beats labelled S are not false positives of S, see
    `summarize_comparisons`.
    """
    beats = counts.beats
    by_class = class_counts(beats)
    found = beats[..., :N_CLASSES, :N_CLASSES].sum(axis=(-1, -2))
    missed = beats[..., :N_CLASSES, N_CLASSES:].sum(axis=(-1, -2))
    extra = beats[..., N_CLASSES:, :N_CLASSES].sum(axis=(-1, -2))
    scores = [ratio(found, found + missed), ratio(found, found + extra)]
    for position in (_V, _S):
        tp, fn, fp = (by_class[name][..., position] for name in ("tp", "fn", "fp"))
        if forgive_fusion and position == _S:
            fp = fp - beats[..., _F, _S]
        scores += [ratio(tp, tp + fn), ratio(tp, tp + fp)]
    runs = rates_of(counts.runs)
    scores += list(np.moveaxis(runs.reshape(*runs.shape[:-3], -1), -1, 0))

    n, total, squares = np.moveaxis(counts.heart_rate, -1, 0)
    scores += [ratio(np.sqrt(ratio(squares, n)), ratio(total, n)), np.full(n.shape, np.nan)]

    in_reference = beats[..., :N_CLASSES, :].sum(axis=-1)
    in_test = beats[..., :, :N_CLASSES].sum(axis=-2)
    for position in (_V, _S):
        burden, burden_test = (
            ratio(of_class[..., position], of_class.sum(axis=-1))
            for of_class in (in_reference, in_test)
        )
        difference = burden_test - burden
        scores += [burden, burden_test, difference, np.abs(difference)]
    return np.stack(scores, axis=-1)
