"""Read formats of hospital systems, Holter recorders and watches with ecgdatakit and pydicom."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from heartbeat.recording._leads import FileLead, choose_leads, stack_leads, unique_names
from heartbeat.recording._recording import Recording

__all__ = ["DEVICE_FORMATS", "read_device_format"]

DEVICE_FORMATS = {
    ".dcm": "DICOM waveform",
    ".dicom": "DICOM waveform",
    ".ecg": "ISHNE Holter",
    ".json": "AliveCor Kardia",
    ".mfer": "MFER",
    ".mwf": "MFER",
    ".scp": "SCP-ECG",
    ".xml": "HL7 aECG, GE MUSE, Philips or Mortara XML",
}
"""File suffixes that the extra ``formats`` supports, with the names of the formats."""


def read_device_format(path: Path, leads: str | Sequence[str] | None) -> Recording:
    """Read a file of one of `DEVICE_FORMATS`; see `read_recording`."""
    try:
        import pydicom  # noqa: F401  (ecgdatakit would only ask for it when it meets a DICOM file)
        from ecgdatakit import ECGDataKitError, FileParser
    except ImportError as error:
        raise ImportError(
            f"reading {path} ({DEVICE_FORMATS[path.suffix.lower()]}) requires ecgdatakit and "
            f"pydicom. Install them with pip install 'heartbeat-ecg[formats]'."
        ) from error
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            record = FileParser.parse(path, units="mV")
    except ECGDataKitError as error:
        raise ValueError(
            f"{path} cannot be read as {DEVICE_FORMATS[path.suffix.lower()]}: {error}"
        ) from error
    except (ValueError, TypeError, LookupError, ArithmeticError, MemoryError, OSError) as error:
        raise ValueError(f"{path} is damaged or of an unsupported kind: {error}") from error
    for warning in told:
        if issubclass(warning.category, UserWarning):
            warnings.warn(f"{path}: {warning.message}", stacklevel=3)
    found = [lead for lead in record.leads if np.size(lead.samples)]
    if not found:
        raise ValueError(f"{path} holds no ECG.")
    names = unique_names([str(lead.label) for lead in found])
    # Without a scale in the file, the values are ADC units.
    units = ["no unit" if lead.is_raw else lead.units for lead in found]
    chosen = choose_leads(names, units, leads, str(path))
    file_leads = []
    for i in chosen:
        rate = float(found[i].sampling_rate)
        if not (np.isfinite(rate) and rate > 0):
            raise ValueError(
                f"{path} gives the invalid sampling rate {rate:g} Hz for lead {names[i]!r}."
            )
        with np.errstate(over="ignore"):  # Recording raises an error for infinite values
            values = np.asarray(found[i].samples).astype(np.float32)
        file_leads.append(FileLead(names[i], values, rate))
    try:
        signal, fs = stack_leads(file_leads)
        return Recording(signal, fs, [lead.name for lead in file_leads], path.stem)
    except ValueError as error:
        raise ValueError(f"{path} does not hold a valid recording: {error}") from error
