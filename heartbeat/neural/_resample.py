"""Resample training beats inside a fit, after the validation beats have been set aside."""

from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from heartbeat._shown import shown
from heartbeat.resampling import resample_with

__all__ = ["resample_rows"]


def resample_rows(
    resampler: Any,
    rows: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray | None,
    groups: np.ndarray | None,
    feature_names: np.ndarray | None,
    random_state: np.random.RandomState,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Apply one or more samplers to the training rows.

    Parameters
    ----------
    resampler : sampler, or list of samplers
        It is cloned. Random states that are None are drawn from `random_state`.
    rows : ndarray of shape (n_rows, n_features)
        Training rows.
    labels : ndarray of shape (n_rows,)
        Their labels, as the user gave them, so that ``sampling_strategy`` can name classes.
    weights : ndarray of shape (n_rows,) or None
        Row weights, which are resampled as well (see `heartbeat.resampling.resample_with`).
    groups : ndarray of shape (n_rows,) or None
        Subjects, for samplers that use them.
    feature_names : ndarray of str or None
        Column names, if the table was a DataFrame, from which samplers made for beats read the
        layout.
    random_state : RandomState
        Random generator.

    Returns
    -------
    rows, labels, weights

    Raises
    ------
    ValueError
        If the sampler returns different numbers of rows and labels, or if weights or groups cannot
        be resampled.
    """
    samplers = [clone(s) for s in (resampler if isinstance(resampler, list) else [resampler])]
    for sampler in samplers:
        sampler.set_params(**_drawn_seeds(sampler, random_state))
    # Only samplers that use groups must return the original row of each resampled row.
    if not any("groups" in signature(s.fit_resample).parameters for s in samplers):
        groups = None
    table = rows if feature_names is None else pd.DataFrame(rows, columns=feature_names)
    table, labels, _, weights = resample_with(
        samplers, table, labels, groups=groups, sample_weight=weights
    )
    rows, labels = np.asarray(table, dtype=np.float32), np.asarray(labels)
    if len(rows) != len(labels):
        raise ValueError(
            f"resampler {shown(resampler)} must return one label for each row, but returned "
            f"{len(rows)} rows and {len(labels)} labels."
        )
    return rows, labels, weights


def _drawn_seeds(sampler: Any, random_state: np.random.RandomState) -> dict[str, int]:
    """Return a seed for each `random_state` of a sampler that is None."""
    return {
        name: int(random_state.randint(np.iinfo(np.int32).max))
        for name, value in sorted(sampler.get_params(deep=True).items())
        if value is None and (name == "random_state" or name.endswith("__random_state"))
    }
