"""Named blocks of context columns: definition, registry and computation."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from heartbeat._layout import window
from heartbeat._shown import shown

__all__ = [
    "CONTEXT_AFTER",
    "CONTEXT_BEFORE",
    "BeatSequence",
    "ContextBlock",
    "compute_context",
    "context_feature_names",
    "list_context_blocks",
    "register_context_block",
    "resolve_context",
]

CONTEXT_BEFORE = 0.3
CONTEXT_AFTER = 0.5
"""Seconds of waveform around each R peak that context blocks see, whatever the table holds."""


@dataclass(frozen=True, eq=False)
class BeatSequence:
    """All beats of one recording in order of time, as context blocks get them.

    There are no classes in it, so that no context block can use them.

    Parameters
    ----------
    times : ndarray of shape (n_beats,), dtype float64
        R peaks in s from the start of the recording, never decreasing.
    waveforms : ndarray of shape (n_beats, n_leads, n_times), dtype float32
        Signal around each R peak, from `CONTEXT_BEFORE` s before it to `CONTEXT_AFTER` s after it,
        in mV, or in units of the QRS complex if the beats are cut with `scaling`. All values are
        finite.
    fs : float
        Sampling rate of the waveforms in Hz.
    r_index : int
        Index of the R peak in each waveform.

    See Also
    --------
    register_context_block : Adds a context block of your own.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.context import BeatSequence
    >>> waveforms = np.zeros((3, 1, 100), dtype=np.float32)
    >>> beats = BeatSequence(np.array([0.4, 1.2, 2.0]), waveforms, fs=100.0, r_index=50)
    >>> len(beats), beats.part(-0.1, 0.1).shape
    (3, (3, 1, 21))
    """

    times: np.ndarray
    waveforms: np.ndarray
    fs: float
    r_index: int

    def __len__(self) -> int:
        return len(self.times)

    def part(self, start: float, stop: float) -> np.ndarray:
        """Return part of the waveforms, as a view.

        Parameters
        ----------
        start, stop : float
            Begin and end of the part in s relative to R, negative before it.

        Returns
        -------
        ndarray of shape (n_beats, n_leads, n_times_of_part)
        """
        n_times = self.waveforms.shape[-1]
        return self.waveforms[:, :, window(start, stop, self.r_index, self.fs, n_times)]


@dataclass(frozen=True)
class ContextBlock:
    """Named group of context columns that are computed from a beat and its neighbours.

    Parameters
    ----------
    name : str
        Name of the block, for the parameter ``context`` of the loaders.
    function : callable
        Function that takes a `BeatSequence` and returns a finite array of shape
        (n_beats, len(columns)).
    columns : tuple of str
        Names of the columns, with their unit if they have one.
    n_lookahead : int or None
        Number of later beats that the columns of a beat depend on. 0 means that the block is
        causal. None means that it depends on the whole recording, which makes it *transductive*.
    description : str, default=""
        Description in one line.

    See Also
    --------
    list_context_blocks : Names of the blocks.
    register_context_block : Adds a context block of your own.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.context import BeatSequence, ContextBlock
    >>> def peak(beats):
    ...     return beats.waveforms.max(axis=2)
    >>> block = ContextBlock("peak", peak, ("peak_mV",), n_lookahead=0)
    >>> waveforms = np.ones((2, 1, 100), dtype=np.float32)
    >>> beats = BeatSequence(np.array([0.4, 1.2]), waveforms, fs=100.0, r_index=50)
    >>> block(beats).tolist(), block.causal
    ([[1.0], [1.0]], True)
    """

    name: str
    function: Callable[[BeatSequence], np.ndarray]
    columns: tuple[str, ...]
    n_lookahead: int | None
    description: str = ""

    @property
    def causal(self) -> bool:
        """Whether a beat's columns depend on this beat and earlier ones only."""
        return self.n_lookahead == 0

    @property
    def transductive(self) -> bool:
        """Whether a beat's columns depend on the whole recording, which may be a test record."""
        return self.n_lookahead is None

    @property
    def builtin(self) -> bool:
        """Whether the block is part of heartbeat, so that its version is that of the package."""
        return self.function.__module__.startswith("heartbeat.context.")

    def __call__(self, beats: BeatSequence) -> np.ndarray:
        """Compute the columns as float32 and check their shape and values."""
        values = np.asarray(self.function(beats), dtype=np.float32)
        expected = (len(beats), len(self.columns))
        if values.shape != expected:
            raise ValueError(
                f"context block {self.name!r} must return shape {expected}, one row for each beat "
                f"and one column for each of {list(self.columns)}, but returned {values.shape}."
            )
        if not np.isfinite(values).all():
            row, column = np.argwhere(~np.isfinite(values))[0]
            raise ValueError(
                f"context block {self.name!r} must return finite values, but returned "
                f"{values[row, column]} in column {self.columns[column]!r} for beat {row}."
            )
        return values


