"""Sources of samples: a recording in memory, or a file that is read in parts."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from heartbeat._files import expanded
from heartbeat.recording import Annotations, Recording, read_recording
from heartbeat.recording._leads import millivolts_per, unique_names
from heartbeat.recording._wfdb import check_signal_files, read_wfdb_annotations
from heartbeat.recording._wfdb_header import is_layout, read_header
from heartbeat.recording._wfdb_library import wfdb
from heartbeat.recording._wfdb_samples import plain_signal

__all__ = ["Source", "open_source"]

_FIXED_FORMATS = ("16", "212")


class Source(Protocol):
    """A recording to annotate: leads of one sampling rate, of which any part can be read."""

    name: str
    database: str
    fs: float
    n_samples: int
    leads: tuple[str, ...]

    @property
    def path(self) -> Path | None:
        """Path of the recording's file, if it has one."""

    @property
    def recording(self) -> Recording | None:
        """The recording, if it is in memory."""

    def read(self, lead: int, start: int, stop: int) -> np.ndarray:
        """Return samples [start, stop) of a lead, in mV, float32; NaN where invalid."""

    def reference(self) -> Annotations | None:
        """Return the annotations that belong to the recording, if any."""


@dataclass
class MemorySource:
    """A recording in memory."""

    recording: Recording
    path: Path | None = None

    def __post_init__(self) -> None:
        self.name = self.recording.name or "recording"
        self.database = self.recording.database
        self.fs = self.recording.fs
        self.n_samples = self.recording.n_samples
        self.leads = self.recording.leads

    def read(self, lead: int, start: int, stop: int) -> np.ndarray:
        """See `Source`."""
        return self.recording.signal[start:stop, lead]

    def reference(self) -> Annotations | None:
        """See `Source`."""
        return self.recording.annotations


class WFDBSource:
    """A WFDB record of one segment, decoded part by part, so that weeks do not fill the memory."""

    recording = None

    def __init__(self, record: Path, header: wfdb.Record):
        self.path = record
        self.name = record.name
        self.database = record.absolute().parent.name
        self.fs = float(header.fs)
        self.n_samples = int(header.sig_len)
        names = unique_names(header.sig_name)
        volts = [i for i, unit in enumerate(header.units) if millivolts_per(unit) is not None]
        if not volts:
            raise ValueError(
                f"record {record.name!r} holds no signal in a unit of voltage, which an ECG needs."
            )
        self.leads = tuple(names[i] for i in volts)
        self._channels = volts
        self._scale = [np.float32(millivolts_per(header.units[i])) for i in volts]
        check_signal_files(record, header)
        self._plain = [plain_signal(record, header, channel) for channel in volts]

    def read(self, lead: int, start: int, stop: int) -> np.ndarray:
        """See `Source`."""
        plain = self._plain[lead]
        try:
            values = self._read(lead, start, stop) if plain is None else plain.read(start, stop)
        except Exception as error:  # wfdb raises errors of many types for damaged files
            raise ValueError(
                f"samples {start} to {stop} of record {self.path} cannot be read: {error}"
            ) from error
        return values if self._scale[lead] == 1 else values * self._scale[lead]

    def reference(self) -> Annotations | None:
        """See `Source`."""
        return read_wfdb_annotations(self.path, "atr", self.fs, self.n_samples)

    def _read(self, lead: int, start: int, stop: int) -> np.ndarray:
        part = wfdb.rdrecord(
            str(self.path), start, stop, channels=[self._channels[lead]], return_res=32
        )
        return part.p_signal[:, 0]


def open_source(what: Recording | Source | str | os.PathLike) -> Source:
    """Return the source for a recording or the path of one.

    Plain WFDB records are read in parts, other files as a whole.
    """
    if isinstance(what, Recording):
        return MemorySource(what)
    if not isinstance(what, (str, os.PathLike)):
        raise TypeError(
            f"recording must be a Recording or the path of one, got {type(what).__name__}. Wrap an "
            f"array as heartbeat.recording.Recording(signal, fs=360), in mV, with samples in rows."
        )
    path = expanded(what)
    record = path.with_suffix("") if path.suffix in (".hea", ".dat", ".atr") else path
    if Path(f"{record}.hea").is_file():
        header = _plain_header(record)
        if header is not None:
            return WFDBSource(record, header)
    return MemorySource(read_recording(path), path)


def _plain_header(record: Path) -> wfdb.Record | None:
    """Return the header of a record that can be read in parts, or None."""
    try:
        header = wfdb.rdheader(str(record))
    except Exception:  # reading the whole record later raises an error that names the problem
        read_header(record)
        return None
    plain = (
        isinstance(header, wfdb.Record)
        and header.n_sig
        and not is_layout(header)
        and header.sig_len
        and set(header.fmt) <= set(_FIXED_FORMATS)
        and all((per_frame or 1) == 1 for per_frame in header.samps_per_frame)
        and not any(header.skew or ())
    )
    return header if plain else None
