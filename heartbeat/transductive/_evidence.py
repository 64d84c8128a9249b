"""What all beats of one recording say about each of them, as columns of a table."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from heartbeat._layout import BeatLayout, window
from heartbeat.context._template import PARTS, without_line

__all__ = ["Spread", "evidence"]

_SPACES = {
    "p": {"p": 1.0},
    "qrs": {"qrs": 1.0},
    "rhythm": {"rhythm": 1.0},
    "waves": {"p": 1.0, "qrs": 1.0, "t": 1.0},
    "all": {"p": 2.0, "qrs": 1.0, "t": 0.5, "rhythm": 2.0},
}
"""In which respects beats are alike, with the weight of each."""

_RHYTHM = 0.15
"""A usual spread of a context column counts as this share of the size of a QRS complex."""

_N_NEAREST = (10, 50)
_N_COMPARED = 5000
"""Beats are compared with at most so many others, evenly spaced over the recording."""

_AROUND = (10, 30)
_LEAST = 1e-4
_BLOCK = 1024


@dataclass(frozen=True)
class Spread:
    """Usual values of the context columns: mean and standard deviation in training."""

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, context: np.ndarray) -> "Spread":
        """Measure it on training beats."""
        deviation = context.std(axis=0) if len(context) else np.ones(context.shape[1])
        return cls(context.mean(axis=0), np.maximum(deviation, 1e-6))


def evidence(
    X: np.ndarray,
    probability: np.ndarray,
    layout: BeatLayout,
    spread: Spread,
    *,
    usual: int,
    fs: float,
    before: float,
) -> np.ndarray:
    """Return columns that describe each beat of one recording relative to the others.

    Parameters
    ----------
    X : ndarray of shape (n_beats, n_features)
        Beats of one recording in order of time.
    probability : ndarray of shape (n_beats, n_classes)
        Probabilities from the plain classifier.
    layout : BeatLayout
        Layout of the columns of `X`.
    spread : Spread
        Usual values of the context columns.
    usual : int
        Position of the class that the odds of the others are relative to.
    fs, before : float
        Sampling rate in Hz; seconds from the first sample to R.

    Returns
    -------
    ndarray of shape (n_beats, n_columns), dtype float32
        NaN where the recording says nothing.
    """
    waveforms, context = layout.split(np.asarray(X, dtype=np.float32))
    others = np.delete(np.arange(probability.shape[1]), usual)
    logs = np.log(np.clip(probability, _LEAST, 1))
    columns = [logs, logs[:, others] - logs[:, [usual]], context]
    parts = _parts(waveforms, fs, before)
    shapes = {name: part / np.sqrt(part.shape[1]) for name, part in parts.items()}
    if layout.n_context:
        usual_units = np.clip((context - spread.mean) / spread.deviation, -6, 6)
        rhythm = _rhythm_columns(layout)
        shapes["rhythm"] = _RHYTHM * usual_units[:, rhythm] / np.sqrt(len(rhythm))
    for weights in _SPACES.values():
        chosen = [w * shapes[name] for name, w in weights.items() if name in shapes]
        if chosen:
            columns += _votes(np.hstack(chosen).astype(np.float32), probability)
    for name in ("p", "qrs"):
        distance = _distances(parts[name], probability)
        columns += [distance, distance[:, others] - distance[:, [usual]]]
    columns += [
        median_filter(column, 2 * n + 1, mode="nearest")[:, np.newaxis]
        for n in _AROUND
        for column in context.T
    ]
    return np.hstack(columns).astype(np.float32)


def _parts(waveforms: np.ndarray, fs: float, before: float) -> dict[str, np.ndarray]:
    """Return P, QRS and T of all leads, in units of the median QRS complex of the recording."""
    n, _, n_times = waveforms.shape
    r_index = round(before * fs)
    parts = {}
    for name, (start, stop) in PARTS.items():
        part = waveforms[:, :, window(start, stop, r_index, fs, n_times)]
        if part.shape[2] < 2:  # The table does not reach so far from R.
            part = waveforms
        parts[name] = without_line(part).reshape(n, -1)
    size = np.median(np.sqrt((parts["qrs"] ** 2).mean(axis=1)))
    scale = size if size > 1e-6 else 1.0
    return {name: np.clip(part / scale, -3, 3) for name, part in parts.items()}


def _rhythm_columns(layout: BeatLayout) -> np.ndarray:
    """Return the context columns about RR intervals; all if none is known to be."""
    named = [i for i, name in enumerate(layout.context) if name.startswith(("rr_", "rhythm_"))]
    return np.array(named or range(layout.n_context))


def _votes(shapes: np.ndarray, probability: np.ndarray) -> list[np.ndarray]:
    """Return the mean probabilities of the beats that are most alike, without the beat itself."""
    n = len(shapes)
    if n < 2:
        return [probability.copy() for _ in _N_NEAREST]
    compared = np.unique(np.linspace(0, n - 1, min(n, _N_COMPARED)).astype(np.intp))
    reference = shapes[compared]
    squared = np.einsum("ij,ij->i", reference, reference)
    n_near = min(max(_N_NEAREST), max(len(compared) - 1, 1))
    votes = [np.empty_like(probability) for _ in _N_NEAREST]
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        # The squared length of the beat itself would not change the order.
        distance = squared - 2 * (shapes[start:stop] @ reference.T)
        itself = np.flatnonzero((compared >= start) & (compared < stop))
        distance[compared[itself] - start, itself] = np.inf
        near = np.argpartition(distance, n_near - 1, axis=1)[:, :n_near]
        order = np.argsort(np.take_along_axis(distance, near, axis=1), axis=1, kind="stable")
        near = compared[np.take_along_axis(near, order, axis=1)]
        for found, k in zip(votes, _N_NEAREST, strict=True):
            found[start:stop] = probability[near[:, :k]].mean(axis=1)
    return votes


def _distances(part: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the distance of each beat to the mean beat of each class, as far as it is known.

    The mean is over the other beats, weighted by how surely they are of the class.
    """
    weight = probability**2
    total = weight.sum(axis=0)
    distance = np.full(probability.shape, np.nan)
    for j in np.flatnonzero(total > 3):
        rest = np.maximum(total[j] - weight[:, j], 1e-6)[:, np.newaxis]
        mean = (weight[:, j] @ part - weight[:, [j]] * part) / rest
        distance[:, j] = np.sqrt(((part - mean) ** 2).mean(axis=1))
    return distance