_BLOCKS: dict[str, ContextBlock] = {}


def register_context_block(
    name: str, columns: str | Iterable[str], *, n_lookahead: int | None
) -> Callable[[Callable[[BeatSequence], np.ndarray]], Callable[[BeatSequence], np.ndarray]]:
    """Add a context block of your own (decorator).

    The decorated function takes a `BeatSequence` and returns a finite array of shape
    (n_beats, len(columns)). Registering a name again replaces your earlier block, for instance when
    a notebook cell is run twice. The blocks of heartbeat cannot be replaced.

    Parameters
    ----------
    name : str
        Name of the block, for the parameter ``context`` of the loaders.
    columns : str or iterable of str
        Names of the columns, which no other block may have. Begin them with the name of the block
        and end them with the unit.
    n_lookahead : int or None
        Number of later beats that the columns of a beat depend on. 0 means that the block is
        causal. None means that it depends on the whole recording, which makes it *transductive*.
        Give None also if more than 150 earlier beats matter: `heartbeat.annotation.BeatAnnotator`
        does not keep more of them otherwise.

    Returns
    -------
    callable
        Decorator that returns the function unchanged.

    Raises
    ------
    ValueError
        If the name is that of a block of heartbeat, or if column names are missing, no strings,
        repeated, taken by another block or like those of waveform samples (ending in an underscore
        and three digits).

    See Also
    --------
    BeatSequence : What the function takes.
    list_context_blocks : Names of the blocks.

    Examples
    --------
    >>> from heartbeat.context import list_context_blocks, register_context_block
    >>> @register_context_block("size", ["size_peak_to_peak_mV"], n_lookahead=0)
    ... def size(beats):
    ...     qrs = beats.part(-0.1, 0.1)
    ...     return (qrs.max(axis=2) - qrs.min(axis=2)).max(axis=1, keepdims=True)
    >>> "size" in list_context_blocks()
    True
    """
    columns = (columns,) if isinstance(columns, str) else tuple(columns)
    for word in (name, *columns):
        if not isinstance(word, str) or not word:
            raise ValueError(
                "names of a context block and its columns must be strings, and not empty, got "
                f"{shown(word)}."
            )
    whole = isinstance(n_lookahead, int) and not isinstance(n_lookahead, bool)
    if n_lookahead is not None and not (whole and n_lookahead >= 0):
        raise ValueError(f"n_lookahead must be None or an integer >= 0, got {shown(n_lookahead)}.")
    if name in _BLOCKS and _BLOCKS[name].builtin:
        raise ValueError(
            f"context block {name!r} is part of heartbeat and cannot be replaced. Choose another "
            "name."
        )
    if not columns or len(set(columns)) < len(columns):
        raise ValueError(f"columns must hold at least one name, and no name twice, got {columns}.")
    taken = {c: b.name for b in _BLOCKS.values() if b.name != name for c in b.columns}
    for column in columns:
        if column in taken:
            raise ValueError(
                f"column {column!r} already belongs to context block {taken[column]!r}. Rename it."
            )
        if re.search(r"._\d{3,}\Z", column):
            raise ValueError(
                f"column {column!r} has the form of a waveform sample (lead_000). Rename it."
            )

    def register(function: Callable[[BeatSequence], np.ndarray]) -> Callable:
        description = (function.__doc__ or "").strip().partition("\n")[0]
        _BLOCKS[name] = ContextBlock(name, function, columns, n_lookahead, description)
        return function

    return register


def list_context_blocks() -> dict[str, ContextBlock]:
    """List the context blocks by name: those of heartbeat and those that you registered.

    Returns
    -------
    dict of str to ContextBlock
        Context blocks by name. Each has its column names, the number of later beats that it depends
        on and a description.

    See Also
    --------
    context_feature_names : Column names of some blocks.
    register_context_block : Adds a context block of your own.

    Examples
    --------
    >>> from heartbeat.context import list_context_blocks
    >>> blocks = list_context_blocks()
    >>> blocks["rr"].n_lookahead, blocks["rr_causal"].causal, blocks["template_record"].transductive
    (10, True, True)
    >>> blocks["rr"].columns[:3]
    ('rr_prev3_s', 'rr_prev2_s', 'rr_prev_s')
    """
    return dict(_BLOCKS)


