"""What all waveform transformers share: validation, layout, context, dtype, names, blocks."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import assert_all_finite, gen_batches
from sklearn.utils.validation import check_is_fitted, validate_data

from heartbeat._layout import BeatLayout, fitted_layout, resolve_layout

# A block of beats and its result fit in one core's second-level cache: this bounds the memory of
# temporaries and is also what makes several passes over a block cost little more than one.
_BLOCK_BYTES = 2**19


class BeatTransformer(TransformerMixin, BaseEstimator):
    """Base of the transformers from waveforms to waveforms.

    A subclass has the parameters `n_leads` and `n_context` and defines `_prepare` (check the
    parameters, learn, return the layout of the result) and `_transform_waveforms` (the work on a
    block). Context columns pass through untouched, missing values included; waveforms must be
    finite. float32 stays float32 and float64 stays float64; all else becomes float32.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the layout of the beats table and prepare the transformation.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table.
        y : None
            Ignored.

        Returns
        -------
        self
        """
        X = self._validate(X, reset=True)
        self.layout_out_ = self._prepare(X)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Transform the waveforms of a beats table.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table with the layout seen in `fit`.

        Returns
        -------
        ndarray of shape (n_beats, n_leads * n_times_out + n_context)
            A new table: the input is never written to.
        """
        check_is_fitted(self)
        return self._apply(self._validate(X, reset=False))

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> np.ndarray:
        """Return the column names of the result.

        Parameters
        ----------
        input_features : iterable of str, optional
            Column names of the input, by default those seen in `fit`.

        Returns
        -------
        ndarray of str objects
            The input's names where the length of beats is kept; otherwise the names of the leads
            with the new sample numbers, ``MLII_000 ...``, and the names of the context columns.
        """
        check_is_fitted(self)
        names = getattr(self, "feature_names_in_", None)
        if input_features is not None:
            given = np.asarray(list(input_features), dtype=object)
            if names is not None and not np.array_equal(names, given):
                raise ValueError("input_features is not equal to feature_names_in_.")
            if len(given) != self.n_features_in_:
                raise ValueError(
                    "input_features should have length equal to number of features "
                    f"({self.n_features_in_}), got {len(given)}."
                )
            names = given
        if names is None:
            return np.asarray(self.layout_out_.column_names(), dtype=object)
        if self.layout_out_.n_times == self.layout_.n_times:
            return np.asarray(names, dtype=object)
        named = resolve_layout(self.n_features_in_, names, self.n_leads, self.n_context)
        resized = named.with_n_times(self.layout_out_.n_times)
        return np.asarray(resized.column_names(), dtype=object)

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        """Check parameters, learn from `X`, return the layout of the result."""
        raise NotImplementedError

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        """Transform waveforms (n_beats, n_leads, n_times), which are not to be written to."""
        raise NotImplementedError

    def _validate(self, X: Any, reset: bool) -> np.ndarray:
        X = validate_data(
            self, X, reset=reset, dtype=[np.float32, np.float64], ensure_all_finite=False
        )
        if reset:
            self.layout_ = fitted_layout(self)
        for rows in self._blocks(X):
            assert_all_finite(
                X[rows, self.layout_.waveform_slice],
                input_name="X",
                estimator_name=type(self).__name__,
            )
        return X

    def _apply(self, X: np.ndarray) -> np.ndarray:
        n_waveform = self.layout_out_.n_waveform
        out = np.empty((len(X), self.layout_out_.n_features), dtype=X.dtype)
        for rows in self._blocks(X):
            waveforms, context = self.layout_.split(np.ascontiguousarray(X[rows]))
            transformed = self._transform_waveforms(waveforms)
            out[rows, :n_waveform] = transformed.reshape(len(transformed), n_waveform)
            out[rows, n_waveform:] = context
        return out

    def _blocks(self, X: np.ndarray) -> Iterable[slice]:
        return gen_batches(len(X), max(1, _BLOCK_BYTES // (X.shape[1] * X.itemsize)))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32", "float64"]
        return tags
