"""Compare rows of the Kaggle layout with all beats of a recording, fast.

The measure of similarity is Pearson's correlation, which ignores offset and gain, because each row
was scaled on its own. For beats of equal length it is a matrix product of rows and beats that have
been centred and normalised.
"""

import numpy as np
from sklearn.utils import gen_batches

from heartbeat.recording import Recording
from heartbeat.segmentation._kaggle import KAGGLE_LENGTH, crop_lengths

__all__ = ["Candidates", "best_of_each_recording", "exact_matches", "row_lengths"]

MAX_SHIFT = 3
"""Published rows begin within three samples of a reference annotation."""
_COARSE_SHIFTS = (-3, -2, -1, 0, 1, 2, 3)
_SHORTEST = 24
"""Minimum number of samples to compare: 0.2 s, less than any beat."""
_COMPARED_AT_ONCE = 4096
"""Rows times finalists per step, which bounds the memory: each pair takes three times 10 kB."""


class Candidates:
    """The annotated beats of one recording, as they would be segmented in the Kaggle layout."""

    def __init__(self, recording: Recording, lead: str, fs: float):
        self.record, self.subject = recording.name, recording.subject
        chosen = lead if lead in recording.leads else 0
        beats = recording.annotations.beats() if recording.annotations is not None else None
        self.sample = np.empty(0, dtype=np.int64) if beats is None else beats.sample
        one_lead = recording.select_leads(chosen)
        times = np.arange(0, recording.duration, 1 / fs)
        own_times = np.arange(recording.n_samples) / recording.fs
        # It is not known how the published rows were resampled. Linear interpolation comes close,
        # but preserves steep QRS complexes less well than a proper filter, so both are compared.
        ways = (
            np.interp(times, own_times, np.nan_to_num(one_lead.lead(0))),
            np.nan_to_num(one_lead.resample(fs).lead(0)),
        )
        padding = (MAX_SHIFT, KAGGLE_LENGTH + MAX_SHIFT)
        self._signals = [np.pad(way, padding, mode="edge").astype(np.float32) for way in ways]
        self._smooth = np.convolve(
            self._signals[0], np.array([0.25, 0.5, 0.25], dtype=np.float32), mode="same"
        )
        self._start = np.rint(self.sample * (fs / recording.fs)).astype(np.int64) + MAX_SHIFT
        self._length = crop_lengths(self.sample / recording.fs)

    def __len__(self) -> int:
        return len(self.sample)

    def of_length(self, low: float, high: float) -> np.ndarray:
        """Return the numbers of the beats that have such a length in the Kaggle layout."""
        return np.flatnonzero((self._length >= low) & (self._length <= high))

    def coarse(self, beats: np.ndarray, length: int) -> np.ndarray:
        """Return smoothed, thinned, normalised beats of shape (n_shifts, n_beats, n_kept)."""
        windows = np.lib.stride_tricks.sliding_window_view(self._smooth[1:], length - 2)[:, ::2]
        starts = self._start[beats] + np.array(_COARSE_SHIFTS)[:, None]
        return _normalised(windows[starts])

    def fine(self, beats: np.ndarray) -> np.ndarray:
        """Return full beats, resampled in both ways, at every shift: (*beats.shape, 2, 7, 187)."""
        at = self._start[beats][..., None] + np.arange(-MAX_SHIFT, MAX_SHIFT + 1)
        windows = np.lib.stride_tricks.sliding_window_view
        return np.stack([windows(signal, KAGGLE_LENGTH)[at] for signal in self._signals], axis=-3)


def row_lengths(X: np.ndarray) -> np.ndarray:
    """Return the number of samples of each row before its padding."""
    lengths = X.shape[1] - np.argmax(X[:, ::-1] != 0, axis=1)
    return np.where((X != 0).any(axis=1), lengths, X.shape[1])


def best_of_each_recording(
    X: np.ndarray, lengths: np.ndarray, candidates: list[Candidates], tolerance: float | None
) -> np.ndarray:
    """Return the highest similarity of each row to any beat of each recording.

    Parameters
    ----------
    X : ndarray of shape (n_rows, 187)
        Rows of similar lengths.
    lengths : ndarray of shape (n_rows,)
        Their lengths before the padding.
    candidates : list of Candidates
        The recordings.
    tolerance : float or None
        Beats whose length differs by more than this share are left out; None compares with all.

    Returns
    -------
    ndarray of shape (n_rows, n_recordings)
        Correlations; -1 if a recording has no beat of similar length.
    """
    length = _common_length(lengths)
    rows = _coarse_rows(X, length)
    low, high = (0, np.inf) if tolerance is None else _range(lengths, tolerance)
    best = np.full((len(X), len(candidates)), -1, dtype=np.float32)
    for i, recording in enumerate(candidates):
        beats = recording.of_length(low, high)
        if not beats.size:
            continue
        for cuts in recording.coarse(beats, length):
            np.maximum(best[:, i], (rows @ cuts.T).max(axis=1), out=best[:, i])
    return best