def resolve_context(context: str | Iterable[str | ContextBlock] | None) -> tuple[ContextBlock, ...]:
    """Return context blocks by their names.

    Parameters
    ----------
    context : str, iterable of str or ContextBlock, or None
        Names of blocks in the order of their columns. None and ``()`` mean no blocks.

    Returns
    -------
    tuple of ContextBlock
        The blocks in this order.

    Raises
    ------
    TypeError
        If `context` is a number or another object without names.
    ValueError
        If a name is unknown or is given twice.

    See Also
    --------
    list_context_blocks : All blocks by name.

    Examples
    --------
    >>> [block.name for block in resolve_context(("rr", "rhythm"))]
    ['rr', 'rhythm']
    """
    if context is None:
        context = ()
    elif isinstance(context, (str, ContextBlock)):
        context = (context,)
    elif not isinstance(context, Iterable):
        raise TypeError(
            f"context must be None, the name of a context block or several names, got "
            f"{shown(context)}."
        )
    blocks = []
    for item in context:
        if isinstance(item, ContextBlock):
            blocks.append(item)
        elif item in _BLOCKS:
            blocks.append(_BLOCKS[item])
        else:
            raise ValueError(
                f"unknown context block {shown(item)}. Choose among {sorted(_BLOCKS)}, or add a "
                f"block with heartbeat.context.register_context_block."
            )
    names = [block.name for block in blocks]
    if len(set(names)) < len(names):
        raise ValueError(f"context must name each block at most once, got {names}.")
    return tuple(blocks)


def context_feature_names(context: str | Iterable[str | ContextBlock] | None) -> list[str]:
    """Return the column names of context blocks.

    Parameters
    ----------
    context : str, ContextBlock or iterable of them, or None
        Names of blocks in the order of their columns. None and ``()`` mean no blocks.

    Returns
    -------
    list of str
        Names of the columns in order.

    See Also
    --------
    compute_context : Computes the columns.

    Examples
    --------
    >>> from heartbeat.context import context_feature_names
    >>> context_feature_names("rr_causal")[:2]
    ['rr_causal_prev3_s', 'rr_causal_prev2_s']
    """
    return [column for block in resolve_context(context) for column in block.columns]


def compute_context(
    beats: BeatSequence, context: str | Iterable[str | ContextBlock] | None
) -> np.ndarray:
    """Compute context columns for all beats of a recording.

    Parameters
    ----------
    beats : BeatSequence
        All beats of the recording. A missing beat makes the RR intervals of its neighbours wrong.
    context : str, iterable of str or ContextBlock, or None
        Names of blocks in the order of their columns. None and ``()`` mean no blocks.

    Returns
    -------
    ndarray of shape (n_beats, n_context), dtype float32
        Context columns. All values are finite.

    Raises
    ------
    ValueError
        If a block is unknown, the beats are not in order of time, the waveforms do not contain the
        R peak of each beat, or a block returns an array of the wrong shape or with values that are
        not finite.

    See Also
    --------
    context_feature_names : Names of the columns.
    heartbeat.segmentation.segment_beats : Appends context columns to a beats table.

    Examples
    --------
    >>> times = np.array([0.0, 0.8, 1.6, 2.1, 3.2])  # the fourth beat comes early
    >>> beats = BeatSequence(times, np.zeros((5, 1, 100), np.float32), fs=125.0, r_index=37)
    >>> prematurity = context_feature_names("rr").index("rr_prematurity")
    >>> compute_context(beats, "rr")[:, prematurity].round(3)
    array([ 0.   ,  0.   ,  0.   ,  0.375, -0.375], dtype=float32)
    """
    shape = np.shape(beats.waveforms)
    if len(shape) != 3 or not 0 <= beats.r_index < shape[2]:
        raise ValueError(
            "waveforms must have shape (n_beats, n_leads, n_times) with the R peak at r_index, got "
            f"shape {shape} and r_index={shown(beats.r_index)}."
        )
    if len(beats.times) != len(beats.waveforms):
        raise ValueError(
            f"there must be one waveform for each time, got {len(beats.times)} times and "
            f"{len(beats.waveforms)} waveforms."
        )
    if not np.isfinite(beats.times).all():
        raise ValueError("times must be finite. Remove beats whose time is not known.")
    late = np.flatnonzero(np.diff(beats.times) < 0)
    if len(late):
        i = late[0]
        raise ValueError(
            f"beats must be in order of time, but beat {i + 1} ({beats.times[i + 1]} s) comes "
            f"after beat {i} ({beats.times[i]} s). Sort them first."
        )
    blocks = resolve_context(context)
    if not blocks or not len(beats):
        n_context = sum(len(block.columns) for block in blocks)
        return np.zeros((len(beats), n_context), dtype=np.float32)
    return np.hstack([block(beats) for block in blocks])
