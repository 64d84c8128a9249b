"""Read WFDB records with wfdb."""

import shutil
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
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
from heartbeat.recording._wfdb_definitions import masked, unmasked
from heartbeat.recording._wfdb_header import is_layout, read_header, readable_record
from heartbeat.recording._wfdb_library import quietly, wfdb

__all__ = ["annotations_inside", "check_signal_files", "read_wfdb", "read_wfdb_annotations"]

# Bytes per sample of the formats of fixed size. The length of other files (FLAC) tells nothing.
_SAMPLE_BYTES = {
    "8": 1, "16": 2, "24": 3, "32": 4, "61": 2, "80": 1, "160": 2,
    "212": 3 / 2, "310": 4 / 3, "311": 4 / 3,
}  # fmt: skip

_MOST_VALUES = 1 << 31
"""Largest number of values, gaps included, to allocate for a multi-segment record: 8 GiB."""


def read_wfdb(
    record: Path, leads: str | Sequence[str] | None = None, annotator: str | None = "atr"
) -> Recording:
    """Read the WFDB record whose header is `record` + ".hea"; see `read_recording`."""
    header = read_header(record)
    if isinstance(header, wfdb.MultiRecord):
        file_leads = _read_segments(record, header, leads)
    else:
        file_leads = _read_segment(record, header, leads)
    begin = None
    if header.base_date is not None and header.base_time is not None:
        begin = datetime.combine(header.base_date, header.base_time)
    try:
        signal, fs = stack_leads(file_leads)
        names = [lead.name for lead in file_leads]
        recording = Recording(signal, fs, names, record.name, begin=begin)
    except ValueError as error:
        raise ValueError(
            f"record {str(record)!r} does not hold a valid recording: {error}"
        ) from error
    if annotator is None:
        return recording
    marks = read_wfdb_annotations(record, annotator, recording.fs, recording.n_samples)
    return replace(recording, annotations=marks)


def annotations_inside(
    sample: np.ndarray, n_samples: int, source: str, **fields: np.ndarray
) -> Annotations:
    """Sort annotations, and leave out those outside the signal with a warning."""
    order = np.argsort(sample, kind="stable")
    inside = order[(sample[order] >= 0) & (sample[order] < n_samples)]
    if len(inside) < len(sample):
        warnings.warn(
            f"{len(sample) - len(inside)} of {len(sample)} annotations of {source} lie outside "
            f"the signal of {n_samples} samples and were left out.",
            stacklevel=2,
        )
    return Annotations(sample[inside], **{name: field[inside] for name, field in fields.items()})


def _read_segment(
    record: Path, header: wfdb.Record, leads: str | Sequence[str] | None
) -> list[FileLead]:
    if not header.n_sig:
        raise ValueError(f"{record}.hea describes a record without signals.")
    if is_layout(header):
        raise ValueError(
            f"{record}.hea is a layout header: it lists the leads of a multi-segment record, but "
            f"holds no signal. Read the record that this header belongs to."
        )
    names = unique_names(header.sig_name)
    channels = choose_leads(names, header.units, leads, f"record {record.name!r}")
    check_signal_files(record, header)
    try:
        # Physical float32, each signal at its own rate: as fast as reading the integers.
        # Recording raises an error for values beyond float32.
        with readable_record(record) as readable, np.errstate(over="ignore"):
            read = wfdb.rdrecord(
                str(readable), channels=channels, return_res=32, smooth_frames=False
            )
    except Exception as error:
        files = ", ".join(sorted(set(header.file_name)))
        raise ValueError(
            f"the signals of record {str(record)!r} cannot be read from {files}: {error}"
        ) from error
    file_leads = []
    for channel, values in zip(channels, read.e_p_signal, strict=True):
        scale = millivolts_per(header.units[channel])
        if scale != 1:
            values *= np.float32(scale)
        per_frame = header.samps_per_frame[channel] or 1
        file_leads.append(FileLead(names[channel], values, header.fs * per_frame))
    if not len(file_leads[0].values):
        raise ValueError(
            f"record {str(record)!r} holds no samples: its length in {record}.hea is 0."
        )
    return file_leads


def check_signal_files(record: Path, header: wfdb.Record) -> None:
    """Raise an error if a signal file is missing, empty or shorter than the header states."""
    for name in dict.fromkeys(header.file_name):
        path = record.parent / name
        if not path.is_file():
            raise FileNotFoundError(
                f"{path} does not exist, but {record.name}.hea refers to it. Copy or download it."
            )
        size = path.stat().st_size
        if size == 0:
            raise ValueError(f"{path} is empty (0 bytes). Copy or download it again.")
        signals = [i for i, file in enumerate(header.file_name) if file == name]
        sample_bytes = _SAMPLE_BYTES.get(header.fmt[signals[0]])
        if sample_bytes is None or not header.sig_len:
            continue
        per_frame = sum(header.samps_per_frame[i] or 1 for i in signals)
        offset = header.byte_offset[signals[0]] or 0
        needed = offset + int(header.sig_len * per_frame * sample_bytes)
        if size < needed:
            raise ValueError(
                f"{path} is truncated: it holds {size} bytes, but the "
                f"{header.sig_len} samples of {len(signals)} signal(s) in {record.name}.hea take "
                f"{needed}. Copy or download it again."
            )


