"""How a beats table is laid out: the leads one after another, then the context columns.

A beats table is an ordinary 2-D array, so that every part of scikit-learn and imbalanced-learn
applies to it. This module is the one place that knows which columns are waveform and which are
context, for arrays (by `n_leads` and `n_context`) and for DataFrames (by column names:
``MLII_000 ... MLII_186, V1_000 ..., rr_prev, ...``).
"""

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from heartbeat._shown import shown

__all__ = [
    "BeatLayout",
    "default_context",
    "fitted_layout",
    "join",
    "n_samples",
    "remember_layout",
    "resolve_layout",
    "window",
]

_SEEN: dict[int, "BeatLayout"] = {}
"""By number of columns, the last layout that was told: so lost column names are noticed."""

_SAMPLE_COLUMN = re.compile(r"(?P<lead>.+)_(?P<index>\d{3,})\Z")


@dataclass(frozen=True)
class BeatLayout:
    """Columns of a beats table.

    Parameters
    ----------
    leads : tuple of str
        Lead names, in column order.
    n_times : int
        Samples per lead.
    context : tuple of str
        Names of the context columns, which follow the waveform.

    Examples
    --------
    >>> layout = BeatLayout(("MLII", "V1"), n_times=2, context=("rr_prev",))
    >>> layout.column_names()
    ['MLII_000', 'MLII_001', 'V1_000', 'V1_001', 'rr_prev']
    >>> waveforms, context = layout.split(np.arange(10.0).reshape(2, 5))
    >>> waveforms.shape, context.shape
    ((2, 2, 2), (2, 1))
    """

    leads: tuple[str, ...]
    n_times: int
    context: tuple[str, ...] = ()

    @property
    def n_leads(self) -> int:
        """Number of leads."""
        return len(self.leads)

    @property
    def n_context(self) -> int:
        """Number of context columns."""
        return len(self.context)

    @property
    def n_waveform(self) -> int:
        """Number of waveform columns, all leads together."""
        return self.n_leads * self.n_times

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.n_waveform + self.n_context

    @property
    def waveform_slice(self) -> slice:
        """Columns of the waveform."""
        return slice(0, self.n_waveform)

    @property
    def context_slice(self) -> slice:
        """Columns of the context."""
        return slice(self.n_waveform, self.n_features)

    def split(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return views of the waveforms (n_beats, n_leads, n_times) and the context."""
        waveforms = X[:, : self.n_waveform].reshape(len(X), self.n_leads, self.n_times)
        return waveforms, X[:, self.n_waveform :]

    def column_names(self) -> list[str]:
        """Return the column names of this layout."""
        samples = [f"{lead}_{i:03d}" for lead in self.leads for i in range(self.n_times)]
        return samples + list(self.context)

    def with_n_times(self, n_times: int) -> "BeatLayout":
        """Return the same layout with another number of samples per lead."""
        return replace(self, n_times=n_times)


def resolve_layout(
    n_features: int,
    feature_names: Iterable[str] | None = None,
    n_leads: int | None = None,
    n_context: int | None = None,
) -> BeatLayout:
    """Find out how a table with `n_features` columns is laid out.

    What is given in numbers is obeyed; what is left at None is read from the column names; where
    there are none, or none of them looks like a waveform sample, the table is one lead without
    context.

    Parameters
    ----------
    n_features : int
        Number of columns.
    feature_names : iterable of str, optional
        Column names, when the table was a DataFrame.
    n_leads, n_context : int, optional
        Number of leads and of context columns.

    Returns
    -------
    BeatLayout

    Raises
    ------
    ValueError
        If the numbers do not fit the number of columns or contradict the names.
    """
    for name, value, least in (("n_leads", n_leads, 1), ("n_context", n_context, 0)):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if value is not None and not (whole and value >= least):
            raise ValueError(f"{name} must be None or an integer >= {least}, got {shown(value)}.")
    named = None if feature_names is None else _layout_of_names(list(feature_names))
    if named is not None:
        for name, value, found in (
            ("n_leads", n_leads, named.n_leads),
            ("n_context", n_context, named.n_context),
        ):
            if value is not None and value != found:
                raise ValueError(
                    f"{name}={value} contradicts the column names, which say {found}: "
                    f"leads {list(named.leads)}, context {list(named.context)}. "
                    f"Leave {name}=None to go by the names."
                )
        remember_layout(named)
        return named
    n_leads = 1 if n_leads is None else n_leads
    n_context = 0 if n_context is None else n_context
    n_times, rest = divmod(n_features - n_context, n_leads)
    if n_times < 1 or rest:
        raise ValueError(
            f"{n_features} features cannot be {n_leads} lead(s) of equal length followed by "
            f"{n_context} context column(s): set n_leads and n_context to what the table holds."
        )
    leads = ("lead",) if n_leads == 1 else tuple(f"lead{i}" for i in range(n_leads))
    return BeatLayout(leads, n_times, default_context(n_context))


def remember_layout(layout: BeatLayout) -> None:
    """Remember that there is a table of this layout, to notice where its column names get lost."""
    _SEEN[layout.n_features] = layout


def default_context(n_context: int) -> tuple[str, ...]:
    """Return the names that context columns have where a table gives none."""
    return tuple(f"context{i}" for i in range(n_context))


def fitted_layout(estimator: Any) -> BeatLayout:
    """Return the layout of the table that an estimator was fitted on.

    The estimator has `n_leads` and `n_context` parameters and has gone through
    `sklearn.utils.validation.validate_data`, which sets `n_features_in_` and, for DataFrames,
    `feature_names_in_`.

    Warns
    -----
    UserWarning
        If the table has neither names nor numbers that tell its layout, and as many columns as a
        table with context, or with several leads, that was seen last.
    """
    names = getattr(estimator, "feature_names_in_", None)
    n_leads, n_context = estimator.n_leads, estimator.n_context
    if names is None and n_leads is None and n_context is None:
        _warn_of_lost_names(type(estimator).__name__, estimator.n_features_in_)
    return resolve_layout(estimator.n_features_in_, names, n_leads, n_context)


def join(waveforms: np.ndarray, context: np.ndarray) -> np.ndarray:
    """Put waveforms (n_beats, n_leads, n_times) and context (n_beats, n_context) in one table."""
    n_beats, n_leads, n_times = waveforms.shape
    flat = waveforms.reshape(n_beats, n_leads * n_times)
    return np.hstack([flat, context]) if context.shape[1] else flat


def n_samples(seconds: float, fs: float) -> int:
    """Return how many whole samples lie in a duration.

    >>> n_samples(0.5, 125), n_samples(1.0, 125), n_samples(0.3, 10)
    (62, 125, 3)
    """
    return int(np.floor(seconds * fs + 1e-6))


def window(start: float, stop: float, r_index: int, fs: float, n_times: int) -> slice:
    """Return the samples from `start` to `stop` seconds relative to the R peak, cut to the beat.

    >>> window(-0.05, 0.05, r_index=62, fs=125, n_times=187)
    slice(56, 69, None)
    """
    first = r_index + int(np.rint(start * fs))
    last = r_index + int(np.rint(stop * fs)) + 1
    return slice(min(max(first, 0), n_times), max(min(last, n_times), 0))


def _warn_of_lost_names(estimator: str, n_features: int) -> None:
    seen = _SEEN.get(n_features)
    if seen is None or (seen.n_leads == 1 and not seen.n_context):
        return
    warnings.warn(
        f"{estimator} got a table without column names and takes its {n_features} columns for one "
        f"lead, but a table of as many columns had the leads {list(seen.leads)} and "
        f"{seen.n_context} context columns. If this is the same: give a DataFrame "
        "(as_frame=True), let the step before hand on names with .set_output(transform='pandas'), "
        f"or set n_leads={seen.n_leads}, n_context={seen.n_context}; n_leads=1 says that it is one "
        "lead.",
        UserWarning,
        stacklevel=4,
    )


def _layout_of_names(names: Sequence[str]) -> BeatLayout | None:
    """Read a layout from column names; None where no column looks like a waveform sample."""
    lengths: dict[str, int] = {}
    context: list[str] = []
    for position, name in enumerate(names):
        match = _SAMPLE_COLUMN.match(str(name))
        if match is None:
            context.append(str(name))
            continue
        if context:
            raise ValueError(
                f"column {name!r} (position {position}) is a waveform sample after the context "
                f"column {context[-1]!r}: waveform columns must come first."
            )
        lead, index = match["lead"], int(match["index"])
        if index != lengths.get(lead, 0) or (lead in lengths and lead != next(reversed(lengths))):
            raise ValueError(
                f"column {name!r} (position {position}) is out of order: the samples of a lead "
                f"must stand together and be numbered from 000 upwards."
            )
        lengths[lead] = index + 1
    if not lengths:
        return None
    if len(set(lengths.values())) > 1:
        raise ValueError(f"leads differ in length, by their column names: {lengths}.")
    return BeatLayout(tuple(lengths), next(iter(lengths.values())), tuple(context))
