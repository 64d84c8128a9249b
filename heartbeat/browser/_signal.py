"""The signal of an annotated recording, in parts: from memory, or from its file."""

from typing import Any

import numpy as np

from heartbeat.recording import find_lead
from heartbeat.recording._leads import millivolts_per, unique_names
from heartbeat.recording._wfdb_library import quietly, wfdb

__all__ = ["SignalReader"]


class SignalReader:
    """One lead of an annotated recording, any part of which can be read.

    Parameters
    ----------
    annotated : AnnotatedRecording or MarkedRecording
        With its `recording` in memory, or the `path` of a WFDB record to read from.

    Raises
    ------
    ValueError
        If it has neither.
    """

    def __init__(self, annotated: Any):
        self.n_samples = int(annotated.n_samples)
        self.fs = float(annotated.fs)
        self._lead = None
        if annotated.recording is not None:
            self._lead = annotated.recording.lead(annotated.lead)
            return
        if annotated.path is None:
            raise ValueError(
                f"the signal of {annotated.name!r} is neither in memory nor in a known file."
            )
        self._record = str(annotated.path)
        with quietly():
            header = wfdb.rdheader(self._record)
        names = unique_names(header.sig_name)
        self._channel = find_lead(names, annotated.lead, source=f"record {annotated.name!r}")
        self._scale = np.float32(millivolts_per(header.units[self._channel]) or 1.0)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Return samples [start, stop) in mV, float32; NaN where invalid or beyond the ends."""
        first, last = max(start, 0), min(stop, self.n_samples)
        part = np.full(max(stop - start, 0), np.nan, dtype=np.float32)
        if first < last:
            part[first - start : last - start] = self._inside(first, last)
        return part

    def _inside(self, start: int, stop: int) -> np.ndarray:
        if self._lead is not None:
            return self._lead[start:stop]
        with quietly():
            part = wfdb.rdrecord(self._record, start, stop, channels=[self._channel], return_res=32)
        return part.p_signal[:, 0] * self._scale