def _read_segments(
    record: Path, header: wfdb.MultiRecord, leads: str | Sequence[str] | None
) -> list[FileLead]:
    """Concatenate the segments of a record; samples that no segment holds are NaN.

    In a variable layout each segment has its own leads, which are found by name; in a fixed layout
    all segments have the same leads.
    """
    variable = header.layout == "variable"
    parts = list(zip(header.seg_name, header.seg_len, strict=True))
    # The first segment of a variable layout holds no samples: it is the list of leads.
    outline_name = parts[0][0] if variable else next((n for n, _ in parts if n != "~"), None)
    if outline_name is None:
        raise ValueError(f"the segments in {record}.hea hold no signal, only gaps.")
    outline = _segment_header(record, outline_name)
    names = unique_names(outline.sig_name)
    source = f"record {record.name!r}"
    wanted = [names[i] for i in choose_leads(names, outline.units, leads, source)]
    parts = parts[1:] if variable else parts
    n_frames = sum(length for _, length in parts)
    if header.sig_len is not None and header.sig_len != n_frames:
        raise ValueError(
            f"{record}.hea gives a length of {header.sig_len} samples, but its segments have "
            f"{n_frames} in all. Copy or download it again."
        )
    if n_frames * len(wanted) > _MOST_VALUES:
        raise ValueError(
            f"{n_frames} samples of {len(wanted)} lead(s), as {record}.hea gives them, gaps "
            f"included, would take {n_frames * len(wanted) * 4 / 2**30:.3g} GiB. If the header is "
            f"right, name fewer leads or read the segments one by one."
        )
    whole: dict[str, FileLead] = {}
    first = 0
    for segment, length in parts:
        start, first = first, first + length
        if segment == "~":
            continue
        path = record.parent / segment
        here = _segment_header(record, segment)
        if here.fs != header.fs or here.sig_len != length:
            raise ValueError(
                f"segment {segment!r} of {source} has {here.sig_len} samples at {here.fs:g} Hz, "
                f"but {record.name}.hea gives {length} samples at {header.fs:g} Hz."
            )
        present = [name for name in wanted if name in unique_names(here.sig_name)]
        for lead in _read_segment(path, here, present) if present else ():
            per_frame = round(lead.fs / header.fs)
            if lead.name not in whole:
                gap = np.full(n_frames * per_frame, np.nan, dtype=np.float32)
                whole[lead.name] = FileLead(lead.name, gap, lead.fs)
            if whole[lead.name].fs != lead.fs:
                raise ValueError(
                    f"the sampling rate of lead {lead.name!r} of {source} changes from "
                    f"{whole[lead.name].fs:g} to {lead.fs:g} Hz in segment {segment!r}."
                )
            whole[lead.name].values[start * per_frame : first * per_frame] = lead.values
    for name in wanted:
        if name not in whole:
            gap = np.full(n_frames, np.nan, dtype=np.float32)
            whole[name] = FileLead(name, gap, header.fs)
    return [whole[name] for name in wanted]


def _segment_header(record: Path, segment: str) -> wfdb.Record:
    try:
        header = read_header(record.parent / segment)
    except (FileNotFoundError, ValueError) as error:
        raise type(error)(f"in segment {segment!r} of record {str(record)!r}: {error}") from error
    if isinstance(header, wfdb.MultiRecord) or not header.n_sig:
        raise ValueError(f"segment {segment!r} of record {str(record)!r} holds no signal.")
    return header


def read_wfdb_annotations(
    record: Path, annotator: str, fs: float, n_samples: int
) -> Annotations | None:
    """Read `record` + "." + `annotator` at the rate `fs`; None if there is no "atr" file."""
    path = Path(f"{record}.{annotator}")
    if not path.is_file():
        if annotator == "atr":
            return None
        raise FileNotFoundError(
            f"{path} does not exist. Give an annotator that exists, or annotator=None."
        )
    content = path.read_bytes()
    if not content.endswith(b"\0\0"):
        raise ValueError(
            f"{path} ({len(content)} bytes) is empty or truncated, because it does not end like a "
            f"WFDB annotation file. Copy or download it again, or read with annotator=None."
        )
    try:
        with quietly():
            read = _decoded(record, annotator, content)
        # Positions count frames at the header's rate, or at the rate in the annotation file.
        scale = fs / read.fs if read.fs else 1.0
        sample = np.rint(read.sample * scale)
        if not np.all(np.abs(sample) < 2**53):
            raise ValueError(f"their rate is {read.fs} Hz, but the signal's is {fs:g} Hz")
        sample = sample.astype(np.int64)
        aux = np.array([unmasked(note) for note in read.aux_note], dtype=str)
    except Exception as error:
        raise ValueError(
            f"{path} cannot be read as WFDB annotations: {error}. Read the recording without them "
            "with annotator=None."
        ) from error
    return annotations_inside(
        sample,
        n_samples,
        str(path),
        symbol=np.asarray(read.symbol, dtype=str),
        # NumPy drops a NUL at the end of a note, which ends a string in C.
        aux=aux,
        subtype=read.subtype,
        chan=read.chan,
        num=read.num,
    )


def _decoded(record: Path, annotator: str, content: bytes) -> wfdb.Annotation:
    """Return the annotations and the rate in their file or header, if one can be read."""
    readable_content = masked(content)
    has_header = Path(f"{record}.hea").is_file()
    with ExitStack() as stack:
        readable = stack.enter_context(readable_record(record)) if has_header else record
        if readable == record and readable_content is not content:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="heartbeat-"))
            readable = Path(folder) / record.name
            if has_header:
                shutil.copyfile(f"{record}.hea", f"{readable}.hea")
        if readable != record:
            Path(f"{readable}.{annotator}").write_bytes(readable_content)
        return wfdb.rdann(str(readable), annotator)
