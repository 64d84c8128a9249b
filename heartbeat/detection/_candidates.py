"""Find candidates for beats, and measure each relative to the surrounding seconds."""

from dataclasses import dataclass

import numpy as np

from heartbeat.detection._envelopes import Envelopes
from heartbeat.detection._sliding import sliding_extreme, sliding_sum

__all__ = ["CONTEXT_S", "MEASURES", "Candidates", "find_candidates", "shapes"]

CONTEXT_S = 8.0
"""Each candidate is compared with this many seconds on either side."""

# Minimum distance between two candidates (s).
_APART_S = 0.1
# Minimum distance to the ends (s): mains interference that stops is not a beat.
_FROM_END_S = 0.06

# Windows beside a candidate (s) that may hold T and P waves, or the true QRS complex.
_BEFORE_AFTER = (
    (-0.25, -0.1),
    (-0.45, -0.25),
    (-0.7, -0.45),
    (0.1, 0.25),
    (0.25, 0.45),
    (0.45, 0.7),
)
_SLOW_BESIDE = ((-0.45, -0.2), (0.2, 0.45))

# Half the length (s) of the waves that are compared between candidates.
_SHAPE_S = {"qrs": 0.08, "slow": 0.16}

# Measures are natural logarithms of ratios, limited to this range.
_LIMIT = 6.0
_TINY = np.float32(1e-20)

MEASURES = (
    "by the second lowest peak", "by the median peak", "by the second highest peak",
    "by quiet parts", "by less quiet parts", "by the mean",
    "just before", "before", "long before", "just after", "after", "long after",
    "width", "slow", "slow by the median peak", "slow by quiet parts", "slow before", "slow after",
    "fast", "fast by quiet parts", "agreement",
    "below the median peak", "larger just before", "larger before", "larger just after",
    "larger after",
)  # fmt: skip


@dataclass(frozen=True)
class Candidates:
    """Positions that may be beats.

    Attributes
    ----------
    position : ndarray of shape (n_candidates,), dtype int64
        In samples and in order.
    height : ndarray of shape (n_candidates,), dtype float32
        Natural logarithm of the envelope of the QRS band.
    measures : ndarray of shape (n_candidates, n_measures), dtype float32
        See `MEASURES`.
    """

    position: np.ndarray
    height: np.ndarray
    measures: np.ndarray

    def take(self, some: np.ndarray) -> "Candidates":
        """Return some of the candidates."""
        return Candidates(self.position[some], self.height[some], self.measures[some])


def find_candidates(found: Envelopes, fs: float) -> Candidates:
    """Find the peaks of the envelope of the QRS band and measure them.

    Parameters
    ----------
    found : Envelopes
        Envelopes.
    fs : float
        Their sampling rate in Hz.
    """
    position = _peaks(found.level["qrs"], round(_APART_S * fs), round(_FROM_END_S * fs))
    around = {band: _Around(level, position, fs) for band, level in found.level.items()}
    qrs, slow, fast = (around[band] for band in ("qrs", "slow", "fast"))
    height, slow_height = _log(qrs.here), _log(slow.largest(-0.1, 0.1))
    peaks, slow_peaks = qrs.peaks(), slow.peaks()
    quiet = qrs.quiet()
    beside = [_log(qrs.largest(*window)) - height for window in _BEFORE_AFTER]
    by_median = height - _log((peaks[3] + peaks[4]) / 2)
    measures = [
        height - _log(peaks[1]), by_median, height - _log(peaks[6]),
        height - _log(quiet[8]), height - _log(quiet[13]), height - _log(qrs.means()[8]),
        *beside,
        qrs.width(), _log(slow.here) - height,
        slow_height - _log((slow_peaks[3] + slow_peaks[4]) / 2),
        slow_height - _log(slow.quiet()[8]),
        *(_log(slow.largest(*window)) - slow_height for window in _SLOW_BESIDE),
        _log(fast.here) - height, _log(fast.here) - _log(fast.quiet()[8]),
        _agreement(found.by_lead, position),
        np.maximum(-by_median, 0), *(np.maximum(beside[i], 0) for i in (0, 1, 3, 4)),
    ]  # fmt: skip
    table = np.column_stack(measures).clip(-_LIMIT, _LIMIT)
    return Candidates(position, height, table)


