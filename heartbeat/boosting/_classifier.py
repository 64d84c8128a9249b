"""Boosted trees as a classifier of beats."""

from typing import Any, Self

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from heartbeat._beats_table import check_table
from heartbeat._checks import (
    check_class_weight,
    check_classes,
    check_number,
    check_one_per_beat,
    check_whole,
    fresh_random_state,
    weights_of_classes,
)
from heartbeat._compat import check_sample_weight
from heartbeat._shown import in_plain_words
from heartbeat.boosting._trees import Trees

__all__ = ["BoostedTreesClassifier"]

_RESAMPLE_BEFORE = (
    "Resample the training beats with heartbeat.resampling.resample_with, which resamples the "
    "weights as well, and fit the classifier on its results."
)


class BoostedTreesClassifier(ClassifierMixin, BaseEstimator):
    """Gradient boosted trees for beats tables, trained by scikit-learn.

    The trees are those of `sklearn.ensemble.HistGradientBoostingClassifier`. Fitted, they are kept
    as a few arrays of numbers, so that they can be stored in a small file that every version of
    scikit-learn reads, and that labels beats more than four times as fast on one core.

    Parameters
    ----------
    max_iter : int, default=150
        Number of boosting iterations. Each of them adds one tree per class.
    learning_rate : float, default=0.12
        Factor of the values of the leaves. Smaller values need more iterations.
    max_leaf_nodes : int, default=31
        Largest number of leaves of a tree.
    min_samples_leaf : int, default=20
        Smallest number of training beats in a leaf.
    l2_regularization : float, default=1.0
        Strength of the penalty of large values.
    max_features : float, default=0.3
        Share of the columns among which each split is chosen. Neighbouring samples of a beat are
        alike, so that a part of them is enough.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes; a class that a dict does not name has weight 1. ``"balanced"`` gives
        all classes the same total weight.
    random_state : int, RandomState or None, default=None
        Controls the choice of columns. Pass an int for reproducible results.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Classes.
    trees_ : Trees
        The nodes of all trees; ``trees_.arrays`` are plain arrays.
    n_iter_ : int
        Number of boosting iterations.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`, if the table was a DataFrame.

    See Also
    --------
    sklearn.ensemble.HistGradientBoostingClassifier : What trains the trees.
    heartbeat.pipelines.make_interpatient_classifier : Its mean with a network.
    heartbeat.export.save_pipeline : Save it alone or as a step of a pipeline.

    Notes
    -----
    ``benchmarks/boosted_trees_speed.py`` compares the speed with scikit-learn's own predictions. On
    several cores scikit-learn's are divided among threads, these are not.

    Columns are converted to float32. Missing values are not supported, because the tables of
    `heartbeat.datasets.load_beats` have none.

    Examples
    --------
    >>> from heartbeat.boosting import BoostedTreesClassifier
    >>> from heartbeat.datasets import make_beats
    >>> beats = make_beats(300, context=("rr",), random_state=0, as_frame=True)
    >>> model = BoostedTreesClassifier(max_iter=10, random_state=0).fit(beats.data, beats.target)
    >>> model.score(beats.data, beats.target) > 0.9
    True
    """

    def __init__(
        self,
        max_iter: int = 150,
        *,
        learning_rate: float = 0.12,
        max_leaf_nodes: int = 31,
        min_samples_leaf: int = 20,
        l2_regularization: float = 1.0,
        max_features: float = 0.3,
        class_weight: Any = None,
        random_state: Any = None,
    ):
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.max_features = max_features
        self.class_weight = class_weight
        self.random_state = random_state

    @property
    def n_iter_(self) -> int:
        """Number of boosting iterations."""
        return len(self.trees_.root) // self.trees_.n_outputs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the trees.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats, with or without context columns. All values must be finite.
        y : array-like of shape (n_beats,)
            Their classes, at least two.
        sample_weight : array-like of shape (n_beats,), default=None
            Weights of the beats.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a value is missing or infinite, there is one class only, a beat has no label, or a
            parameter is out of range.
        """
        parameters = self._checked_parameters()
        with in_plain_words():
            X, y = validate_data(self, X, y, dtype=np.float32)
            check_classification_targets(y)
            classes = check_classes(y)
            check_one_per_beat("sample_weight", sample_weight, len(X), _RESAMPLE_BEFORE)
            if self.class_weight is not None:
                # scikit-learn would look up the numbers of the classes in a dict of labels.
                by_class = weights_of_classes(self.class_weight, classes, y)
                sample_weight = check_sample_weight(sample_weight, X)
                sample_weight = sample_weight * by_class[np.searchsorted(classes, y)]
            boosting = HistGradientBoostingClassifier(
                early_stopping=False,
                random_state=fresh_random_state(self.random_state),
                **parameters,
            )
            boosting.fit(X, y, sample_weight)
        self.classes_ = boosting.classes_
        self.trees_ = Trees.of_fitted(boosting)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of the highest probability.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats.

        Returns
        -------
        ndarray of shape (n_beats,)
        """
        probability = self.predict_proba(X)
        return self.classes_[probability.argmax(axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats.

        Returns
        -------
        ndarray of shape (n_beats, n_classes), dtype float64
            In the order of `classes_`.
        """
        check_is_fitted(self)
        with in_plain_words():
            X = check_table(self, X)
        scores = self.trees_.scores(X)
        if scores.shape[1] == 1:
            return np.hstack([expit(-scores), expit(scores)])
        return softmax(scores, axis=1)

    def _checked_parameters(self) -> dict[str, float]:
        """Return what scikit-learn is given, in the types that it wants."""
        check_class_weight(self.class_weight)
        return {
            "max_iter": check_whole("max_iter", self.max_iter),
            "learning_rate": check_number("learning_rate", self.learning_rate, above=0),
            "max_leaf_nodes": check_whole("max_leaf_nodes", self.max_leaf_nodes, least=2),
            "min_samples_leaf": check_whole("min_samples_leaf", self.min_samples_leaf),
            "l2_regularization": check_number("l2_regularization", self.l2_regularization, least=0),
            "max_features": check_number("max_features", self.max_features, above=0, most=1),
        }
