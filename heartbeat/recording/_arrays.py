"""Read recordings from arrays in NumPy .npy files and MATLAB .mat files."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from heartbeat.recording._leads import warn_of_other_units
from heartbeat.recording._mat_tags import check_tags
from heartbeat.recording._recording import Recording, check_fs

__all__ = ["read_mat", "read_npy"]

_RATES = ("fs", "sampling_rate", "sample_rate", "samplingrate", "samplerate", "srate", "freq")
_NAMES = ("leads", "lead_names", "labels", "channels")


def read_npy(path: Path, fs: float | None, leads: str | Sequence[str] | None) -> Recording:
    """Read one array; see `read_recording`."""
    try:
        array = np.load(path, allow_pickle=False)
    except Exception as error:  # NumPy parses the header as Python and raises errors of many types
        raise ValueError(f"{path} is not a readable NPY file of numbers: {error}") from error
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{path} is an archive of several arrays. Rename it to end in .npz.")
    return _recording(path, array, fs, leads)


def read_mat(
    path: Path, fs: float | None, leads: str | Sequence[str] | None, variable: str | None
) -> Recording:
    """Read a variable of a MATLAB file; see `read_recording`."""
    from scipy.io import loadmat

    try:
        check_tags(path)
        found = loadmat(path)
    except NotImplementedError as error:
        raise ValueError(
            f"{path} is a MATLAB 7.3 file (HDF5), which is not supported. Save it with the option "
            "-v7 in MATLAB."
        ) from error
    except (MemoryError, zlib.error, Exception) as error:  # scipy raises errors of many types
        raise ValueError(f"{path} is not a readable MATLAB file: {error}") from error
    held = {name: value for name, value in found.items() if not name.startswith("__")}
    if fs is None:
        rates = [v for n, v in held.items() if n.lower() in _RATES and np.size(v) == 1]
        if rates and rates[0].dtype.kind in "fiu":
            fs = check_fs(rates[0].item(), f"the sampling rate in {path}")
    arrays = {
        name: value
        for name, value in held.items()
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.size > 1
    }
    if variable is None and len(arrays) == 1:
        (variable,) = arrays
    if variable not in arrays:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in arrays.items()) or "none"
        if variable is None:
            problem = "does not hold exactly one array of numbers. Choose one with variable="
        else:
            problem = f"has no array {variable!r}. Choose another with variable="
        raise ValueError(f"{path} {problem}; its arrays of numbers are: {shapes}.")
    names = next((v for n, v in held.items() if n.lower() in _NAMES), None)
    return _recording(path, arrays[variable], fs, leads, _strings(names))


def _recording(
    path: Path,
    array: np.ndarray,
    fs: float | None,
    leads: str | Sequence[str] | None,
    names: list[str] | None = None,
) -> Recording:
    if fs is None:
        raise ValueError(f"{path} does not contain its sampling rate. Give fs in Hz.")
    if array.ndim == 2 and array.shape[0] < array.shape[1]:
        array = array.T  # the longer axis is time
    if names is not None and len(names) != (1 if array.ndim == 1 else array.shape[1]):
        names = None
    try:
        recording = Recording(array, fs, names, path.stem)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} does not hold a valid recording: {error}") from error
    recording = recording if leads is None else recording.select_leads(leads)
    for name, lead in zip(recording.leads, recording.signal.T, strict=True):
        warn_of_other_units(lead, name, path)
    return recording


def _strings(names: np.ndarray | None) -> list[str] | None:
    """Return lead names from a cell array or a table of characters."""
    if names is None or names.dtype.kind not in "OU":
        return None
    return [str(np.ravel(name)[0]).strip() for name in np.ravel(names) if np.size(name)]
