"""Annotations of a recording: `Annotations`."""

from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from heartbeat._shown import shown
from heartbeat.labels import classes_of_symbols, is_beat

__all__ = ["Annotations"]


@dataclass(frozen=True, eq=False, repr=False)
class Annotations:
    """Annotations of a recording, such as beats and rhythm changes, in order of time.

    The fields are those of a WFDB annotation file. A slice, a boolean mask or an array of
    positions selects annotations.

    Parameters
    ----------
    sample : array-like of int, shape (n_annotations,)
        Positions in samples from the start of the recording, in increasing order. Several
        annotations may share a position, such as a beat and a rhythm change.
    symbol : array-like of str, shape (n_annotations,)
        WFDB annotation symbols, such as ``"N"`` and ``"V"`` (beats), ``"+"`` (rhythm change) and
        ``"~"`` (signal quality).
    aux : array-like of str, shape (n_annotations,), optional
        Text of each annotation, such as the rhythm ``"(AFIB"`` of a ``"+"``. Empty by default.
    subtype, chan, num : array-like of int, shape (n_annotations,), optional
        Other fields of a WFDB annotation: its subtype, the signal that it belongs to, and a number
        for any purpose. Zero by default.

    Raises
    ------
    TypeError
        If a numeric field does not hold whole numbers.
    ValueError
        If fields differ in length, a position is negative, or positions are not in order.

    See Also
    --------
    write_annotations : Write annotations to a WFDB file.
    heartbeat.labels.classes_of_symbols : AAMI classes of WFDB symbols.

    Examples
    --------
    >>> marks = Annotations([10, 300, 655], ["+", "N", "V"], aux=["(N", "", ""])
    >>> marks
    Annotations(3, of which beats: 2; N 1, V 1, + 1)
    >>> marks.beats().sample
    array([300, 655])
    >>> marks.classes()
    array(['', 'N', 'V'], dtype='<U1')
    """

    sample: np.ndarray
    symbol: np.ndarray
    aux: np.ndarray = None  # type: ignore[assignment]
    subtype: np.ndarray = None  # type: ignore[assignment]
    chan: np.ndarray = None  # type: ignore[assignment]
    num: np.ndarray = None  # type: ignore[assignment]

    if TYPE_CHECKING:
        # The fields are arrays, but the constructor accepts more types.
        def __init__(
            self,
            sample: ArrayLike,
            symbol: ArrayLike,
            aux: ArrayLike | None = None,
            subtype: ArrayLike | None = None,
            chan: ArrayLike | None = None,
            num: ArrayLike | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        n = np.size(self.sample)
        for name in ("sample", "subtype", "chan", "num"):
            object.__setattr__(self, name, _whole_numbers(name, getattr(self, name), n))
        for name in ("symbol", "aux"):
            object.__setattr__(self, name, _strings(name, getattr(self, name), n))
        if n and self.sample[0] < 0:
            raise ValueError(
                f"annotation samples must not be negative, because positions count from 0, got "
                f"{self.sample[0]}."
            )
        backwards = np.flatnonzero(np.diff(self.sample) < 0)
        if backwards.size:
            before, after = self.sample[backwards[0] : backwards[0] + 2]
            raise ValueError(
                f"annotation samples must be in order, but {after} (position {backwards[0] + 1}) "
                f"follows {before}. Sort all fields by sample first."
            )

    def __len__(self) -> int:
        return len(self.sample)

    def __repr__(self) -> str:
        beats = is_beat(self.symbol)
        # Beats first, and frequent symbols before rare ones.
        counts = Counter(self.symbol[beats].tolist()).most_common()
        counts += Counter(self.symbol[~beats].tolist()).most_common()
        kinds = ", ".join(f"{symbol} {count}" for symbol, count in counts)
        kinds = f"; {kinds}" if kinds else ""
        return f"Annotations({len(self)}, of which beats: {beats.sum()}{kinds})"

    def __getitem__(self, index: slice | np.ndarray) -> "Annotations":
        """Return the annotations that a slice, a mask or an array of positions selects."""
        if not isinstance(index, slice) and np.ndim(index) == 0:
            raise TypeError(
                "annotations must be indexed by a slice, a mask or an array of positions, got "
                f"{shown(index)}."
            )
        return Annotations(*(getattr(self, field.name)[index] for field in fields(self)))

    def beats(self) -> "Annotations":
        """Return only the beats, without rhythm changes, noise marks and wave boundaries."""
        return self[is_beat(self.symbol)]

    def classes(self, convention: str = "literature") -> np.ndarray:
        """Return the AAMI class of each annotation.

        Parameters
        ----------
        convention : {"literature", "ec57"}, default="literature"
            Class of escape beats, see `heartbeat.labels.classes_of_symbols`.

        Returns
        -------
        ndarray of str, shape (n_annotations,)
            AAMI letters; ``""`` for annotations that are not beats.
        """
        return classes_of_symbols(self.symbol, convention)

    def at(self, sample: ArrayLike) -> "Annotations":
        """Return the same annotations at other positions.

        Parameters
        ----------
        sample : array-like of int, shape (n_annotations,)
            New positions in samples, in order.

        Returns
        -------
        Annotations
            Annotations at the new positions.
        """
        return Annotations(sample, self.symbol, self.aux, self.subtype, self.chan, self.num)


def _whole_numbers(name: str, values: object, n: int) -> np.ndarray:
    if values is None:
        return np.zeros(n, dtype=np.int64)
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"annotation field {name!r} must hold integers, got dtype {array.dtype}. Round "
            f"positions with numpy.rint(...).astype(int)."
        )
    return _checked_shape(name, array, n).astype(np.int64, copy=False)


def _strings(name: str, values: object, n: int) -> np.ndarray:
    array = np.full(n, "", dtype="<U1") if values is None else np.asarray(values)
    if array.dtype.kind != "U":
        array = np.array([str(value) for value in array.ravel()], dtype=str).reshape(array.shape)
    return _checked_shape(name, array, n)


def _checked_shape(name: str, array: np.ndarray, n: int) -> np.ndarray:
    if array.shape != (n,):
        raise ValueError(
            f"annotation field {name!r} must be one-dimensional with one value for each of the "
            f"{n} samples, got shape {array.shape}."
        )
    return array
