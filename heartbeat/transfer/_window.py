"""From the user's beats to beats as weights take them: their rate, their window around R."""

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
    """A resampling and a cut, as one linear map over a lead of a beat.

    Parameters
    ----------
    n_times, n_times_out : int
        Samples of a lead, before and after.
    fs, fs_out : float
        Sampling rates in Hz.
    before, before_out : float
        Seconds from the first sample to the R peak.
    ends : {"repeat", "zero"}
        What stands where the beat does not reach.
    """

    n_times: int
    fs: float
    before: float
    n_times_out: int
    fs_out: float
    before_out: float
    ends: str

    def operator(self) -> LinearMap | None:
        """Return the map, or None where it changes nothing."""
        resampled = self._resampled()
        at = self._read_at()
        if self.fs == self.fs_out and np.array_equal(at, np.arange(self.n_times)):
            return None
        matrix = resampled[:, np.clip(at, 0, resampled.shape[1] - 1)]
        if self.ends == "zero":
            matrix[:, (at < 0) | (at >= resampled.shape[1])] = 0
        return LinearMap(matrix)

    def missing(self) -> tuple[float, float]:
        """Return by how many seconds the beat falls short at its beginning and at its end."""
        at, n_resampled = self._read_at(), self._resampled().shape[1]
        return np.sum(at < 0) / self.fs_out, np.sum(at >= n_resampled) / self.fs_out

    def _read_at(self) -> np.ndarray:
        """Return the sample of the resampled beat that each sample of the result is."""
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
    """Return how beats of `n_times` samples become those that the weights take.

    Returns
    -------
    Window or None
        None where nothing is known of the weights but their length, which is then the beats'.

    Raises
    ------
    ValueError
        If the beats cannot be made to fit, or nothing says how.
    """
    wanted = source.layout.n_times
    # A card says all three or nothing.
    if source.cut is None or source.fs is None or source.before is None:
        if fs is not None or before is not None:
            raise ValueError(
                f"the file {source.name} does not say how its beats were cut, so that "
                f"fs={shown(fs)} and before={shown(before)} cannot be compared with it: leave both "
                "at None and cut beats as for the classifier that was saved."
            )
        if n_times != wanted:
            raise ValueError(
                f"the classifier in {source.name} takes {wanted} samples per lead, these beats "
                f"have {n_times}: cut or resample them (heartbeat.preprocessing.BeatResampler) as "
                "for the classifier."
            )
        return None
    if fs is None and n_times != wanted:
        raise ValueError(
            f"the weights {source.name!r} take beats of the {source.cut} layout, {wanted} samples "
            f"at {source.fs:g} Hz with R after {source.before:g} s; these have {n_times} per lead. "
            "Cut them so, or set fs= (and before=, unless it is the same) to what they were cut "
            "with."
        )
    fs = source.fs if fs is None else check_number("fs", fs, above=0)
    before = source.before if before is None else before
    check_r_index(before, fs, n_times)
    ends = "zero" if source.cut == "kaggle" else "repeat"
    window = Window(n_times, fs, float(before), wanted, source.fs, source.before, ends)
    at_start, at_end = window.missing()
    if edges == "raise" and (at_start or at_end):
        raise ValueError(
            f"beats of {n_times} samples at {fs:g} Hz with before={before:g} s lack {at_start:g} s "
            f"at the beginning and {at_end:g} s at the end of the window that the weights "
            f"{source.name!r} take: {wanted} samples at {source.fs:g} Hz, R after "
            f"{source.before:g} s. Cut longer beats, correct fs and before, or set edges='pad'."
        )
    return window
