"""Beats and unreadable stretches of one part of a recording."""

from dataclasses import dataclass

import numpy as np

from heartbeat.annotation._working import WorkingSignal
from heartbeat.detection import REACH_S as DETECTION_REACH_S
from heartbeat.detection import detect_beats
from heartbeat.quality import CELL_S, REACH_S, assess_quality

__all__ = ["MARGIN_S", "Block", "examine", "first_examined", "join_stretches", "split"]

MARGIN_S = REACH_S + DETECTION_REACH_S
"""Finding and judging a beat may depend on this many seconds of signal on either side."""


@dataclass
class Block:
    """A part of a recording with its beats; all positions are in samples of the working rate.

    Attributes
    ----------
    start, stop : int
        The part.
    signal : ndarray of shape (stop - start,), dtype float32
        Finite.
    beats : ndarray of shape (n_beats,), dtype int64
        R peaks.
    quality : ndarray of shape (n_beats,), dtype float32
        From 0 (noise) to 1.
    readable : ndarray of shape (n_beats,), dtype bool
        Which beats lie in readable signal.
    unreadable : list of (int, int, str)
        Start, stop and reason of each unreadable stretch.
    """

    start: int
    stop: int
    signal: np.ndarray
    beats: np.ndarray
    quality: np.ndarray
    readable: np.ndarray
    unreadable: list[tuple[int, int, str]]


def split(n_samples: int, length: int) -> list[tuple[int, int]]:
    """Divide a signal into parts of equal length; the last one may be shorter."""
    return [(start, min(start + length, n_samples)) for start in range(0, n_samples, length)]


def first_examined(working: WorkingSignal, start: int) -> int:
    """Return the first sample that is read to examine a part that begins at `start`."""
    # The cells of the signal quality do not depend on how the recording is divided.
    cell = round(CELL_S * working.fs)
    return max(start - round(MARGIN_S * working.fs), 0) // cell * cell


def examine(working: WorkingSignal, start: int, stop: int, *, ahead_s: float = MARGIN_S) -> Block:
    """Find the beats and the unreadable stretches of a part.

    The result does not depend on how the recording is divided, unless fewer than `MARGIN_S` seconds
    after the part may be read.
    """
    first = first_examined(working, start)
    last = min(stop + round(ahead_s * working.fs), working.n_samples)
    signal, missing = working.read(first, last)
    gappy = np.where(missing, np.float32(np.nan), signal) if missing.any() else signal
    beats = detect_beats(gappy, fs=working.fs)
    quality = assess_quality(gappy, working.fs, beats)
    inside = (beats >= start - first) & (beats < stop - first)
    clipped = np.clip(quality.stretches + first, start, stop)
    return Block(
        start=start,
        stop=stop,
        signal=signal[start - first : stop - first],
        beats=beats[inside] + first,
        quality=quality.score[inside],
        readable=quality.readable[inside],
        unreadable=[
            (int(a), int(b), reason)
            for (a, b), reason in zip(clipped, quality.reasons, strict=True)
            if b > a
        ],
    )


def join_stretches(stretches: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Join unreadable stretches that were cut at the borders of parts."""
    joined: list[tuple[int, int, str]] = []
    for start, stop, reason in stretches:
        if joined and joined[-1][1] == start and joined[-1][2] == reason:
            joined[-1] = (joined[-1][0], stop, reason)
        else:
            joined.append((start, stop, reason))
    return joined
