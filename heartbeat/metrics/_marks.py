"""Beats, episodes and unreadable stretches of one side of a comparison."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from heartbeat.labels import AAMI_CLASSES, classes_of_symbols

_FLUTTER_ON, _FLUTTER_OFF, _NOISE, _RHYTHM = "[", "]", "~", "+"
_ATRIAL = ("(AFIB", "(AFL")
# A noise mark with both of these bits set in its subtype means that the signal is unreadable.
_UNREADABLE_BITS = 0x30


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a comparison.

    Attributes
    ----------
    beat : ndarray of int64, shape (n_beats,)
        Positions of the beats, in samples.
    code : ndarray of intp, shape (n_beats,)
        Their classes, as positions in `AAMI_CLASSES`.
    index : ndarray of intp, shape (n_beats,)
        Their positions among all annotations.
    flutter : ndarray of int64, shape (n_episodes, 2)
        Begin and end of ventricular flutter or fibrillation.
    atrial : ndarray of int64, shape (n_episodes, 2)
        Begin and end of atrial fibrillation or flutter.
    noise : ndarray of int64, shape (n_marks,)
        Positions of the noise marks.
    is_unreadable : ndarray of bool, shape (n_marks,)
        Which of them mark the begin of an unreadable stretch.
    last : int
        Position of the last annotation; 0 if there is none.
    """

    beat: np.ndarray
    code: np.ndarray
    index: np.ndarray
    flutter: np.ndarray
    atrial: np.ndarray
    noise: np.ndarray
    is_unreadable: np.ndarray
    last: int

    def unreadable(self, window: int, end: int) -> np.ndarray:
        """Return begin and end of the unreadable stretches, shape (n_stretches, 2).

        A mark without a second mark stands for a stretch that ends `window` samples before the
        beats around it. A stretch without an end lasts until `end`.
        """
        stretches: list[tuple[int, int]] = []
        resumes = self.noise[~self.is_unreadable]
        for mark in self.noise[self.is_unreadable].tolist():
            if stretches and mark <= stretches[-1][1]:
                continue
            beat, resume = (np.searchsorted(marks, mark, "right") for marks in (self.beat, resumes))
            next_beat = self.beat[beat] if beat < len(self.beat) else np.inf
            next_resume = resumes[resume] if resume < len(resumes) else np.inf
            if next_resume <= next_beat:
                begin, stop = mark, next_resume
            else:
                # A single mark in the middle of its stretch.
                begin = self.beat[beat - 1] + window if beat else 0
                stop = next_beat - window
            stop = end if np.isinf(stop) else stop
            if stop > begin:
                stretches.append((int(begin), int(stop)))
        return np.array(stretches, dtype=np.int64).reshape(-1, 2)


def read_side(annotations: Any, name: str, convention: str) -> Side:
    """Extract the marks from an object with `sample` and `symbol`."""
    try:
        sample, symbol = annotations.sample, annotations.symbol
    except AttributeError:
        raise TypeError(
            f"{name} must have the attributes sample and symbol, such as a "
            f"heartbeat.recording.Annotations, got {type(annotations).__name__}."
        ) from None
    sample, symbol = np.asarray(sample), np.asarray(symbol, dtype=str)
    if sample.shape != symbol.shape or sample.ndim != 1:
        raise ValueError(
            f"{name} must have one symbol for each sample, got shapes {sample.shape} and "
            f"{symbol.shape}."
        )
    if len(sample) and sample.dtype.kind not in "iu":
        raise TypeError(
            f"{name}.sample must hold integers (positions in samples), got dtype {sample.dtype}."
        )
    sample = sample.astype(np.int64)
    if (np.diff(sample) < 0).any():
        raise ValueError(f"{name}.sample must be in order. Sort all fields by sample first.")

    code = _codes(symbol, convention)
    index = np.flatnonzero(code >= 0)
    noise = np.flatnonzero(symbol == _NOISE)
    subtype = getattr(annotations, "subtype", None)
    subtype = np.zeros(len(sample), dtype=np.int64) if subtype is None else np.asarray(subtype)
    return Side(
        beat=sample[index],
        code=code[index],
        index=index,
        flutter=_flutter(sample, symbol),
        atrial=_atrial(sample, symbol, annotations),
        noise=sample[noise],
        is_unreadable=(subtype[noise] & _UNREADABLE_BITS) == _UNREADABLE_BITS,
        last=int(sample[-1]) if len(sample) else 0,
    )


def inside(at: np.ndarray, stretches: np.ndarray) -> np.ndarray:
    """Tell for each position whether it lies in one of the (sorted, disjoint) stretches."""
    nearest = np.searchsorted(stretches[:, 0], at, side="right") - 1
    return (nearest >= 0) & (at <= np.append(stretches[:, 1], -1)[nearest])


def _codes(symbol: np.ndarray, convention: str) -> np.ndarray:
    """Return the position of each symbol's class in `AAMI_CLASSES`, or -1 if it is not a beat."""
    # Symbols are single ASCII characters: a table of 128 entries is faster than sorting strings.
    ascii_symbols = [chr(point) for point in range(128)]
    table = np.full(129, -1, dtype=np.int8)
    for point, letter in enumerate(classes_of_symbols(ascii_symbols, convention).tolist()):
        table[point] = AAMI_CLASSES.index(letter) if letter else -1
    if symbol.dtype.itemsize > 4:
        symbol = np.where(np.strings.str_len(symbol) == 1, symbol, "").astype("<U1")
    points = np.ascontiguousarray(symbol, dtype="<U1").view(np.uint32)
    return table[np.minimum(points, 128)]


def _flutter(sample: np.ndarray, symbol: np.ndarray) -> np.ndarray:
    """Return begin and end of each episode; one without an end lasts until infinity."""
    ends = sample[symbol == _FLUTTER_OFF]
    episodes: list[tuple[int, int]] = []
    for begin in sample[symbol == _FLUTTER_ON].tolist():
        if episodes and begin <= episodes[-1][1]:
            continue
        after = np.searchsorted(ends, begin)
        stop = int(ends[after]) if after < len(ends) else np.iinfo(np.int64).max
        episodes.append((begin, stop))
    return np.array(episodes, dtype=np.int64).reshape(-1, 2)


def _atrial(sample: np.ndarray, symbol: np.ndarray, annotations: Any) -> np.ndarray:
    """Return begin and end of each rhythm episode, which any other rhythm ends."""
    aux: Any = getattr(annotations, "aux", None)
    # As in the wfdb package.
    aux = getattr(annotations, "aux_note", None) if aux is None else aux
    episodes: list[tuple[int, int]] = []
    begin = None
    for mark in [] if aux is None else np.flatnonzero(symbol == _RHYTHM).tolist():
        rhythm = str(aux[mark])
        if not rhythm.startswith("("):
            continue
        is_atrial = rhythm.startswith(_ATRIAL)
        if is_atrial and begin is None:
            begin = int(sample[mark])
        elif begin is not None and not is_atrial:
            episodes.append((begin, int(sample[mark])))
            begin = None
    if begin is not None:
        episodes.append((begin, np.iinfo(np.int64).max))
    return np.array(episodes, dtype=np.int64).reshape(-1, 2)
