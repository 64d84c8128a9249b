"""Read parts of the signal of an annotated recording, from memory or from its file."""

from typing import Any

import numpy as np

from heartbeat.annotation._source import open_source
from heartbeat.recording import find_lead

__all__ = ["SignalReader"]


class SignalReader:
    """One lead of an annotated recording, of which any part can be read.

    Parameters
    ----------
    annotated : AnnotatedRecording or MarkedRecording
        With its `recording` in memory, or the `path` from which it was read. If beats were labelled
        by several leads, the first one is read.

    Raises
    ------
    ValueError
        If it has neither, or the length of the file has changed.
    """

    def __init__(self, annotated: Any):
        self.n_samples = int(annotated.n_samples)
        self.fs = float(annotated.fs)
        where = annotated.path if annotated.recording is None else annotated.recording
        if where is None:
            raise ValueError(
                f"the signal of {annotated.name!r} is neither in memory nor in a known file. Label "
                "a recording that was read from a file, or pass a Recording."
            )
        self._source = open_source(where)
        if self._source.n_samples != self.n_samples:
            raise ValueError(
                f"{annotated.path} has {self._source.n_samples} samples, but had "
                f"{self.n_samples} when it was labelled. Label it again."
            )
        leads = self._source.leads
        name = annotated.lead if annotated.lead in leads else annotated.lead.split("+")[0]
        self._lead = find_lead(leads, name, source=f"recording {annotated.name!r}")

    def read(self, start: int, stop: int) -> np.ndarray:
        """Return samples [start, stop) in mV, float32; NaN where invalid or beyond the ends."""
        first, last = max(start, 0), min(stop, self.n_samples)
        part = np.full(max(stop - start, 0), np.nan, dtype=np.float32)
        if first < last:
            part[first - start : last - start] = self._source.read(self._lead, first, last)
        return part
