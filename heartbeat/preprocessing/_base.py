"""Base class of the transformers from waveforms to waveforms."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from heartbeat._beats_table import BeatsTableTransformer, blocks_in_cache
from heartbeat._layout import BeatLayout


class BeatTransformer(BeatsTableTransformer):
    """Base class of the transformers from waveforms to waveforms.

    A subclass has the parameters `n_leads` and `n_context`. Its method `_prepare` checks the
    parameters, learns and returns the layout of the result; `_transform_waveforms` transforms a
    block of beats. Waveforms must be finite. Context columns are not changed and may hold missing
    values. float32 and float64 are kept; other dtypes become float32.
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

    def transform(self, X: Any) -> np.ndarray | pd.DataFrame:
        """Transform the waveforms of a beats table.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table with the layout seen in `fit`.

        Returns
        -------
        ndarray or DataFrame of shape (n_beats, n_leads * n_times_out + n_context)
            New table, a DataFrame if `X` is one. The input is not changed.
        """
        check_is_fitted(self)
        return self._like_input(X, self._apply(self._validate(X, reset=False)))

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> np.ndarray:
        """Return the column names of the result.

        Parameters
        ----------
        input_features : iterable of str or None, default=None
            Column names of the input. None takes those seen in `fit`.

        Returns
        -------
        ndarray of str objects
            The names of the input if beats keep their length. Otherwise the names of the leads
            with new sample numbers, such as ``MLII_000``, then the names of the context columns.
        """
        check_is_fitted(self)
        names = self._input_names(input_features)
        if names is None:
            return np.asarray(self.layout_out_.column_names(), dtype=object)
        if self.layout_out_.n_times == self.layout_.n_times:
            return np.asarray(names, dtype=object)
        resized = self._input_layout(names).with_n_times(self.layout_out_.n_times)
        return np.asarray(resized.column_names(), dtype=object)

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        """Check parameters, learn from `X`, return the layout of the result."""
        raise NotImplementedError

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        """Transform waveforms (n_beats, n_leads, n_times), which are not to be written to."""
        raise NotImplementedError

    def _apply(self, X: np.ndarray) -> np.ndarray:
        n_waveform = self.layout_out_.n_waveform
        out = np.empty((len(X), self.layout_out_.n_features), dtype=X.dtype)
        for rows in blocks_in_cache(X):
            waveforms, context = self.layout_.split(np.ascontiguousarray(X[rows]))
            transformed = self._transform_waveforms(waveforms)
            out[rows, :n_waveform] = transformed.reshape(len(transformed), n_waveform)
            out[rows, n_waveform:] = context
        return out
