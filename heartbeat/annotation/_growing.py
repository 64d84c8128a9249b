"""A lead to which samples are appended and whose old samples are discarded."""

from pathlib import Path

import numpy as np

from heartbeat.recording import Annotations, Recording

__all__ = ["GrowingSource"]


class GrowingSource:
    """One lead that is being recorded; a `Source` whose length grows.

    Parameters
    ----------
    fs : float
        Sampling rate in Hz.
    """

    name = "stream"
    database = ""
    leads: tuple[str, ...] = ("any",)
    path: Path | None = None
    recording: Recording | None = None

    def __init__(self, fs: float):
        self.fs = fs
        self.n_samples = 0
        self._first = 0
        self._kept: list[np.ndarray] = []

    def append(self, samples: np.ndarray) -> None:
        """Append samples, float32."""
        self._kept.append(samples)
        self.n_samples += len(samples)

    def forget(self, until: int) -> None:
        """Drop the samples before this one."""
        if until > self._first:
            kept = self.read(0, until, self.n_samples).copy()
            self._kept, self._first = [kept], until

    def read(self, lead: int, start: int, stop: int) -> np.ndarray:
        """See `Source`."""
        if len(self._kept) != 1:
            self._kept = [np.concatenate([np.empty(0, dtype=np.float32), *self._kept])]
        return self._kept[0][start - self._first : stop - self._first]

    def reference(self) -> Annotations | None:
        """See `Source`."""
        return None
