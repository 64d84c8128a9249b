"""Combine the signals of a file, with their units and sampling rates, into one array of leads."""

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
"""Much larger than any ECG in mV, and much smaller than one in ADC units or microvolts."""

_GREATEST_WHOLE = 20.0
"""Integers with a maximum above this are ADC units (0 to 1023 or 0 to 4095), not mV."""


@dataclass
class FileLead:
    """A lead as read from a file: values (n_samples,) in mV, float32, and its sampling rate."""

    name: str
    values: np.ndarray
    fs: float


def millivolts_per(unit: str | None) -> float | None:
    """Return the factor that converts a unit to mV, or None if it is not a unit of voltage.

    >>> millivolts_per("uV"), millivolts_per("mmHg")
    (0.001, None)
    """
    return _MILLIVOLTS.get((unit or "mV").strip().lower())


def unique_names(names: Sequence[str | None]) -> list[str]:
    """Name the signals without a name, and number the signals of the same name.

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
    """Return the positions of the requested leads, by default of all signals in volts."""
    if leads is None:
        positions = [i for i, unit in enumerate(units) if millivolts_per(unit) is not None]
        if not positions:
            found = [f"{name} in {unit}" for name, unit in zip(names, units, strict=True)]
            raise ValueError(
                f"{source} holds no signal in a unit of voltage, only {found}. An ECG needs one."
            )
        return positions
    wanted = [leads] if isinstance(leads, (str, int)) else list(leads)
    if not wanted:
        raise ValueError(
            f"leads is empty. Name at least one of the leads of {source}: {list(names)}."
        )
    positions = [find_lead(names, lead, source=source) for lead in wanted]
    for position in positions:
        if millivolts_per(units[position]) is None:
            raise ValueError(
                f"signal {names[position]!r} of {source} is in {units[position]}, which is not a "
                f"unit of voltage. Remove it from leads."
            )
    return positions


def warn_of_other_units(
    lead: np.ndarray, name: str, source: object, *, unit: str | None = None, or_else: str = ""
) -> None:
    """Warn if the values of a lead are not plausible in mV.

    `unit` is that of the file, or None. `or_else` is what to do other than to convert the values.
    """
    few = lead[:: max(1, len(lead) // 10_000)]
    few = few[np.isfinite(few)]
    if not few.size:
        return
    span = np.subtract(*np.percentile(few, [99, 1]))
    remedy = f"If these are ADC units or microvolts, convert them to mV{or_else}."
    if span > _GREATEST_SPAN_MV:
        warnings.warn(
            f"lead {name!r} of {source} spans {span:.4g} mV, which is too large for an ECG. "
            f"{remedy}",
            stacklevel=4,
        )
    elif unit is None and few.max() >= _GREATEST_WHOLE and np.all(few == np.rint(few)):
        warnings.warn(
            f"lead {name!r} of {source} holds integers from {few.min():g} to {few.max():g} without "
            f"a unit, which are treated as mV but look like ADC units. {remedy}",
            stacklevel=4,
        )


def stack_leads(leads: Sequence[FileLead]) -> tuple[np.ndarray, float]:
    """Return one signal (n_samples, n_leads) and its sampling rate, the highest of all leads.

    Leads with lower rates are resampled to it. Each lead is contiguous in memory.
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
