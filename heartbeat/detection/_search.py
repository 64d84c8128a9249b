"""Select beats among the candidates by scores without and with their neighbours."""

from dataclasses import dataclass

import numpy as np

from heartbeat.detection._candidates import CONTEXT_S, Candidates, find_candidates, shapes
from heartbeat.detection._envelopes import ENVELOPE_REACH_S, Envelopes, envelopes
from heartbeat.detection._neighbours import NEIGHBOUR_S, compare_with_neighbours
from heartbeat.detection._pauses import measure_in_pauses
from heartbeat.detection._scores import FIRST, SECOND, THIRD
from heartbeat.detection._selection import ROUNDS, select_strongest

__all__ = [
    "APART_S", "HOPELESS", "SEARCH_REACH_S", "Found", "first_beats", "likely_candidates",
    "scored_candidates", "search", "second_measures",
]  # fmt: skip

APART_S = 0.22
"""Minimum distance of two beats (s)."""

# Candidates with a lower first score are discarded: on the training records the probability that
# one is a beat is below 1 in 5,000.
HOPELESS = -6.0

# A lead shows a beat if its envelope exceeds this multiple of its own mean.
_SHOWN = 2.0

SEARCH_REACH_S = ENVELOPE_REACH_S + CONTEXT_S + NEIGHBOUR_S + 2 * ROUNDS * APART_S
"""A beat depends on this many seconds on either side, at the working rate."""


@dataclass(frozen=True)
class Found:
    """Beats at the working rate.

    Attributes
    ----------
    position : ndarray of shape (n_beats,), dtype int64
        Position of the largest energy of each QRS complex, in samples.
    score : ndarray of shape (n_beats,), dtype float64
        Log odds that it is a beat, as estimated on the training records.
    lead : ndarray of shape (n_beats,), dtype int64
        Lead that shows the beat: the first one if it does, otherwise the one that shows it best.
    """

    position: np.ndarray
    score: np.ndarray
    lead: np.ndarray


def search(leads: np.ndarray, fs: float, valid: np.ndarray | None = None) -> Found:
    """Find beats at the working rate.

    Parameters
    ----------
    leads : ndarray of shape (n_leads, n_samples), dtype float64
        Finite.
    fs : float
        Their rate in Hz.
    valid : ndarray of shape (n_leads, n_samples), dtype bool, optional
        Whether each sample of a lead is used; by default all are.
    """
    found = envelopes(leads, fs, valid)
    candidates, beats, score = scored_candidates(found, fs)
    likely = np.flatnonzero(score > 0)
    position, score = candidates.position[likely], score[likely]
    suspects, measures = measure_in_pauses(found, position, score, candidates.position[beats], fs)
    in_pause = suspects[THIRD(measures) <= 0]
    position, score = np.delete(position, in_pause), np.delete(score, in_pause)
    kept = select_strongest(position, score, APART_S * fs)
    position, score = position[kept], score[kept]
    lead = np.zeros(len(position), dtype=np.int64)
    if found.by_lead is not None:
        shown = found.by_lead[:, position]
        lead = np.where(shown[0] >= _SHOWN, 0, shown.argmax(axis=0))
    return Found(position, score, lead)


def scored_candidates(found: Envelopes, fs: float) -> tuple[Candidates, np.ndarray, np.ndarray]:
    """Return the likely candidates, which are beats by the first score, and their second scores."""
    candidates, first = likely_candidates(found, fs)
    beats = first_beats(candidates, first, fs)
    shape = shapes(found, candidates.position, fs)
    return candidates, beats, SECOND(second_measures(candidates, shape, first, beats, fs))


def likely_candidates(found: Envelopes, fs: float) -> tuple[Candidates, np.ndarray]:
    """Return the candidates that may be beats, and their first scores."""
    candidates = find_candidates(found, fs)
    first = FIRST(candidates.measures)
    some = first > HOPELESS
    return candidates.take(some), first[some]


def first_beats(candidates: Candidates, first: np.ndarray, fs: float) -> np.ndarray:
    """Return which candidates are beats by their first scores."""
    likely = np.flatnonzero(first > 0)
    kept = select_strongest(candidates.position[likely], first[likely], APART_S * fs)
    return likely[kept]


def second_measures(
    candidates: Candidates,
    shape: dict[str, np.ndarray],
    first: np.ndarray,
    beats: np.ndarray,
    fs: float,
) -> np.ndarray:
    """Return all measures that the second score uses."""
    beside = compare_with_neighbours(candidates, shape, first, beats, fs)
    return np.concatenate([candidates.measures, beside], axis=1)
