"""Checks of beats tables, and the base class of the transformers that take one."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import assert_all_finite, check_array, gen_batches
from sklearn.utils.validation import validate_data

from heartbeat._compat import asks_for_container
from heartbeat._layout import BeatLayout, fitted_layout, resolve_layout
from heartbeat._shown import in_plain_words

__all__ = ["BeatsTableTransformer", "blocks_in_cache", "check_table"]

# A block of beats and its result fit in the second-level cache of one core. This bounds the memory
# of temporary arrays and makes several passes over a block almost as fast as one.
_BLOCK_BYTES = 2**19


class BeatsTableTransformer(TransformerMixin, BaseEstimator):
    """Base of the transformers whose input is a beats table.

    A subclass has the parameters `n_leads` and `n_context`. Waveforms must be finite; context
    columns may hold missing values. float32 and float64 are kept; any other dtype becomes float32.
    A DataFrame is returned for a DataFrame, so that the next step of a pipeline knows the leads and
    the context columns by name, unless `set_output` or `set_config` asks for something else.
    """

    def _validate(self, X: Any, reset: bool) -> np.ndarray:
        """Return the table as a float array; with `reset`, learn its layout as `layout_`."""
        with in_plain_words():
            X = validate_data(
                self, X, reset=reset, dtype=[np.float32, np.float64], ensure_all_finite=False
            )
        if reset:
            self.layout_ = fitted_layout(self)
        for rows in blocks_in_cache(X):
            assert_all_finite(
                X[rows, self.layout_.waveform_slice],
                input_name="X",
                estimator_name=type(self).__name__,
            )
        return X

    def _like_input(self, X: Any, out: np.ndarray) -> Any:
        """Return a result as a DataFrame with names where the input was one, else as it is."""
        named = isinstance(X, pd.DataFrame) and hasattr(self, "feature_names_in_")
        if not named or asks_for_container(self):
            return out
        return pd.DataFrame(out, X.index, self.get_feature_names_out(), copy=False)

    def _input_names(self, input_features: Iterable[str] | None) -> np.ndarray | None:
        """Return the column names of the input: those given, else those seen in `fit`, if any."""
        names = getattr(self, "feature_names_in_", None)
        if input_features is None:
            return names
        given = np.asarray(list(input_features), dtype=object)
        if names is not None and not np.array_equal(names, given):
            raise ValueError("input_features is not equal to feature_names_in_.")
        if len(given) != self.n_features_in_:
            raise ValueError(
                "input_features should have length equal to number of features "
                f"({self.n_features_in_}), got {len(given)}."
            )
        return given

    def _input_layout(self, input_features: Iterable[str] | None) -> BeatLayout:
        """Return the layout of the input, named as `_input_names` says."""
        names = self._input_names(input_features)
        return resolve_layout(self.n_features_in_, names, self.n_leads, self.n_context)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32", "float64"]
        return tags


def blocks_in_cache(X: np.ndarray) -> Iterable[slice]:
    """Yield the rows of blocks that fit in a core's cache."""
    return gen_batches(len(X), max(1, _BLOCK_BYTES // (X.shape[1] * X.itemsize)))


def check_table(estimator: Any, X: Any) -> np.ndarray:
    """Return a beats table as float32 for a fitted estimator, after checking its columns."""
    if isinstance(X, pd.DataFrame) and all(dtype == np.float32 for dtype in X.dtypes):
        # Checking hundreds of columns one by one takes half as long as running the network.
        validate_data(estimator, X, skip_check_array=True, reset=False)
        return check_array(X.to_numpy(), dtype=np.float32, estimator=estimator, input_name="X")
    return validate_data(estimator, X, dtype=np.float32, reset=False)
