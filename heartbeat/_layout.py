"""Layout of a beats table: the leads one after another, then the context columns.

A beats table is an ordinary 2-D array, so every estimator of scikit-learn and imbalanced-learn can
be used on it. This module alone decides which columns are waveform and which are context: by
`n_leads` and `n_context` for arrays, and by column names for DataFrames
(``MLII_000 ... MLII_186, V1_000 ..., rr_prev, ...``).
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
"""The last known layout for each number of columns, used to notice lost column names."""

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
    """Return the layout of a table with `n_features` columns.

    Numbers that are given are used; those that are None are read from the column names. Without
    column names, or if none of them is that of a waveform sample, the table is one lead without
    context.

    Parameters
    ----------
    n_features : int
        Number of columns.
    feature_names : iterable of str, optional
        Column names, if the table was a DataFrame.
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
                    f"{name}={value} contradicts the column names, which give {found}: "
                    f"leads {list(named.leads)}, context {list(named.context)}. "
                    f"Set {name}=None to use the column names."
                )
        remember_layout(named)
        return named
    n_leads = 1 if n_leads is None else n_leads
    n_context = 0 if n_context is None else n_context
    n_times, rest = divmod(n_features - n_context, n_leads)
    if n_times < 1 or rest:
        raise ValueError(
            f"{n_features} features cannot be {n_leads} lead(s) of equal length followed by "
            f"{n_context} context column(s). Set n_leads and n_context to the numbers of leads and "
            "of context columns in the table."
        )
    leads = ("lead",) if n_leads == 1 else tuple(f"lead{i}" for i in range(n_leads))
    return BeatLayout(leads, n_times, default_context(n_context))


def remember_layout(layout: BeatLayout) -> None:
    """Store the layout of a table that was seen, to notice later that column names were lost."""
    _SEEN[layout.n_features] = layout


def default_context(n_context: int) -> tuple[str, ...]:
    """Return the default names of context columns, for tables without column names."""
    return tuple(f"context{i}" for i in range(n_context))


def fitted_layout(estimator: Any) -> BeatLayout:
    """Return the layout of the table that an estimator was fitted on.

    The estimator has the parameters `n_leads` and `n_context`, and
    `sklearn.utils.validation.validate_data` has set its `n_features_in_` and, for DataFrames, its
    `feature_names_in_`.

    Warns
    -----
    UserWarning
        If neither column names nor parameters give the layout, and the last table seen with this
        number of columns had several leads or context columns.
    """
    names = getattr(estimator, "feature_names_in_", None)
    n_leads, n_context = estimator.n_leads, estimator.n_context
    if names is None and n_leads is None and n_context is None:
        _warn_of_lost_names(type(estimator).__name__, estimator.n_features_in_)
    return resolve_layout(estimator.n_features_in_, names, n_leads, n_context)


def join(waveforms: np.ndarray, context: np.ndarray) -> np.ndarray:
    """Join waveforms (n_beats, n_leads, n_times) and context (n_beats, n_context) to one table."""
    n_beats, n_leads, n_times = waveforms.shape
    flat = waveforms.reshape(n_beats, n_leads * n_times)
    return np.hstack([flat, context]) if context.shape[1] else flat


def n_samples(seconds: float, fs: float) -> int:
    """Return the number of whole samples in a duration.

    >>> n_samples(0.5, 125), n_samples(1.0, 125), n_samples(0.3, 10)
    (62, 125, 3)
    """
    return int(np.floor(seconds * fs + 1e-6))


def window(start: float, stop: float, r_index: int, fs: float, n_times: int) -> slice:
    """Return the slice from `start` to `stop` seconds relative to the R peak, within the beat.

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
        f"{estimator} received a table without column names, and treats its {n_features} columns "
        f"as one lead. The last table with this number of columns had the leads {list(seen.leads)} "
        f"and {seen.n_context} context columns. If this table has the same columns, pass a "
        "DataFrame (as_frame=True), let the previous step keep the names with "
        f".set_output(transform='pandas'), or set n_leads={seen.n_leads}, "
        f"n_context={seen.n_context}. If it is one lead, set n_leads=1.",
        UserWarning,
        stacklevel=4,
    )


def _layout_of_names(names: Sequence[str]) -> BeatLayout | None:
    """Return the layout that column names give, or None if no name is that of a waveform sample."""
    lengths: dict[str, int] = {}
    context: list[str] = []
    for position, name in enumerate(names):
        match = _SAMPLE_COLUMN.match(str(name))
        if match is None:
            context.append(str(name))
            continue
        if context:
            raise ValueError(
                f"column {name!r} (position {position}) is a waveform sample, but it follows the "
                f"context column {context[-1]!r}. Waveform columns must come first."
            )
        lead, index = match["lead"], int(match["index"])
        if index != lengths.get(lead, 0) or (lead in lengths and lead != next(reversed(lengths))):
            raise ValueError(
                f"column {name!r} (position {position}) is out of order. The samples of a lead "
                f"must be in adjacent columns, numbered from 000 upwards."
            )
        lengths[lead] = index + 1
    if not lengths:
        return None
    if len(set(lengths.values())) > 1:
        raise ValueError(
            "all leads must have the same number of samples, but by the column names they have "
            f"{lengths}."
        )
    return BeatLayout(tuple(lengths), next(iter(lengths.values())), tuple(context))
