"""Group beats with their neighbours, so that each group can be labelled separately."""

from dataclasses import dataclass

import numpy as np

from heartbeat.annotation._blocks import Block

__all__ = ["BREAK_S", "REACH_S", "BeatGroup", "BeatSequencer"]

BREAK_S = 10.0
"""A gap of this many seconds without a readable beat separates two sequences of neighbours."""

REACH_S = 2.5
"""A beat depends on this many seconds of signal around R: its samples and the filter's reach."""


@dataclass
class BeatGroup:
    """A group of consecutive beats, with their neighbours and the signal that all of them need.

    Attributes
    ----------
    signal : ndarray of shape (n_samples,), dtype float32
        From `REACH_S` before the first beat to `REACH_S` after the last one.
    first : int
        First sample of `signal`, counted from the start of the recording.
    beats : ndarray of shape (n_beats,), dtype int64
        R peaks, in samples of `signal`.
    wanted : ndarray of int64
        Indices of the beats to label.
    number : ndarray of int64
        Number of each of these beats among all beats of the recording.
    """

    signal: np.ndarray
    first: int
    beats: np.ndarray
    wanted: np.ndarray
    number: np.ndarray


class BeatSequencer:
    """Collects blocks in order, and returns groups of beats as soon as they are complete.

    A sequence of beats ends if no readable beat follows for `BREAK_S`. Unreadable beats within a
    sequence are neighbours, but are not labelled.

    Parameters
    ----------
    fs : float
        Working rate in Hz.
    lookback, lookahead : int or None
        Numbers of beats before and after that a label depends on; None for the whole recording.
    """

    def __init__(self, fs: float, lookback: int | None, lookahead: int | None):
        self.fs = fs
        self.lookback, self.lookahead = lookback, lookahead
        self._signal = np.empty(0, dtype=np.float32)
        self._first = 0
        self._beats = np.empty(0, dtype=np.int64)
        self._readable = np.empty(0, dtype=bool)
        self._labelled = np.empty(0, dtype=bool)
        self._n_forgotten = 0

    def push(self, block: Block) -> list[BeatGroup]:
        """Add the next block, and return the groups that are now complete."""
        if not len(self._signal):
            self._first = block.start
        self._signal = np.concatenate([self._signal, block.signal])
        self._beats = np.concatenate([self._beats, block.beats])
        self._readable = np.concatenate([self._readable, block.readable])
        self._labelled = np.concatenate([self._labelled, np.zeros(len(block.beats), dtype=bool)])
        groups = self._groups(known=block.stop - round(REACH_S * self.fs), is_last=False)
        self._forget()
        return groups

    def finish(self) -> list[BeatGroup]:
        """Return the remaining groups at the end of the recording."""
        return self._groups(known=self._first + len(self._signal), is_last=True)

    def _groups(self, known: int, is_last: bool) -> list[BeatGroup]:
        """Return the groups of beats before `known` whose neighbours are all known."""
        groups = []
        for members, is_open in self._sequences(known, is_last):
            waits = is_open and self.lookahead != 0
            n_complete = len(members)
            if waits:
                n_complete = max(n_complete - self.lookahead, 0) if self.lookahead else 0
            fresh = self._readable[members] & ~self._labelled[members]
            wanted = np.flatnonzero(fresh[:n_complete])
            if not len(wanted):
                continue
            begin, end = 0, len(members)
            if self.lookback is not None:
                begin = max(wanted[0] - self.lookback, 0)
            if self.lookahead is not None:
                end = min(wanted[-1] + 1 + self.lookahead, end)
            groups.append(self._group(members[begin:end], wanted - begin))
        return groups

    def _sequences(self, known: int, is_last: bool) -> list[tuple[np.ndarray, bool]]:
        """Return the beats of each sequence, and whether later beats may still join it."""
        readable = np.flatnonzero(self._readable & (self._beats < known))
        if not len(readable):
            return []
        at = self._beats[readable]
        breaks = np.flatnonzero(np.diff(at) > BREAK_S * self.fs) + 1
        parts = np.split(readable, breaks)
        still = not is_last and known - at[-1] <= BREAK_S * self.fs
        return [
            (np.arange(part[0], part[-1] + 1), still and i == len(parts) - 1)
            for i, part in enumerate(parts)
        ]

    def _group(self, members: np.ndarray, wanted: np.ndarray) -> BeatGroup:
        self._labelled[members[wanted]] = True
        beats = self._beats[members]
        reach = round(REACH_S * self.fs)
        start = max(beats[0] - reach - self._first, 0)
        stop = beats[-1] + reach + 1 - self._first
        return BeatGroup(
            signal=self._signal[start:stop].copy(),
            first=self._first + start,
            beats=beats - self._first - start,
            wanted=wanted,
            number=members[wanted] + self._n_forgotten,
        )

    def _forget(self) -> None:
        """Drop beats and signal that no later beat needs."""
        if self.lookback is None:
            return
        end = self._first + len(self._signal)
        reach = round(REACH_S * self.fs)
        known = end - reach
        readable = np.flatnonzero(self._readable & (self._beats < known))
        pending = np.flatnonzero(self._readable & ~self._labelled)
        n_known = int(np.searchsorted(self._beats, known))
        is_over = not len(readable) or (
            known - self._beats[readable[-1]] > BREAK_S * self.fs and self._labelled[readable[-1]]
        )
        if is_over:
            # The next beat begins a new sequence.
            keep, needed = n_known, known - reach
        else:
            first_wanted = pending[0] if len(pending) else len(self._beats)
            keep = max(min(first_wanted, n_known) - self.lookback - 1, 0)
            needed = self._beats[keep] - reach
        start = int(np.clip(needed, self._first, end))
        self._signal = self._signal[start - self._first :].copy()
        self._first = start
        for name in ("_beats", "_readable", "_labelled"):
            setattr(self, name, getattr(self, name)[keep:].copy())
        self._n_forgotten += keep
