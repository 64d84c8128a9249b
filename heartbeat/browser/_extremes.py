"""Reduce a signal to the lowest and highest value in each column of pixels."""

import threading
from typing import Protocol

import numpy as np

__all__ = ["BLOCK", "ExtremesReader"]

BLOCK = 256
"""Number of samples per stored pair of extremes."""

_PART = 4096 * BLOCK
"""Number of samples that are read at a time."""


class _Reader(Protocol):
    n_samples: int

    def read(self, start: int, stop: int) -> np.ndarray: ...


class ExtremesReader:
    """Minimum and maximum of a signal over stretches of it.

    Short stretches are read from the signal. For long ones the extremes of blocks of 256 samples
    are stored, which a thread computes part by part, so that a week can be shown before all of it
    has been read. Unknown values are NaN.

    Parameters
    ----------
    reader : SignalReader
        The signal.

    Examples
    --------
    >>> from heartbeat.browser import MarkedRecording
    >>> from heartbeat.browser._signal import SignalReader
    >>> from heartbeat.datasets import load_sample_recording
    >>> marked = MarkedRecording.from_recording(load_sample_recording())
    >>> extremes = ExtremesReader(SignalReader(marked))
    >>> sample, low, high = extremes.read(0, 1000, n_columns=10)
    >>> len(sample), bool((low <= high).all())
    (10, True)
    """

    def __init__(self, reader: _Reader):
        self.reader = reader
        n_blocks = -(-reader.n_samples // BLOCK)
        self.low = np.full(n_blocks, np.nan, dtype=np.float32)
        self.high = np.full(n_blocks, np.nan, dtype=np.float32)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the whole signal has been read."""
        return self._thread is not None and not self._thread.is_alive() and not self._stop.is_set()

    def start(self) -> None:
        """Start to read the signal in a thread."""
        self._thread = threading.Thread(target=self._fill, name="heartbeat-extremes", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until the whole signal has been read."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """Stop reading."""
        self._stop.set()
        self.wait()

    def read(
        self, start: int, stop: int, n_columns: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return first sample, minimum and maximum of each of at most `n_columns` columns.

        Parameters
        ----------
        start, stop : int
            Samples of the recording, limited to its length.
        n_columns : int
            Number of columns, or fewer if there are fewer samples. If blocks are used, columns
            begin where a block does.
        """
        start, stop = max(start, 0), min(stop, self.reader.n_samples)
        if stop <= start:
            return np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.float32)
        if stop - start <= BLOCK * n_columns:
            values = self.reader.read(start, stop)
            first, low, high = _columns(values, values, n_columns)
            return first + start, low, high
        first_block, last_block = start // BLOCK, -(-stop // BLOCK)
        span = slice(first_block, last_block)
        first, low, high = _columns(self.low[span], self.high[span], n_columns)
        return (first + first_block) * BLOCK, low, high

    def _fill(self) -> None:
        for start in range(0, self.reader.n_samples, _PART):
            if self._stop.is_set():
                return
            values = self.reader.read(start, min(start + _PART, self.reader.n_samples))
            _, low, high = _columns(values, values, -(-len(values) // BLOCK), BLOCK)
            first = start // BLOCK
            self.low[first : first + len(low)] = low
            self.high[first : first + len(high)] = high


def _columns(
    low: np.ndarray, high: np.ndarray, n_columns: int, width: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Combine neighbouring extremes; the result is NaN only if all of them are."""
    if width is None:
        width = max(1, -(-len(low) // n_columns))
    first = np.arange(0, len(low), width)
    # fmin and fmax ignore NaN.
    return first, np.fmin.reduceat(low, first), np.fmax.reduceat(high, first)
