"""Read EDF, EDF+, BDF and BDF+ files with pyedflib."""

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from heartbeat.recording._annotations import Annotations
from heartbeat.recording._leads import (
    FileLead,
    choose_leads,
    millivolts_per,
    stack_leads,
    unique_names,
)
from heartbeat.recording._recording import Recording, check_fs
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
            f"reading {path} requires pyedflib. Install it with pip install 'heartbeat-ecg[edf]'."
        ) from error
    try:
        with _silent_library():
            reader = pyedflib.EdfReader(str(path))
    except Exception as error:  # pyedflib raises errors of many types for damaged headers
        raise ValueError(
            f"{path} cannot be read as EDF: {error}. It may be truncated, or be a discontinuous "
            f"file (EDF+D), which is not supported."
        ) from error
    with reader:
        try:
            names = unique_names(reader.getSignalLabels())
            units = _units([reader.getPhysicalDimension(i).strip() for i in range(len(names))])
        except Exception as error:
            raise ValueError(f"{path} has a damaged EDF header: {error}") from error
        channels = choose_leads(names, units, leads, str(path))
        try:
            file_leads = []
            for channel in channels:
                with _silent_library():
                    values = reader.readSignal(channel)
                values *= millivolts_per(units[channel])
                rate = check_fs(reader.getSampleFrequency(channel))
                file_leads.append(FileLead(names[channel], values.astype(np.float32), rate))
            signal, fs = stack_leads(file_leads)
            marks = _annotations(reader, fs, len(signal), str(path)) if annotations else None
            names = [lead.name for lead in file_leads]
            begin = reader.getStartdatetime()
            return Recording(signal, fs, names, path.stem, annotations=marks, begin=begin)
        except Exception as error:
            raise ValueError(f"{path} is a damaged EDF file: {error}") from error


@contextmanager
def _silent_library() -> Iterator[None]:
    """Suppress what the C library prints about damaged files on standard output."""
    try:
        library = ctypes.CDLL(None)
        sys.stdout.flush()
        kept = os.dup(1)
    except (AttributeError, OSError, TypeError, ValueError):  # no C library, or no standard output
        yield
        return
    library.fflush(None)
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    try:
        yield
    finally:
        library.fflush(None)
        os.dup2(kept, 1)
        os.close(kept)


def _units(dimensions: list[str]) -> list[str]:
    """Return the units of the signals; a missing one is mV, unless other signals are in volts."""
    volts = any(unit and millivolts_per(unit) is not None for unit in dimensions)
    return [unit or ("no unit" if volts else "mV") for unit in dimensions]


def _annotations(reader: Any, fs: float, n_samples: int, source: str) -> Annotations | None:
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
