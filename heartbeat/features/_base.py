"""Base class of the transformers from waveforms to features."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted

from heartbeat._beats_table import BeatsTableTransformer
from heartbeat._layout import BeatLayout


class BeatFeatures(BeatsTableTransformer):
    """Base class of the transformers from waveforms to features.

    A subclass has the parameters `n_leads` and `n_context` and defines `_learn`, `_measure` and
    `_names`. Waveforms must be finite. Context columns follow the features unchanged and may hold
    missing values. The features of a beat depend on this beat only.
    """

    def fit(self, X: Any, y: Any = None) -> "BeatFeatures":
        """Check the parameters and learn from training beats.

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
        waveforms, _ = self.layout_.split(X)
        self._learn(waveforms)
        return self

    def transform(self, X: Any) -> np.ndarray | pd.DataFrame:
        """Compute the features of the beats of a table.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table with the layout seen in `fit`.

        Returns
        -------
        ndarray or DataFrame of shape (n_beats, n_features_out + n_context)
            Features of each beat, then its context columns. A DataFrame if `X` is one.
        """
        check_is_fitted(self)
        given, X = X, self._validate(X, reset=False)
        n_features = len(self._all_names(self.layout_))
        n_out = n_features + self.layout_.n_context
        out = np.empty((len(X), n_out), dtype=self._dtype_out(X.dtype))
        waveforms, context = self.layout_.split(X)
        out[:, n_features:] = context
        self._measure_blocks(waveforms, out[:, :n_features])
        return self._like_input(given, out)

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> np.ndarray:
        """Return the names of the columns that `transform` returns.

        Parameters
        ----------
        input_features : iterable of str or None, default=None
            Column names of the input. None takes those seen in `fit`; leads and context columns
            are named after them.

        Returns
        -------
        ndarray of str objects
            Names of the features, each preceded by its lead if there are several leads, then the
            names of the context columns.
        """
        check_is_fitted(self)
        layout = self._input_layout(input_features)
        return np.asarray(self._all_names(layout) + list(layout.context), dtype=object)

    def _learn(self, waveforms: np.ndarray) -> None:
        """Check parameters and learn from waveforms (n_beats, n_leads, n_times)."""
        raise NotImplementedError

    def _measure(self, waveforms: np.ndarray, out: np.ndarray) -> None:
        """Write the features of a block of waveforms to `out` (n_beats, n_features_out)."""
        raise NotImplementedError

    def _names(self) -> list[str]:
        """Return the names of one lead's features."""
        raise NotImplementedError

    def _all_names(self, layout: BeatLayout) -> list[str]:
        names = self._names()
        if layout.n_leads == 1:
            return names
        return [f"{lead}_{name}" for lead in layout.leads for name in names]

    def _dtype_out(self, dtype: np.dtype) -> np.dtype:
        return dtype

    def _measure_blocks(self, waveforms: np.ndarray, out: np.ndarray) -> None:
        for rows in self._blocks(len(waveforms)):
            self._measure(waveforms[rows], out[rows])

    def _blocks(self, n_beats: int) -> Iterable[slice]:
        """Yield the rows of blocks that are processed at a time, which bounds temporary memory."""
        # One lead of a block nearly fits a second-level cache. Subclasses lay blocks out with the
        # beats side by side: an odd multiple of 8 of them keeps a beat's samples, and its features,
        # from all falling into the same few cache lines, as they would with a power of two.
        n_block = max(64, 200_000 // self.layout_.n_times) // 16 * 16 + 8
        return gen_batches(n_beats, n_block)
