"""Reading EDF, EDF+, BDF and BDF+, with pyedflib doing the decoding."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from heartbeat.recording._annotations import Annotations
from heartbeat.recording._leads import (
    FileLead,
    choose_leads,
    millivolts_per,
    stack_leads,
    unique_names,
)
from heartbeat.recording._recording import Recording
from heartbeat.recording._wfdb import annotations_inside
from heartbeat.recording._wfdb_library import WFDB_SYMBOLS

__all__ = ["read_edf"]


def read_edf(
    path: Path, leads: str | Sequence[str] | None = None, annotations: bool = True
) -> Recording:
    """Read an EDF or BDF file; see `read_recording`."""
    try:
        import pyedflib
    except ImportError as error:
        raise ImportError(
            f"reading {path} needs pyedflib: pip install 'heartbeat[edf]'."
        ) from error
    try:
        reader = pyedflib.EdfReader(str(path))
    except OSError as error:
        raise ValueError(
            f"{path} cannot be read as EDF: {error}. It may be truncated, or of the "
            f"discontinuous kind (EDF+D), which is not supported."
        ) from error
    with reader:
        names = unique_names(reader.getSignalLabels())
        units = _units([reader.getPhysicalDimension(i).strip() for i in range(len(names))])
        channels = choose_leads(names, units, leads, str(path))
        file_leads = []
        for channel in channels:
            values = reader.readSignal(channel)
            values *= millivolts_per(units[channel])
            rate = reader.getSampleFrequency(channel)
            file_leads.append(FileLead(names[channel], values.astype(np.float32), rate))
        signal, fs = stack_leads(file_leads)
        marks = _annotations(reader, fs, len(signal), str(path)) if annotations else None
    return Recording(signal, fs, [lead.name for lead in file_leads], path.stem, annotations=marks)


def _units(dimensions: list[str]) -> list[str]:
    """Return the signals' units: mV where none is given, unless others say that they are volts."""
    volts = any(unit and millivolts_per(unit) is not None for unit in dimensions)
    return [unit or ("no unit" if volts else "mV") for unit in dimensions]


def _annotations(reader: object, fs: float, n_samples: int, source: str) -> Annotations | None:
    onsets, _, texts = reader.readAnnotations()
    if not len(onsets):
        return None
    texts = np.asarray(texts, dtype=str)
    known = np.isin(texts, sorted(WFDB_SYMBOLS))
    return annotations_inside(
        np.rint(np.asarray(onsets) * fs).astype(np.int64),
        n_samples,
        source,
        symbol=np.where(known, texts, '"'),
        aux=np.where(known, "", texts),
    )
