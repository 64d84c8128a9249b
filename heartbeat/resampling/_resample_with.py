"""Groups and weights that survive resampling."""

import inspect
from typing import Any

import numpy as np
from sklearn.utils import check_consistent_length

from heartbeat.resampling._base import check_groups

__all__ = ["resample_with"]


def resample_with(
    sampler: Any,
    X: Any,
    y: Any,
    *,
    groups: Any = None,
    sample_weight: Any = None,
) -> tuple[Any, Any, np.ndarray | None, np.ndarray | None]:
    """Resample a table together with its groups and weights.

    imbalanced-learn's own pipelines resample `X` and `y` and hand on groups and weights as they
    were, without a word. Here each row takes along those of the row it is, or was made from.

    Parameters
    ----------
    sampler : sampler, or list of samplers
        Any imbalanced-learn sampler; several are applied one after another. Those that take
        `groups` in `fit_resample`, such as `SubjectBalancer`, are given them.
    X : {array-like, dataframe} of shape (n_beats, n_features)
        Beats.
    y : array-like of shape (n_beats,)
        Their classes.
    groups : array-like of shape (n_beats,), default=None
        Whose each beat is.
    sample_weight : array-like of shape (n_beats,), default=None
        Weights.

    Returns
    -------
    X_resampled, y_resampled : as the sampler returns them
        The new table.
    groups_resampled : ndarray of shape (n_resampled,) or None
        None where `groups` is.
    sample_weight_resampled : ndarray of shape (n_resampled,) or None
        Weights of the sources, times those that the sampler itself makes
        (``SubjectBalancer(method="weight")``); None where there are neither.

    Raises
    ------
    ValueError
        If `groups` or `sample_weight` is not as long as `X`, or if they are given and the sampler
        cannot say which row each of its rows comes from (it has no ``sample_indices_``), as
        imbalanced-learn's SMOTE.

    Examples
    --------
    >>> import numpy as np
    >>> from imblearn.over_sampling import RandomOverSampler
    >>> from heartbeat.resampling import resample_with
    >>> X, y = np.arange(8.0).reshape(4, 2), np.array(["N", "N", "N", "V"])
    >>> subjects = np.array(["100", "100", "101", "106"])
    >>> _, _, groups, weights = resample_with(
    ...     RandomOverSampler(random_state=0), X, y, groups=subjects)
    >>> groups, weights
    (array(['100', '100', '101', '106', '106', '106'], dtype='<U3'), None)
    """
    check_consistent_length(X, y)
    groups = check_groups(groups, len(y))
    weights = check_groups(sample_weight, len(y), "sample_weight")
    if isinstance(sampler, (list, tuple)):
        for step in sampler:
            X, y, groups, weights = resample_with(step, X, y, groups=groups, sample_weight=weights)
        return X, y, groups, weights

    takes_groups = "groups" in inspect.signature(sampler.fit_resample).parameters
    params = {"groups": groups} if takes_groups and groups is not None else {}
    X_resampled, y_resampled = sampler.fit_resample(X, y, **params)
    made = getattr(sampler, "sample_weight_", None)
    if groups is not None or weights is not None:
        rows = _sources(sampler, len(y_resampled), groups is not None)
        groups = None if groups is None else groups[rows]
        weights = None if weights is None else weights[rows]
    if made is not None:
        weights = made if weights is None else weights * made
    return X_resampled, y_resampled, groups, weights


def _sources(sampler: Any, n_resampled: int, with_groups: bool) -> np.ndarray:
    rows = getattr(sampler, "sample_indices_", None)
    name = type(sampler).__name__
    what = "groups" if with_groups else "sample_weight"
    if rows is None:
        raise ValueError(
            f"{name} cannot say which beat each resampled row comes from (it has no "
            f"sample_indices_), so {what} cannot follow: use a sampler that can, such as BeatSMOTE "
            f"or BeatAugmenter, or leave {what} out."
        )
    rows = np.asarray(rows).ravel()
    if len(rows) != n_resampled:
        raise ValueError(
            f"{name} returned {n_resampled} rows but sample_indices_ of length {len(rows)}: "
            f"{what} cannot follow."
        )
    return rows
