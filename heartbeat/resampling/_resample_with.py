"""Resampling of a table together with its groups and weights."""

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

    Pipelines of imbalanced-learn resample `X` and `y` only, so that groups and weights no longer
    match the rows. Here each resampled row has the group and weight of the row from which it was
    taken or made.

    Parameters
    ----------
    sampler : sampler, or list of samplers
        Sampler of imbalanced-learn or of `heartbeat.resampling`. Several are applied one after
        another. Samplers that take `groups` in `fit_resample`, such as `SubjectBalancer`, are given
        them.
    X : {array-like, dataframe} of shape (n_beats, n_features)
        Beats table.
    y : array-like of shape (n_beats,)
        Class of each beat.
    groups : array-like of shape (n_beats,), default=None
        Subject of each beat.
    sample_weight : array-like of shape (n_beats,), default=None
        Weight of each beat.

    Returns
    -------
    X_resampled, y_resampled : as the sampler returns them
        Resampled table and the class of each of its beats.
    groups_resampled : ndarray of shape (n_resampled,) or None
        Subject of each resampled beat; None if `groups` is None.
    sample_weight_resampled : ndarray of shape (n_resampled,) or None
        Weight of each resampled beat. Weights that the sampler makes, such as those of
        ``SubjectBalancer(method="weight")``, are multiplied with those given. None if there are
        neither.

    Raises
    ------
    ValueError
        If `groups` or `sample_weight` is not as long as `X`. Also if one of them is given and the
        sampler has no ``sample_indices_``, which say from which row each resampled row comes; SMOTE
        of imbalanced-learn is such a sampler.

    See Also
    --------
    SubjectBalancer : Limits the share of each subject in a class.
    BeatSMOTE : SMOTE that works with this function.

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
            f"{name} does not tell which beat each resampled row comes from (it has no "
            f"sample_indices_), so that {what} cannot be resampled. Use a sampler that does, such "
            f"as BeatSMOTE or BeatAugmenter, or omit {what}."
        )
    rows = np.asarray(rows).ravel()
    if len(rows) != n_resampled:
        raise ValueError(
            f"{name} returned {n_resampled} rows but sample_indices_ of length {len(rows)}, so "
            f"that {what} cannot be resampled. Both must be equal."
        )
    return rows