def shapes(found: Envelopes, position: np.ndarray, fs: float) -> dict[str, np.ndarray]:
    """Return the waves around given positions, each scaled to length 1.

    Parameters
    ----------
    found : Envelopes
        Envelopes, with waves.
    position : ndarray of shape (n_places,), dtype int64
        In samples.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    dict of str to ndarray of shape (n_places, n_times), dtype float32
        For the bands ``"qrs"`` and ``"slow"``, with the leads one after another.
    """
    return {
        band: _shapes(found.wave[band], position, round(half * fs))
        for band, half in _SHAPE_S.items()
    }


def _agreement(by_lead: np.ndarray | None, position: np.ndarray) -> np.ndarray:
    """Return the second largest envelope of the leads divided by the largest; 0 for one lead."""
    if by_lead is None:
        return np.zeros(len(position), dtype=np.float32)
    here = by_lead[:, position]
    largest = np.sort(here, axis=0)[-2:]
    several = (here > 0).sum(axis=0) > 1
    return np.where(several, _log(largest[0]) - _log(largest[1]), 0)


class _Around:
    """Properties of an envelope around some positions; beyond its ends it is mirrored."""

    def __init__(self, level: np.ndarray, position: np.ndarray, fs: float):
        pad = round(CONTEXT_S * fs) + 1
        self._level = np.pad(level, pad, mode="symmetric")
        self._at = position + pad
        self._fs = fs
        self.here = level[position]
        self._largest: dict[int, np.ndarray] = {}

    def _samples(self, seconds: np.ndarray | list[float]) -> np.ndarray:
        return np.rint(np.asarray(seconds) * self._fs).astype(np.int64)

    def largest(self, first_s: float, last_s: float) -> np.ndarray:
        """Return the maximum over every other sample of a window."""
        first, last = self._samples([first_s, last_s])
        width = (last - first) // 2 + 1
        if width not in self._largest:
            self._largest[width] = sliding_extreme(self._level, width, spacing=2)
        return self._largest[width][self._at + first]

    def _sorted(self, windows: np.ndarray, starts_s: np.ndarray) -> np.ndarray:
        found = windows[self._at[:, np.newaxis] + self._samples(starts_s)]
        found.sort(axis=1)
        return found.T

    def peaks(self) -> np.ndarray:
        """Return the maxima of eight windows of two seconds, ascending."""
        windows = sliding_extreme(self._level, round(2 * self._fs))
        return self._sorted(windows, np.arange(-8, 8, 2))

    def quiet(self) -> np.ndarray:
        """Return the minima of sixteen windows of 0.3 s, ascending."""
        windows = sliding_extreme(self._level, round(0.3 * self._fs), np.minimum)
        return self._sorted(windows, np.arange(-8, 8) + 0.5)

    def means(self) -> np.ndarray:
        """Return the means of sixteen seconds, ascending."""
        width = round(self._fs)
        windows = sliding_sum(self._level, width)
        return self._sorted(windows, np.arange(-8, 8)) / np.float32(width)

    def width(self) -> np.ndarray:
        """Return the time within 0.2 s in which the envelope exceeds half of its value here."""
        reach = round(0.2 * self._fs)
        window = self._level[self._at + np.arange(-reach, reach + 1)[:, np.newaxis]]
        wide = window > np.float32(0.5) * self.here
        return (wide.sum(axis=0, dtype=np.int16) / self._fs).astype(np.float32)


def _peaks(level: np.ndarray, apart: int, from_end: int) -> np.ndarray:
    top = sliding_extreme(np.pad(level, apart), 2 * apart + 1)
    rising = np.diff(level, prepend=np.float32(0)) > 0
    peaks = np.flatnonzero((level == top) & rising)
    return peaks[(peaks >= from_end) & (peaks < len(level) - from_end)]


def _shapes(wave: np.ndarray, position: np.ndarray, reach: int) -> np.ndarray:
    around = position[:, np.newaxis] + np.arange(2 * reach + 1)
    shape = np.pad(wave, ((0, 0), (reach, reach)))[:, around]
    shape -= shape.mean(axis=2, keepdims=True)
    shape = shape.transpose(1, 0, 2).reshape(len(position), len(wave) * around.shape[1])
    norm = np.sqrt(np.square(shape).sum(axis=1, keepdims=True))
    return shape / np.maximum(norm, _TINY)


def _log(values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(values, _TINY))
