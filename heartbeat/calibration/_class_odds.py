"""A classifier whose decisions are adapted to other class frequencies or unequal costs."""

from collections.abc import Mapping
from numbers import Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data

from heartbeat._shown import shown
from heartbeat.calibration._estimator import check_gives_probabilities

__all__ = ["ClassOddsClassifier"]

_LARGEST = float(np.finfo(np.float64).max)


class ClassOddsClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Multiply the odds of classes by chosen factors before the likeliest class is taken.

    Use it where the classes of the people to be labelled are more or less common than those of the
    people trained on, or where one error costs more than another. With ``odds={"S": 3}`` a beat is
    called S three times as readily: S is found more often, and more of what is called S is not.

    If the estimator's probabilities are calibrated and `odds` is the ratio of the new shares of
    the classes to those in training, the result is calibrated for the new shares [1]_. If `odds`
    is the cost of missing each class relative to the others, the result is the decision of least
    expected cost [2]_, and its probabilities are weights of that decision.

    Parameters
    ----------
    estimator : classifier
        With `predict_proba`. One that is fitted already stays so inside
        `sklearn.frozen.FrozenEstimator`.
    odds : dict of label to float, default=None
        Factor of each class, above 0; 1 for those that are not named. Choose it by
        cross-validation over subjects, and never on the people that are reported.

    Attributes
    ----------
    estimator_ : classifier
        Fitted.
    classes_ : ndarray of shape (n_classes,)
        Classes of the estimator.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`, where the table was a DataFrame.

    See Also
    --------
    AbstainingClassifier : Leaves a beat without a label where its probabilities do not settle it.
    sklearn.calibration.CalibratedClassifierCV : Makes probabilities calibrated in the first place.

    References
    ----------
    .. [1] M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a
       priori probabilities", Neural Computation 14 (2002) 21-41.
    .. [2] C. Elkan, "The foundations of cost-sensitive learning", IJCAI 2001.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from heartbeat.calibration import ClassOddsClassifier
    >>> X, y = [[0.0]] * 10, list("NNNNNNNSSS")
    >>> model = ClassOddsClassifier(DummyClassifier(strategy="prior"), odds={"S": 3}).fit(X, y)
    >>> model.predict_proba([[0.0]]).round(3).tolist(), model.predict([[0.0]]).tolist()
    ([[0.438, 0.562]], ['S'])
    """

    def __init__(self, estimator: Any, *, odds: Mapping[Any, float] | None = None):
        self.estimator = estimator
        self.odds = odds

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Fit the estimator.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats.
        y : array-like of shape (n_beats,)
            Their classes.
        sample_weight, groups : array-like of shape (n_beats,), default=None
            Handed to the estimator, whose `fit` must take them.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If the estimator is not a classifier with `predict_proba`, or does not take weights or
            groups that are given.
        ValueError
            If a factor is not above 0, or of a class that there is not.
        """
        check_gives_probabilities(self.estimator)
        validate_data(self, X, dtype=None, ensure_all_finite=False)
        of_beats = {"sample_weight": sample_weight, "groups": groups}
        given = {name: value for name, value in of_beats.items() if value is not None}
        for name in given:
            if not has_fit_parameter(self.estimator, name):
                raise TypeError(
                    f"{name} was given, but {type(self.estimator).__name__}.fit does not accept "
                    f"it. Omit {name}, or use another estimator."
                )
        estimator = clone(self.estimator).fit(X, y, **given)
        self._factors(estimator.classes_)
        self.estimator_, self.classes_ = estimator, estimator.classes_
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of each beat.

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
        """Return the probabilities with their odds multiplied, scaled to a sum of 1.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats.

        Returns
        -------
        ndarray of shape (n_beats, n_classes)
            In the order of `classes_`.
        """
        check_is_fitted(self)
        validate_data(self, X, dtype=None, ensure_all_finite=False, reset=False)
        weighed = self.estimator_.predict_proba(X) * self._factors(self.classes_)
        return weighed / weighed.sum(axis=1, keepdims=True)

    def _factors(self, classes: np.ndarray) -> np.ndarray:
        if not isinstance(self.odds, Mapping | None):
            raise TypeError(
                f"odds must be None or a dict of labels to numbers, got {shown(self.odds)}."
            )
        odds = dict(self.odds or {})
        labels = classes.tolist()
        strange = [label for label in odds if label not in labels]
        if strange:
            raise ValueError(
                f"the keys of odds must be among the classes {labels}, got {shown(strange)}."
            )
        for label, factor in odds.items():
            number = isinstance(factor, Real) and not isinstance(factor, bool)
            if not (number and 0 < factor <= _LARGEST):
                raise ValueError(
                    f"odds[{shown(label)}] must be a number above 0, got {shown(factor)}."
                )
        return np.array([odds.get(label, 1.0) for label in labels], dtype=np.float64)
