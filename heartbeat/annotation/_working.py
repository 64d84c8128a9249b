"""One lead at the sampling rate of the beats, resampled part by part without discontinuities."""

from fractions import Fraction

import numpy as np

from heartbeat.annotation._source import Source
from heartbeat.recording._resample import bridge_gaps, resample_leads

__all__ = ["LEVEL_S", "REACH_S", "SLOWEST_FS", "WorkingSignal", "fill_gaps", "resampling_ratio"]

HELD_S = 1.0
"""In a long gap, the last and the next valid sample are repeated for this many seconds."""

REACH_S = 2 * HELD_S + 0.5
"""The resampled signal depends on this many seconds on either side (filled gaps and filter)."""

SLOWEST_FS = 100.0
"""Sampling rate in Hz below which the classes of beats cannot be distinguished."""
LEVEL_S = 10.0
"""Seconds at the start from which the offset of the lead is estimated."""


def resampling_ratio(fs: float, new_fs: float) -> tuple[int, int]:
    """Return the numbers of new and of old samples that last equally long."""
    ratio = Fraction(new_fs / fs).limit_denominator(1_000_000)
    return ratio.numerator, ratio.denominator


class WorkingSignal:
    """One lead of a recording, resampled, of which any part can be read.

    A part does not depend on how the recording is divided for reading.

    Parameters
    ----------
    source : Source
        The recording.
    lead : int
        Position of the lead.
    fs : float
        Working rate in Hz.

    Attributes
    ----------
    n_samples : int
        Length at the working rate.
    """

    def __init__(self, source: Source, lead: int, fs: float):
        self.source = source
        self.lead = lead
        self.fs = float(fs)
        self._up, self._down = resampling_ratio(source.fs, self.fs)
        # Whole units of `up` new and `down` old samples, so that the filter has the same phase.
        self._margin = -(-round(REACH_S * source.fs) // self._down)
        self.follow()
        begin = source.read(lead, 0, min(round(LEVEL_S * source.fs), source.n_samples))
        begin = begin[np.isfinite(begin)]
        self._level = np.float32(np.median(begin) if len(begin) else 0)

    def follow(self) -> None:
        """Update the length after the source has grown."""
        self.n_samples = -(-self.source.n_samples * self._up // self._down)

    def first_needed(self, start: int) -> int:
        """Return the first sample of the source that reading from `start` on needs."""
        return max(start // self._up - self._margin, 0) * self._down

    def needs(self, stop: int) -> int:
        """Return the number of samples of the source that reading up to `stop` needs."""
        return (-(-stop // self._up) + self._margin) * self._down

    def read(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """Return samples [start, stop), float32 and finite, and which of them are missing."""
        up, down = self._up, self._down
        raw_start = self.first_needed(start)
        first = raw_start // down
        raw_stop = min(self.needs(stop), self.source.n_samples)
        raw = self.source.read(self.lead, raw_start, raw_stop)
        gone = np.isnan(raw)
        if gone.any():
            raw = fill_gaps(raw, gone, self.source.fs)
        # The filter adds a small ripple to a constant, which is not an ECG.
        level = self._level
        signal = resample_leads((raw - level)[:, np.newaxis], self.source.fs, self.fs)[:, 0] + level
        part = slice(start - first * up, stop - first * up)
        missing = np.zeros(stop - start, dtype=bool)
        if gone.any():
            new = np.arange(part.start, part.stop)
            below, above = new * down // up, -(-new * down // up)
            missing = gone[below] | gone[np.minimum(above, len(gone) - 1)]
        return np.ascontiguousarray(signal[part]), missing

    def to_source(self, samples: np.ndarray) -> np.ndarray:
        """Return positions at the sampling rate of the recording."""
        moved = np.rint(samples * (self.source.fs / self.fs)).astype(np.int64)
        return np.minimum(moved, self.source.n_samples - 1)


def fill_gaps(lead: np.ndarray, missing: np.ndarray, fs: float) -> np.ndarray:
    """Return a copy without NaN in which the filled values depend only on nearby samples.

    Gaps of up to twice `HELD_S` become straight lines. In longer ones the sample before the gap is
    repeated for `HELD_S`, the sample after it for `HELD_S` before the end, with 0 between them.
    """
    if missing.all():
        return np.zeros_like(lead)
    filled = bridge_gaps(lead, missing)
    held = round(HELD_S * fs)
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False)).reshape(-1, 2)
    for start, stop in edges.tolist():
        if stop - start > 2 * held or start == 0 or stop == len(lead):
            left = lead[start - 1] if start else 0
            right = lead[stop] if stop < len(lead) else 0
            filled[start:stop] = 0
            if start:
                filled[start : start + held] = left
            if stop < len(lead):
                filled[max(stop - held, start) : stop] = right
    return filled
