"""Input checks, tags and groups that all samplers of beats share."""

import warnings
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from heartbeat._compat import Interval
from heartbeat._layout import fitted_layout
from heartbeat._shown import in_plain_words

__all__ = [
    "LAYOUT",
    "TIMING",
    "BeatSamplerMixin",
    "GroupedSamplerMixin",
    "check_groups",
    "groups_or_one",
]

LAYOUT: dict[str, list] = {
    "n_leads": [Interval(Integral, 1, None, closed="left"), None],
    "n_context": [Interval(Integral, 0, None, closed="left"), None],
}
"""Constraints on the parameters that describe the layout of a table."""

TIMING: dict[str, list] = {
    "fs": [Interval(Real, 0, None, closed="neither")],
    "before": [Interval(Real, 0, None, closed="left")],
}
"""Constraints on the parameters that describe the timing of beats."""


class BeatSamplerMixin:
    """Mixin for samplers of a dense beats table, which keep its dtype.

    A sampler has the parameters `n_leads` and `n_context` and sets `layout_` and `sample_indices_`.
    """

    def _check_X_y(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray, bool]:
        # A second of imports, which networks that come through here for functions do not need.
        from imblearn.utils import check_target_type

        y, binarize_y = check_target_type(y, indicate_one_vs_all=True)
        # DataFrames may hold sparse columns, which imbalanced-learn restores afterwards.
        sparse_frame = hasattr(X, "columns")
        X, y = validate_data(
            self, X=X, y=y, reset=True, dtype=[np.float64, np.float32], accept_sparse=sparse_frame
        )
        X = X.toarray() if issparse(X) else X
        self.layout_ = fitted_layout(self)
        return X, y, binarize_y

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.sparse = False
        tags.sampler_tags.sample_indices = True
        return tags


class GroupedSamplerMixin(BeatSamplerMixin):
    """Mixin for samplers that take the subject of each beat in `fit_resample`."""

    def fit_resample(self, X: Any, y: Any, groups: Any = None) -> tuple[Any, Any]:
        """Resample a beats table.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_beats, n_features)
            Beats table.
        y : array-like of shape (n_beats,)
            Class of each beat.
        groups : array-like of shape (n_beats,), default=None
            Subject of each beat. None means that the subjects are unknown.

        Returns
        -------
        X_resampled : {ndarray, dataframe} of shape (n_resampled, n_features)
            Resampled table, of the dtype of `X`.
        y_resampled : ndarray or Series of shape (n_resampled,)
            Class of each resampled beat.

        Raises
        ------
        ValueError
            If `groups` is not as long as `X`.
        """
        # The checks of imbalanced-learn and scikit-learn show values as NumPy does.
        with in_plain_words():
            return super().fit_resample(X, y, groups=groups)  # type: ignore[misc]


def groups_or_one(sampler: Any, groups: Any, n_beats: int) -> np.ndarray:
    """Return groups; without any, warn and take all beats as those of one subject."""
    groups = check_groups(groups, n_beats)
    if groups is not None:
        return groups
    name = type(sampler).__name__
    warnings.warn(
        f"{name} was given no groups and treats all beats as beats of one subject. Resample the "
        f"training part with resample_with({name}(), X, y, groups=subject). In a Pipeline, enable "
        "metadata routing with sklearn.set_config(enable_metadata_routing=True), request the "
        f"groups with {name}().set_fit_resample_request(groups=True), and pass them to fit, or to "
        "cross_validate as params={'groups': subject}. If the classifier accepts groups as well, "
        "call its set_fit_request(groups=False), because its rows are no longer those of groups.",
        UserWarning,
        stacklevel=2,
    )
    return np.zeros(n_beats, dtype=int)


def check_groups(groups: Any, n_beats: int, name: str = "groups") -> np.ndarray | None:
    """Return groups as a 1-D array as long as the table, or None."""
    if groups is None:
        return None
    groups = check_array(groups, ensure_2d=False, dtype=None, input_name=name)
    if groups.ndim != 1 or len(groups) != n_beats:
        raise ValueError(
            f"{name} must hold one value for each of the {n_beats} beats, got shape {groups.shape}."
        )
    return groups
