"""Combine the signals of a file, with their units and sampling rates, into one table of leads."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heartbeat.recording._lead_names import find_lead
from heartbeat.recording._resample import resample_leads

__all__ = [
    "FileLead",
    "choose_leads",
    "millivolts_per",
    "stack_leads",
    "unique_names",
    "warn_of_other_units",
]

_MILLIVOLTS = {"v": 1e3, "mv": 1.0, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "nv": 1e-6}

_GREATEST_SPAN_MV = 50.0
"""Far more than any ECG has, and far less than ADC units or microvolts taken for mV."""

_GREATEST_WHOLE = 20.0
"""A whole number of mV above this is no voltage: an ADC's 0 to 1023 or 0 to 4095 is one."""


@dataclass
class FileLead:
    """One lead as read from a file: values (n_samples,) in mV, float32, and its own rate in Hz."""

    name: str
    values: np.ndarray
    fs: float


def millivolts_per(unit: str | None) -> float | None:
    """Return how many mV a unit is; None where it is not one of voltage.

    >>> millivolts_per("uV"), millivolts_per("mmHg")
    (0.001, None)
    """
    return _MILLIVOLTS.get((unit or "mV").strip().lower())


def unique_names(names: Sequence[str | None]) -> list[str]:
    """Name the nameless and number the namesakes.

    >>> unique_names(["ECG", None, "ECG"])
    ['ECG', 'lead1', 'ECG_2']
    """
    unique: list[str] = []
    for position, name in enumerate(names):
        name = (name or "").strip() or f"lead{position}"
        fresh, count = name, 1
        while fresh in unique:
            count += 1
            fresh = f"{name}_{count}"
        unique.append(fresh)
    return unique


def choose_leads(
    names: Sequence[str],
    units: Sequence[str | None],
    leads: str | Sequence[str] | None,
    source: str,
) -> list[int]:
    """Return the positions of the leads that are asked for, else of all that are voltages."""
    if leads is None:
        positions = [i for i, unit in enumerate(units) if millivolts_per(unit) is not None]
        if not positions:
            found = [f"{name} in {unit}" for name, unit in zip(names, units, strict=True)]
            raise ValueError(f"{source} holds no signal measured in volts, only {found}.")
        return positions
    wanted = [leads] if isinstance(leads, (str, int)) else list(leads)
    if not wanted:
        raise ValueError(f"leads is empty; {source} holds {list(names)}.")
    positions = [find_lead(names, lead, source=source) for lead in wanted]
    for position in positions:
        if millivolts_per(units[position]) is None:
            raise ValueError(
                f"signal {names[position]!r} of {source} is in {units[position]}, which is not a "
                f"unit of voltage: leave it out of leads."
            )
    return positions


def warn_of_other_units(
    lead: np.ndarray, name: str, source: object, unit: str | None = None
) -> None:
    """Warn of a lead, in mV, whose values no ECG has; `unit` is None where the file names none."""
    few = lead[:: max(1, len(lead) // 10_000)]
    few = few[np.isfinite(few)]
    if not few.size:
        return
    span = np.subtract(*np.percentile(few, [99, 1]))
    remedy = (
        "if these are ADC units or microvolts, convert them, or name the unit in the column's name "
        "or in a second row (mV, uV, V)."
    )
    if span > _GREATEST_SPAN_MV:
        warnings.warn(
            f"lead {name!r} of {source} spans {span:.4g} mV, which no ECG does: {remedy}",
            stacklevel=4,
        )
    elif unit is None and few.max() >= _GREATEST_WHOLE and np.all(few == np.rint(few)):
        warnings.warn(
            f"lead {name!r} of {source} holds whole numbers from {few.min():g} to {few.max():g} "
            f"without a unit, as an ADC gives them, and they are taken for mV: {remedy}",
            stacklevel=4,
        )


def stack_leads(leads: Sequence[FileLead]) -> tuple[np.ndarray, float]:
    """Return one signal (n_samples, n_leads) and its rate, the highest of the leads' rates.

    Slower leads are resampled to it. Each lead is contiguous in memory.
    """
    fs = max(lead.fs for lead in leads)
    columns = [
        lead.values
        if lead.fs == fs
        else resample_leads(lead.values[:, np.newaxis], lead.fs, fs)[:, 0]
        for lead in leads
    ]
    n_samples = min(len(column) for column in columns)
    signal = np.empty((len(columns), n_samples), dtype=np.float32)
    for row, column in zip(signal, columns, strict=True):
        row[:] = column[:n_samples]
    return signal.T, fs