def exact_matches(
    X: np.ndarray, lengths: np.ndarray, recording: Candidates, n_finalists: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance of each row to the nearest beat of one recording, and this beat.

    Parameters
    ----------
    X : ndarray of shape (n_rows, 187)
        Rows of similar lengths.
    lengths : ndarray of shape (n_rows,)
        Their lengths before the padding.
    recording : Candidates
        The recording.
    n_finalists : int
        Number of beats, selected by their smoothed samples, that are compared on all samples.

    Returns
    -------
    distance : ndarray of shape (n_rows,)
        Root mean square of the difference that offset, gain and a fractional shift do not explain.
    sample : ndarray of shape (n_rows,)
        Sample of the beat's annotation.
    """
    length = _common_length(lengths)
    rows = _coarse_rows(X, length)
    cuts = recording.coarse(np.arange(len(recording)), length)
    likeness = np.max([rows @ shifted.T for shifted in cuts], axis=0)
    n = min(n_finalists, len(recording))
    finalists = np.argpartition(-likeness, n - 1, axis=1)[:, :n]
    distance = np.concatenate(
        [
            _distances(X[part], lengths[part], recording.fine(finalists[part]))
            for part in gen_batches(len(X), max(1, _COMPARED_AT_ONCE // n))
        ]
    )
    nearest = distance.argmin(axis=1)
    every = np.arange(len(X))
    return distance[every, nearest], recording.sample[finalists[every, nearest]]


def _distances(X: np.ndarray, lengths: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Return the distances (n_rows, n_finalists) of rows to the beats of `Candidates.fine`."""
    inside = np.arange(KAGGLE_LENGTH) < np.maximum(lengths, _SHORTEST)[:, None]
    weight = (inside / inside.sum(axis=1, keepdims=True)).astype(np.float32)
    x = X - (X * weight).sum(axis=1, keepdims=True)
    x_power = (x**2 * weight).sum(axis=1)
    # Centre first, because E[x²] - E[x]² loses too many digits in float32.
    cuts = cuts - cuts @ weight[:, None, None, :, None]
    cuts *= np.sqrt(weight)[:, None, None, None]
    x_scaled = (x * np.sqrt(weight))[:, None, None, :, None]
    explained = _explained(cuts, (cuts @ x_scaled)[..., 0])
    return np.sqrt(np.maximum(x_power[:, None] - explained.max(axis=2), 0))


def _explained(cuts: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """Return the part of a row's power that gain and shift explain, for each finalist and method.

    The samples of a row may lie between those of a beat. A mixture of two shifts of a beat
    approximates the beat at a fractional shift, so that the best mixture gives the best fraction.

    Parameters
    ----------
    cuts : ndarray of shape (n_rows, n_finalists, n_ways, n_shifts, n_times)
        Centred beats.
    shared : ndarray of shape (n_rows, n_finalists, n_ways, n_shifts)
        Their dot products with the row.

    Returns
    -------
    ndarray of shape (n_rows, n_finalists, n_ways)
    """
    power = np.maximum(np.einsum("...t,...t->...", cuts, cuts), 1e-12)
    # The gain must be positive, because a beat must not be inverted.
    alone = np.maximum(shared, 0) ** 2 / power
    one, two = power[..., :-1], power[..., 1:]
    product = np.einsum("...t,...t->...", cuts[..., :-1, :], cuts[..., 1:, :])
    determinant = np.maximum(one * two - product**2, 1e-6 * one * two)
    gain_one = (shared[..., :-1] * two - shared[..., 1:] * product) / determinant
    gain_two = (shared[..., 1:] * one - shared[..., :-1] * product) / determinant
    mixed = gain_one * shared[..., :-1] + gain_two * shared[..., 1:]
    mixed[(gain_one < 0) | (gain_two < 0)] = 0
    return np.maximum(alone.max(axis=-1), mixed.max(axis=-1))


def _common_length(lengths: np.ndarray) -> int:
    return max(int(lengths.min()), _SHORTEST)


def _range(lengths: np.ndarray, tolerance: float) -> tuple[float, float]:
    low, high = lengths.min() * (1 - tolerance), lengths.max() * (1 + tolerance)
    # A row that fills its 187 samples may have any longer interval.
    return min(low, KAGGLE_LENGTH), np.inf if lengths.max() == KAGGLE_LENGTH else high


def _coarse_rows(X: np.ndarray, length: int) -> np.ndarray:
    """Return rows as `Candidates.coarse` returns beats, without their first and last sample."""
    X = X[:, :length]
    return _normalised((0.25 * X[:, :-2] + 0.5 * X[:, 1:-1] + 0.25 * X[:, 2:])[:, ::2])


def _normalised(waves: np.ndarray) -> np.ndarray:
    """Return the waves centred and of unit length (zero where they are constant)."""
    waves = waves - waves.mean(axis=-1, keepdims=True)
    norm = np.sqrt(np.einsum("...t,...t->...", waves, waves))[..., None]
    return waves / np.maximum(norm, 1e-9)
