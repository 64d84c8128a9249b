"""Edits of beats that can be undone: `Edit` and `BeatList`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heartbeat._shown import shown
from heartbeat.labels import is_beat

__all__ = ["BeatList", "Edit"]

Beat = tuple[int, str]


@dataclass(frozen=True)
class Edit:
    """A change to the beats of a recording, which can be undone.

    Every change is described by the beats that it removes and adds: relabelling removes a beat and
    adds one with another symbol at the same sample. The inverse of an edit is therefore an edit.

    Parameters
    ----------
    removed, added : tuple of (int, str)
        Beats that are removed and added, each given by sample and symbol.

    See Also
    --------
    Review : Correct the beats of a recording.
    BeatList : Beats that edits are applied to.

    Examples
    --------
    >>> edit = Edit(removed=((300, "N"),), added=((300, "V"),))
    >>> print(edit)
    N at 300 is V
    >>> print(edit.inverse())
    V at 300 is N
    """

    removed: tuple[Beat, ...] = ()
    added: tuple[Beat, ...] = ()

    def inverse(self) -> "Edit":
        """Return the edit that undoes this one."""
        return Edit(self.added, self.removed)

    def to_dict(self) -> dict[str, Any]:
        """Return the edit in a form that JSON can hold."""
        return {"removed": [list(b) for b in self.removed], "added": [list(b) for b in self.added]}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "Edit":
        """Return the edit that `to_dict` described.

        Parameters
        ----------
        fields : dict
            What `to_dict` returned.

        Returns
        -------
        Edit
        """
        removed, added = (
            tuple((int(sample), str(symbol)) for sample, symbol in fields[name])
            for name in ("removed", "added")
        )
        return cls(removed, added)

    def __str__(self) -> str:
        if len(self.removed) > 1 or len(self.added) > 1:
            return f"{max(len(self.removed), len(self.added))} beats changed"
        if not self.removed:
            return "{1} at {0} added".format(*self.added[0])
        sample, symbol = self.removed[0]
        if not self.added:
            return f"{symbol} at {sample} deleted"
        new_sample, new_symbol = self.added[0]
        if new_sample != sample:
            return f"{symbol} at {sample} moved to {new_sample}"
        return f"{symbol} at {sample} is {new_symbol}"


class BeatList:
    """Beats of a recording in order of time, to which edits are applied.

    No two beats are at the same sample.

    Parameters
    ----------
    sample : array-like of int, shape (n_beats,)
        R peaks in samples, increasing.
    symbol : array-like of str, shape (n_beats,)
        WFDB symbols of beats.
    n_samples : int
        Length of the recording.

    Raises
    ------
    ValueError
        If the samples are not in order, or a symbol is not that of a beat.

    See Also
    --------
    Edit : A change to beats.

    Examples
    --------
    >>> beats = BeatList([100, 400, 700], ["N", "N", "V"], n_samples=1000)
    >>> beats.apply(Edit(removed=((400, "N"),), added=((400, "S"),)))
    >>> beats.symbol.tolist(), beats.nearest(650)
    (['N', 'S', 'V'], 2)
    """

    def __init__(self, sample: Sequence[int], symbol: Sequence[str], n_samples: int):
        self.sample = np.asarray(sample, dtype=np.int64).copy()
        self.symbol = np.asarray(symbol, dtype=object).copy()
        self.n_samples = int(n_samples)
        if len(self.sample) != len(self.symbol):
            raise ValueError(
                f"there must be one symbol per beat, got {len(self.sample)} samples and "
                f"{len(self.symbol)} symbols."
            )
        if np.any(np.diff(self.sample) <= 0):
            raise ValueError("beats must be in order of time, with at most one beat per sample.")
        # The samples are in order, so checking the first and the last one is enough.
        ends = [0, -1] if len(self.sample) else []
        for one in set(self.symbol.tolist()):
            self._check((0, one))
        for at in self.sample[ends].tolist():
            self._check((at, "N"))

    def __len__(self) -> int:
        return len(self.sample)

    def index_of(self, sample: int) -> int:
        """Return the position of the beat at a sample.

        Parameters
        ----------
        sample : int
            R peak of the beat.

        Returns
        -------
        int
            Position in `sample` and `symbol`.

        Raises
        ------
        ValueError
            If there is none.
        """
        index = int(np.searchsorted(self.sample, sample))
        if index == len(self) or self.sample[index] != sample:
            raise ValueError(f"there is no beat at sample {sample}.")
        return index

    def nearest(self, sample: float) -> int:
        """Return the position of the beat nearest to a sample.

        Parameters
        ----------
        sample : float
            Any sample, whole or not.

        Returns
        -------
        int
            Position in `sample` and `symbol`.

        Raises
        ------
        ValueError
            If there are no beats.
        """
        if not len(self):
            raise ValueError("there are no beats.")
        after = int(np.searchsorted(self.sample, sample))
        around = [i for i in (after - 1, after) if 0 <= i < len(self)]
        return min(around, key=lambda i: abs(self.sample[i] - sample))

    def apply(self, edit: Edit) -> None:
        """Apply an edit. If it is not valid, an error is raised and nothing changes.

        Parameters
        ----------
        edit : Edit
            Beats to remove and to add.

        Raises
        ------
        ValueError
            If a beat to remove does not exist, or a beat to add lies outside the recording, is at
            the sample of another beat, or has a symbol that is not that of a beat.
        """
        positions = []
        for sample, symbol in edit.removed:
            positions.append(self.index_of(sample))
            if self.symbol[positions[-1]] != symbol:
                raise ValueError(
                    f"the beat at sample {sample} is {self.symbol[positions[-1]]}, not {symbol}."
                )
        kept_sample = np.delete(self.sample, positions)
        kept_symbol = np.delete(self.symbol, positions)
        for beat in edit.added:
            self._check(beat)
        added = sorted(edit.added)
        new = np.array([sample for sample, _ in added], dtype=np.int64)
        taken = new[np.isin(new, kept_sample)].tolist() + new[1:][np.diff(new) == 0].tolist()
        if taken:
            raise ValueError(
                f"there is already a beat at sample {taken[0]}. Relabel or delete it instead."
            )
        at = np.searchsorted(kept_sample, new)
        self.sample = np.insert(kept_sample, at, new)
        self.symbol = np.insert(kept_symbol, at, np.array([s for _, s in added], dtype=object))

    def _check(self, beat: Beat) -> None:
        sample, symbol = beat
        if not is_beat([symbol])[0]:
            raise ValueError(
                f"symbol must be a WFDB symbol of a beat, such as N, S, V, F or Q, got "
                f"{shown(symbol)}."
            )
        if not 0 <= sample < self.n_samples:
            raise ValueError(
                f"sample must be inside the recording, from 0 to {self.n_samples - 1}, got "
                f"{sample}."
            )
