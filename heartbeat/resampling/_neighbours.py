"""Nearest neighbours among aligned beats, for the samplers of imbalanced-learn."""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.neighbors import NearestNeighbors

from heartbeat._shown import shown

__all__ = ["BeatNeighbours"]


class BeatNeighbours(BaseEstimator):
    """Find nearest beats, given rows of an identity matrix that stand for the beats.

    Run on an identity matrix, the samplers of imbalanced-learn return the *mixing matrix* of their
    synthetic rows: of which beats each is made, and in which shares. They take this object to find
    neighbours. It reads the row numbers from the identity rows and compares the beats themselves.

    Parameters
    ----------
    beats : ndarray of shape (n_beats, n_features)
        Values from which distances are computed.
    y : ndarray of shape (n_beats,)
        Classes.
    n_neighbors : int
        Number of neighbours, including the beat itself, as in imbalanced-learn.
    subjects : {"any", "within", "between"}
        Which subjects' beats may be neighbours within a class. Among beats of several classes,
        where imbalanced-learn counts the neighbours of other classes, any beat may be one.
    groups : ndarray of shape (n_beats,) or None
        Subject of each beat.
    """

    def __init__(
        self, beats: np.ndarray, y: Any, n_neighbors: int, subjects: str = "any", groups: Any = None
    ):
        self.beats = beats
        self.y = y
        self.n_neighbors = n_neighbors
        self.subjects = subjects
        self.groups = groups

    def __sklearn_clone__(self) -> "BeatNeighbours":
        return BeatNeighbours(self.beats, self.y, self.n_neighbors, self.subjects, self.groups)

    def fit(self, X: sparse.csr_matrix, y: Any = None) -> "BeatNeighbours":
        """Store the beats among which neighbours are sought."""
        self.rows_ = X.indices
        self.restricted_ = self.subjects != "any" and len(np.unique(self.y[self.rows_])) == 1
        return self

    def kneighbors(
        self, X: sparse.csr_matrix, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Any:
        """Return positions of neighbours among the fitted beats, the nearest first."""
        queries = X.indices
        n_neighbors = n_neighbors or self.n_neighbors
        if self.restricted_:
            found = self._restricted(queries, n_neighbors)
        else:
            found = self._nearest(np.arange(len(self.rows_)), queries, n_neighbors)
        if not return_distance:
            return found
        steps = self.beats[self.rows_[found]] - self.beats[queries][:, None, :]
        return np.linalg.norm(steps, axis=-1), found

    def kneighbors_graph(
        self, X: sparse.csr_matrix, n_neighbors: int | None = None
    ) -> sparse.csr_matrix:
        """Return the neighbours as a matrix of zeros and ones."""
        found = self.kneighbors(X, n_neighbors, return_distance=False)
        starts = np.arange(0, found.size + 1, found.shape[1])
        shape = (len(found), len(self.rows_))
        return sparse.csr_matrix((np.ones(found.size), found.ravel(), starts), shape=shape)

    def _nearest(self, candidates: np.ndarray, queries: np.ndarray, n: int) -> np.ndarray:
        """Return the positions of the `n` candidates nearest to each query."""
        if n > len(candidates):
            label = self.y[queries[0]]
            raise ValueError(
                f"{n - 1} neighbours of a beat of class {shown(label)} are required, but there are "
                f"only {len(candidates)} beats to choose from. Decrease k_neighbors (or "
                "m_neighbors)."
            )
        search = NearestNeighbors(n_neighbors=n, algorithm="brute")
        search.fit(self.beats[self.rows_[candidates]])
        return candidates[search.kneighbors(self.beats[queries], return_distance=False)]

    def _restricted(self, queries: np.ndarray, n_neighbors: int) -> np.ndarray:
        """Return neighbours of the same subject, or of others, the beat itself first.

        Beats of subjects with too few of them are returned several times. The only beat of a
        subject is its own neighbour.
        """
        position = np.empty(len(self.beats), dtype=np.intp)
        position[self.rows_] = np.arange(len(self.rows_))
        found = np.empty((len(queries), n_neighbors), dtype=np.intp)
        found[:, 0] = position[queries]
        for subject in np.unique(self.groups[queries]):
            asked = np.flatnonzero(self.groups[queries] == subject)
            own = self.groups[self.rows_] == subject
            within = self.subjects == "within"
            candidates = np.flatnonzero(own if within else ~own)
            if not len(candidates):
                raise ValueError(
                    f"subjects='between' requires beats of at least two subjects in each class, "
                    f"but all beats of class {shown(self.y[queries[0]])} are of subject "
                    f"{shown(subject)}."
                )
            n = min(n_neighbors - 1 + within, len(candidates))
            nearest = self._nearest(candidates, queries[asked], n)
            if within and n > 1:
                nearest = nearest[:, 1:]
            found[asked, 1:] = np.resize(np.arange(nearest.shape[1]), n_neighbors - 1)[None, :]
            found[asked, 1:] = np.take_along_axis(nearest, found[asked, 1:], axis=1)
        return found
