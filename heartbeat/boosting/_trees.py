"""Fitted regression trees as flat arrays, and the sum of their values."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

__all__ = ["Trees"]

_PAIRS = 16_384
"""Pairs of beat and tree that are followed together; their arrays fit into the cache of a core."""
_LEVELS, _MORE_LEVELS = 5, 3
"""Decisions after which the pairs that have reached a leaf are left out, at first and later."""


class _Lookup(NamedTuple):
    """What is looked up for node `i`, at `2 * i` and again at `2 * i + 1`.

    ``child`` has the left child there, doubled, and then the right one, so that the next node is at
    the place of a node, plus 1 if the beat is above the threshold. A leaf is its own child, and no
    beat is above its threshold.
    """

    child: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    inner: np.ndarray
    value: np.ndarray


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees of a boosted ensemble, all nodes in one row.

    The left child of a node is the node after it. A beat goes left if its feature is at most the
    threshold. Trees are ordered by iteration, then by class.

    Attributes
    ----------
    feature : ndarray of shape (n_nodes,), dtype int32
        Column that a node looks at; 0 for leaves.
    number : ndarray of shape (n_nodes,), dtype float32
        Threshold of a node, or value of a leaf.
    right : ndarray of shape (n_nodes,), dtype int32
        Right child of a node, or 0 for leaves.
    root : ndarray of shape (n_trees,), dtype int32
        First node of each tree.
    baseline : ndarray of shape (n_outputs,), dtype float64
        Scores before the first tree. There is one for each class, or a single one for two classes.
    """

    feature: np.ndarray
    number: np.ndarray
    right: np.ndarray
    root: np.ndarray
    baseline: np.ndarray

    @classmethod
    def of_fitted(cls, boosting: Any) -> Self:
        """Copy the trees of a fitted `HistGradientBoostingClassifier` without categories.

        Thresholds are rounded down to float32, which gives the same decision for float32 columns.
        """
        trees = [tree.nodes for iteration in boosting._predictors for tree in iteration]
        root = np.cumsum([0, *map(len, trees)], dtype=np.int32)
        nodes = np.concatenate(trees)
        leaf = nodes["is_leaf"].astype(bool)
        offset = np.repeat(root[:-1], list(map(len, trees)))
        own = np.arange(len(nodes))
        if not np.array_equal((offset + nodes["left"])[~leaf], own[~leaf] + 1):
            raise RuntimeError("this version of scikit-learn orders the nodes of trees differently")
        return cls(
            np.where(leaf, 0, nodes["feature_idx"]).astype(np.int32),
            np.where(leaf, nodes["value"], _rounded_down(nodes["num_threshold"])).astype(
                np.float32
            ),
            np.where(leaf, 0, offset + nodes["right"]).astype(np.int32),
            root[:-1],
            np.ravel(boosting._baseline_prediction).astype(np.float64),
        )

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, np.ndarray], n_features: int) -> Self:
        """Return trees from a file.

        Raises
        ------
        ValueError
            If the arrays are not trees over that many columns.
        """
        kinds = {"number": np.float32, "baseline": np.float64}
        names = [field.name for field in fields(cls)]
        if set(arrays) != set(names):
            raise ValueError(f"its arrays are {sorted(arrays)}, not {sorted(names)}")
        for name in names:
            found, kind = arrays[name], np.dtype(kinds.get(name, np.int32))
            if found.dtype != kind or found.ndim != 1 or not len(found):
                raise ValueError(f"its array {name!r} is not a row of {kind}")
            if not np.isfinite(found).all():
                raise ValueError(f"its array {name!r} is not finite")
        trees = cls(**arrays)
        if not trees._lead_to_leaves(n_features):
            raise ValueError("its nodes do not form trees")
        return trees

    def __getstate__(self) -> dict[str, np.ndarray]:
        """Leave out of files and copies what is computed from the arrays."""
        return self.arrays

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def n_outputs(self) -> int:
        """Number of scores: one for each class, or 1 for two classes."""
        return len(self.baseline)

    @cached_property
    def _lookup(self) -> "_Lookup":
        own, inner = np.arange(len(self.right)), self.right > 0
        left, right = np.where(inner, own + 1, own), np.where(inner, self.right, own)
        return _Lookup(
            child=2 * np.column_stack([left, right]).ravel(),
            feature=self.feature.astype(np.intp).repeat(2),
            threshold=np.where(inner, self.number, np.float32(np.inf)).repeat(2),
            inner=inner.repeat(2),
            value=self.number.repeat(2),
        )

    def scores(self, X: np.ndarray) -> np.ndarray:
        """Return the sums of the values of the leaves, as a row for each beat.

        Parameters
        ----------
        X : ndarray of shape (n_beats, n_features), dtype float32

        Returns
        -------
        ndarray of shape (n_beats, n_outputs), dtype float64
            A beat has the same scores, bit for bit, whichever beats are with it.
        """
        found = np.empty((len(X), self.n_outputs))
        for start in range(0, len(X), _PAIRS):
            found[start : start + _PAIRS] = self._sums(X[start : start + _PAIRS]).T
        return found

    def _sums(self, X: np.ndarray) -> np.ndarray:
        """Follow some trees for all beats at a time: one for many beats, all for a single beat."""
        n_beats, n_trees = len(X), len(self.root)
        sums = np.repeat(self.baseline[:, np.newaxis], n_beats, axis=1)
        values, column = X.T.ravel(), self._lookup.feature * n_beats
        together = max(1, _PAIRS // n_beats)
        beat = np.tile(np.arange(n_beats), min(together, n_trees))
        for first in range(0, n_trees, together):
            root = np.repeat(2 * self.root[first : first + together].astype(np.intp), n_beats)
            leaf = self._leaves(root, beat[: len(root)], values, column)
            found = self._lookup.value.take(leaf).reshape(-1, n_beats)
            for number, of_tree in enumerate(found, start=first):
                sums[number % self.n_outputs] += of_tree
        return sums

    def _leaves(
        self, root: np.ndarray, beat: np.ndarray, values: np.ndarray, column: np.ndarray
    ) -> np.ndarray:
        """Return the leaf that each pair of root and beat leads to; places are doubled."""
        child, _, threshold, inner, _ = self._lookup

        def descend(node: np.ndarray, beat: np.ndarray, n_levels: int) -> np.ndarray:
            for _ in range(n_levels):
                above = values.take(column.take(node) + beat) > threshold.take(node)
                node = child.take(node + above)
            return node

        leaf = descend(root, beat, _LEVELS)
        pair = np.flatnonzero(inner.take(leaf))
        # Most ways are shorter than the deepest: only the others are followed further.
        while len(pair):
            leaf[pair] = node = descend(leaf.take(pair), beat.take(pair), _MORE_LEVELS)
            pair = pair[inner.take(node)]
        return leaf

    def _lead_to_leaves(self, n_features: int) -> bool:
        """Tell whether all children are later nodes of their own tree, and all columns exist."""
        n_nodes, own = len(self.right), np.arange(len(self.right))
        inner = self.right > 0
        end = np.append(self.root[1:], n_nodes)
        sound = (
            len(self.feature) == len(self.number) == n_nodes
            and self.root[0] == 0
            and bool((end > self.root).all())
            and len(self.root) % self.n_outputs == 0
            and bool(((self.feature >= 0) & (self.feature < n_features)).all())
        )
        if not sound:
            return False
        end = np.repeat(end, end - self.root)
        return bool(((self.right > own + 1) & (self.right < end))[inner].all())


def _rounded_down(numbers: np.ndarray) -> np.ndarray:
    """Return the largest float32 that is at most each number."""
    near = numbers.astype(np.float32)
    return np.where(near > numbers, np.nextafter(near, np.float32(-np.inf)), near)
