"""Probabilities of beats, revised by all beats of their recording."""

from collections.abc import Iterator
from typing import Self

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from heartbeat._groups import draw_rows
from heartbeat._layout import BeatLayout
from heartbeat.transductive._evidence import Spread, evidence

__all__ = ["SecondStage", "rows_by_recording"]

_N_DRAWN = 90_000
"""At most so many training beats are drawn for the second stage."""


def rows_by_recording(recordings: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the rows of each recording, in their order.

    >>> [rows.tolist() for rows in rows_by_recording(np.array(["b", "a", "b"]))]
    [[1], [0, 2]]
    """
    order = np.argsort(recordings, kind="stable")
    _, first = np.unique(recordings[order], return_index=True)
    yield from np.split(order, first[1:])


class SecondStage:
    """Boosted trees on a beat's probabilities and on what its recording says about it.

    Parameters
    ----------
    layout : BeatLayout
        Layout of the table.
    fs, before : float
        Sampling rate in Hz; seconds from the first sample to R.
    random_state : int
        Seed of the draw and of the trees.
    """

    def __init__(self, layout: BeatLayout, *, fs: float, before: float, random_state: int):
        self.layout, self.fs, self.before = layout, fs, before
        self.random_state = random_state

    def table(self, X: np.ndarray, probability: np.ndarray, recordings: np.ndarray) -> np.ndarray:
        """Return the columns that the trees see."""
        parts = list(rows_by_recording(recordings))
        tables = [
            evidence(
                X[rows],
                probability[rows].astype(np.float64),
                self.layout,
                self.spread_,
                usual=self.usual_,
                fs=self.fs,
                before=self.before,
            )
            for rows in parts
        ]
        table = np.empty((len(X), tables[0].shape[1]), dtype=np.float32)
        for rows, part in zip(parts, tables, strict=True):
            table[rows] = part
        return table

    def fit(
        self,
        X: np.ndarray,
        probability: np.ndarray,
        y: np.ndarray,
        groups: np.ndarray,
        recordings: np.ndarray,
    ) -> Self:
        """Learn from beats of known class `y` (a position) and cross-fitted probabilities."""
        self.usual_ = int(np.bincount(y, minlength=probability.shape[1]).argmax())
        self.spread_ = Spread.of(X[:, self.layout.context_slice])
        return self.fit_table(self.table(X, probability, recordings), y, groups)

    def fit_table(self, table: np.ndarray, y: np.ndarray, groups: np.ndarray) -> Self:
        """Learn from the columns of `table`."""
        rng = np.random.RandomState(self.random_state)
        n = min(len(y), _N_DRAWN)
        rows = draw_rows(y, groups, n, rng)
        rows = np.concatenate([rows, np.unique(y, return_index=True)[1]])
        # The trees refuse columns without two values, such as distances that no recording knows.
        least = np.where(np.isnan(table[rows]), np.inf, table[rows]).min(axis=0)
        most = np.where(np.isnan(table[rows]), -np.inf, table[rows]).max(axis=0)
        self.columns_ = np.flatnonzero(least < most)
        if not len(self.columns_):
            raise ValueError(
                "all beats and their probabilities are the same, so that there is nothing to learn "
                "from. Pass beats that differ."
            )
        self.trees_ = HistGradientBoostingClassifier(
            max_iter=150,
            learning_rate=0.06,
            max_leaf_nodes=6,
            min_samples_leaf=int(np.clip(n // 225, 2, 400)),
            l2_regularization=20.0,
            max_features=0.3,
            early_stopping=False,
            random_state=self.random_state,
        ).fit(table[np.ix_(rows, self.columns_)], y[rows])
        return self

    def revise(self, X: np.ndarray, probability: np.ndarray, recordings: np.ndarray) -> np.ndarray:
        """Return the probabilities of the trees."""
        return self.revise_table(self.table(X, probability, recordings), probability.shape[1])

    def revise_table(self, table: np.ndarray, n_classes: int) -> np.ndarray:
        """Return the probabilities of the trees for the columns of `table`."""
        revised = np.zeros((len(table), n_classes))
        revised[:, self.trees_.classes_] = self.trees_.predict_proba(table[:, self.columns_])
        return revised

    def mean(
        self,
        probability: np.ndarray,
        revised: np.ndarray,
        recordings: np.ndarray,
        *,
        weight: float,
        least_usual: float,
    ) -> np.ndarray:
        """Return the weighted mean, or `probability` for recordings with few usual beats."""
        mean = (1 - weight) * probability + weight * revised
        is_usual = probability.argmax(axis=1) == self.usual_
        for rows in rows_by_recording(recordings):
            if is_usual[rows].mean() < least_usual:
                mean[rows] = probability[rows]
        return mean
