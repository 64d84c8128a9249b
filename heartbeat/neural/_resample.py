"""Resampling inside a fit, after the validation part has been put aside."""

from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

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
    """Run a sampler over the training rows.

    Parameters
    ----------
    resampler : imbalanced-learn sampler
        It is cloned. Random states that are None are drawn from `random_state`.
    rows : ndarray of shape (n_rows, n_features)
        Training rows.
    labels : ndarray of shape (n_rows,)
        Their labels, as the user gave them, so that ``sampling_strategy`` can name classes.
    weights : ndarray of shape (n_rows,) or None
        Row weights. They follow the rows where the sampler tells which rows it chose
        (``sample_indices_``); a sampler that makes new rows cannot say what those weigh.
    groups : ndarray of shape (n_rows,) or None
        Subjects; handed to samplers whose ``fit_resample`` takes ``groups``.
    feature_names : ndarray of str or None
        Column names, when the table was a DataFrame: samplers that know beats read the layout
        from them.
    random_state : RandomState
        Where randomness comes from.

    Returns
    -------
    rows, labels, weights

    Raises
    ------
    ValueError
        If the sampler returns rows and labels of different lengths, or weights cannot follow.
    """
    sampler = clone(resampler)
    unset = {
        key: int(random_state.randint(np.iinfo(np.int32).max))
        for key, value in sorted(sampler.get_params(deep=True).items())
        if value is None and (key == "random_state" or key.endswith("__random_state"))
    }
    sampler.set_params(**unset)
    table = rows if feature_names is None else pd.DataFrame(rows, columns=feature_names)
    extra = {"groups": groups} if groups is not None and _takes_groups(sampler) else {}
    new_rows, new_labels = sampler.fit_resample(table, labels, **extra)[:2]
    new_rows, new_labels = np.asarray(new_rows, dtype=np.float32), np.asarray(new_labels)
    if len(new_rows) != len(new_labels):
        raise ValueError(
            f"resampler {sampler!r} returned {len(new_rows)} rows and {len(new_labels)} labels."
        )
    if weights is not None:
        chosen = getattr(sampler, "sample_indices_", None)
        if chosen is None or len(chosen) != len(new_rows):
            raise ValueError(
                f"sample_weight cannot follow resampler {type(sampler).__name__}: it has "
                f"{len(weights)} weights for {len(new_rows)} resampled rows and does not tell "
                "(by sample_indices_) which rows those are. Use a sampler that selects rows, or "
                "leave out sample_weight or the resampler."
            )
        weights = weights[np.asarray(chosen)]
    return new_rows, new_labels, weights


def _takes_groups(sampler: Any) -> bool:
    return "groups" in signature(sampler.fit_resample).parameters
