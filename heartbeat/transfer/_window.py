"""Resample and cut beats to the sampling rate and the window around R that weights expect."""

from dataclasses import dataclass

import numpy as np

from heartbeat._checks import check_number, check_r_index
from heartbeat._layout import n_samples
from heartbeat._shown import shown
from heartbeat.preprocessing import BeatResampler
from heartbeat.preprocessing._operator import LinearMap
from heartbeat.transfer._source import Source

__all__ = ["Window", "find_window"]


@dataclass(frozen=True)
class Window:
    """Resampling and cropping of a lead as one linear map.

    Parameters
    ----------
    n_times, n_times_out : int
        Numbers of samples of a lead, before and after.
    fs, fs_out : float
        Sampling rates in Hz.
    before, before_out : float
        Seconds from the first sample to the R peak.
    ends : {"repeat", "zero"}
        Values outside the beat.
    """

    n_times: int
    fs: float
    before: float
    n_times_out: int
    fs_out: float
    before_out: float
    ends: str

    def operator(self) -> LinearMap | None:
        """Return the matrix, or None if it changes nothing."""
        resampled = self._resampled()
        at = self._read_at()
        if self.fs == self.fs_out and np.array_equal(at, np.arange(self.n_times)):
            return None
        matrix = resampled[:, np.clip(at, 0, resampled.shape[1] - 1)]
        if self.ends == "zero":
            matrix[:, (at < 0) | (at >= resampled.shape[1])] = 0
        return LinearMap(matrix)

    def missing(self) -> tuple[float, float]:
        """Return the seconds that the beat lacks at its beginning and at its end."""
        at, n_resampled = self._read_at(), self._resampled().shape[1]
        return np.sum(at < 0) / self.fs_out, np.sum(at >= n_resampled) / self.fs_out

    def _read_at(self) -> np.ndarray:
        """Return the sample of the resampled beat for each sample of the result."""
        shift = n_samples(self.before, self.fs_out) - n_samples(self.before_out, self.fs_out)
        return np.arange(self.n_times_out) + shift

    def _resampled(self) -> np.ndarray:
        if self.fs == self.fs_out:
            return np.eye(self.n_times)
        resampler = BeatResampler(target_fs=self.fs_out, fs=self.fs, before=self.before)
        return resampler.fit(np.zeros((1, self.n_times))).operator_.matrix


def find_window(
    source: Source, n_times: int, fs: float | None, before: float | None, edges: str
) -> Window | None:
    """Return how to convert beats of `n_times` samples to the input of the weights.

    Returns
    -------
    Window or None
        None if only the length of the weights' beats is known, and these beats have that length.

    Raises
    ------
    ValueError
        If the beats cannot be converted, or the necessary information is missing.
    """
    wanted = source.layout.n_times
    # A card gives all three values or none.
    if source.cut is None or source.fs is None or source.before is None:
        if fs is not None or before is not None:
            raise ValueError(
                f"fs={shown(fs)} and before={shown(before)} cannot be compared with the file "
                f"{source.name}, which does not store how its beats were segmented. Set both to "
                "None, and segment beats as for the saved classifier."
            )
        if n_times != wanted:
            raise ValueError(
                f"the classifier in {source.name} needs {wanted} samples per lead, but these beats "
                f"have {n_times}. Segment or resample them (heartbeat.preprocessing.BeatResampler) "
                "as for the classifier."
            )
        return None
    if fs is None and n_times != wanted:
        raise ValueError(
            f"the weights {source.name!r} need beats of the {source.cut} layout with {wanted} "
            f"samples at {source.fs:g} Hz and R after {source.before:g} s, but these beats have "
            f"{n_times} samples per lead. Segment them in this way, or set fs= (and before=, if it "
            "differs) to the values that they were segmented with."
        )
    fs = source.fs if fs is None else check_number("fs", fs, above=0)
    before = source.before if before is None else before
    check_r_index(before, fs, n_times)
    ends = "zero" if source.cut == "kaggle" else "repeat"
    window = Window(n_times, fs, float(before), wanted, source.fs, source.before, ends)
    at_start, at_end = window.missing()
    if edges == "raise" and (at_start or at_end):
        raise ValueError(
            f"the weights {source.name!r} need {wanted} samples at {source.fs:g} Hz with R after "
            f"{source.before:g} s. Beats of {n_times} samples at {fs:g} Hz with before={before:g} "
            f"s lack {at_start:g} s at the beginning and {at_end:g} s at the end. Segment longer "
            "beats, correct fs and before, or set edges='pad'."
        )
    return window
