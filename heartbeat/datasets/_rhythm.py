"""Rhythm of a synthetic subject: order of the classes and RR intervals."""

from collections.abc import Mapping

import numpy as np

from heartbeat._shown import shown
from heartbeat.labels import AAMI_CLASSES

__all__ = ["arrange", "class_counts", "deal", "rr_intervals"]

SHARES = {"N": 0.83, "S": 0.03, "V": 0.06, "F": 0.01, "Q": 0.07}
"""Shares of the classes, similar to those of the MIT-BIH Arrhythmia Database."""


def class_counts(
    n_beats: int, weights: Mapping[str, float] | None, least: int = 0
) -> dict[str, int]:
    """Return the number of beats of each class that sum to `n_beats`, by largest remainder.

    With `least`, each class with a positive weight gets at least this many, taken from the largest.
    """
    weights = SHARES if weights is None else _checked(weights)
    shares = np.array([weights.get(letter, 0.0) for letter in AAMI_CLASSES], dtype=float)
    exact = n_beats * shares / shares.sum()
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: n_beats - counts.sum()]] += 1
    counts = np.maximum(counts, np.where(shares > 0, least, 0))
    while (excess := counts.sum() - n_beats) > 0:
        largest = counts.argmax()
        counts[largest] -= min(excess, max(1, counts[largest] - np.sort(counts)[-2]))
    return dict(zip(AAMI_CLASSES, counts.tolist(), strict=True))


def deal(counts: Mapping[str, int], sizes: np.ndarray, rng: np.random.Generator) -> list[dict]:
    """Distribute classes over subjects of `sizes` beats, as unevenly as ectopic beats are in life.

    The first beats of a class go to different subjects, so that a class is seldom in one subject
    only. The others follow the tendencies of each subject. Paced beats stay with the third of the
    subjects who have a pacemaker. The remaining beats are N.
    """
    n_people = len(sizes)
    left = sizes.copy()
    dealt = [dict.fromkeys(AAMI_CLASSES, 0) for _ in sizes]
    order = rng.permutation(n_people)
    for letter in ("Q", "F", "S", "V"):
        wanted = counts[letter]
        eligible = (
            order[: max(2, -(-n_people // 3))] if letter == "Q" else rng.permutation(n_people)
        )
        first = eligible[left[eligible] > 0][: min(wanted, max(2, -(-len(eligible) // 2)))]
        left[first] -= 1
        inclination = np.full(n_people, 1e-6)
        inclination[eligible] = rng.gamma(0.8, 1.0, len(eligible)) + 0.02
        slots = np.repeat(np.arange(n_people), left)
        chance = inclination[slots]
        rest = np.empty(0, dtype=int)
        if wanted > len(first):
            rest = rng.choice(slots, wanted - len(first), replace=False, p=chance / chance.sum())
        left -= np.bincount(rest, minlength=n_people)
        for person in np.concatenate([first, rest]):
            dealt[person][letter] += 1
    for person, n in enumerate(left):
        dealt[person]["N"] = int(n)
    return dealt


def arrange(counts: Mapping[str, int], rng: np.random.Generator) -> np.ndarray:
    """Order the beats of a subject: ectopic beats alone or in pairs, paced beats in runs."""
    blocks = [["N"]] * counts["N"]
    for letter in ("S", "V", "F"):
        n = counts[letter]
        while n > 0:
            length = min(n, 2 if letter != "F" and rng.random() < 0.12 else 1)
            blocks.append([letter] * length)
            n -= length
    if counts["Q"]:
        n_runs = 1 if counts["Q"] < 12 else 2
        blocks += [["Q"] * len(run) for run in np.array_split(np.arange(counts["Q"]), n_runs)]
    order = rng.permutation(len(blocks))
    letters = [letter for position in order for letter in blocks[position]]
    return np.array(letters, dtype="<U1")


def rr_intervals(
    classes: np.ndarray, rr: float, rr_sd: float, paced_rr: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval before each beat and the underlying sinus interval, in seconds.

    An atrial premature beat resets the sinus node, so that the next normal beat comes about one
    sinus interval later. A ventricular one does not, so that it is followed by a compensatory
    pause.
    """
    n = len(classes)
    sinus = rr * (1 + rr_sd * _variability(n, rng))
    early = {"S": rng.uniform(0.58, 0.9, n), "V": rng.uniform(0.5, 0.84, n)}
    before = np.concatenate([["N"], classes[:-1]])
    intervals = sinus.copy()
    for letter, fraction in early.items():
        intervals[classes == letter] *= fraction[classes == letter]
    fusion = classes == "F"
    intervals[fusion] *= rng.uniform(0.9, 1.0, fusion.sum())
    normal = classes == "N"
    reset = normal & (before == "S")
    intervals[reset] *= rng.uniform(0.98, 1.18, reset.sum())
    pause = np.flatnonzero(normal & (before == "V"))
    pause = pause[pause > 0]
    intervals[pause] = np.maximum(2 * sinus[pause - 1] - intervals[pause - 1], sinus[pause])
    paced = classes == "Q"
    intervals[paced] = paced_rr + rng.normal(0, 0.003, paced.sum())
    intervals[normal & (before == "Q")] *= 0.9
    return np.maximum(intervals, 0.33), sinus


def _variability(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return beat-to-beat variability of unit size: breathing plus slower drift."""
    breathing = np.sin(2 * np.pi * rng.uniform(0.2, 0.3) * np.arange(n) + rng.uniform(0, 2 * np.pi))
    knots = rng.normal(size=n // 12 + 2)
    drift = np.interp(np.arange(n) / 12, np.arange(len(knots)), knots)
    return np.clip(0.8 * breathing + 0.8 * drift + 0.4 * rng.normal(size=n), -3, 3)


def _checked(weights: Mapping[str, float]) -> Mapping[str, float]:
    if not isinstance(weights, Mapping):
        raise TypeError(
            f"weights must map AAMI classes to shares, such as {SHARES}, got {shown(weights)}."
        )
    unknown = [letter for letter in weights if letter not in AAMI_CLASSES]
    if unknown:
        raise ValueError(
            f"the keys of weights must be among the classes {list(AAMI_CLASSES)}, got {unknown}."
        )
    values = np.array(list(weights.values()), dtype=float)
    if not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
        raise ValueError(
            f"weights must be finite, not negative and not all zero, got {shown(dict(weights))}."
        )
    return weights
