"""A classifier that abstains from uncertain beats, with a stated coverage."""

from numbers import Integral, Real
from typing import Any, Self

import numpy as np
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data

from heartbeat._compat import rows_of
from heartbeat._groups import check_groups
from heartbeat._shown import shown
from heartbeat.calibration._estimator import no_classifier
from heartbeat.calibration._held_out import held_out_rows, two_halves

__all__ = ["AbstainingClassifier"]

_HAS_TEMPERATURE = tuple(map(int, sklearn.__version__.split(".")[:2])) >= (1, 8)
_CALIBRATIONS = ("temperature", "sigmoid", "isotonic")


class AbstainingClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Wrap a classifier so that it labels only the beats that it is sure of.

    Beats that the calibrated probabilities do not decide get the label "don't know", so that a
    human can look at them. Part of the training beats is held out: one half of it calibrates the
    probabilities (with scikit-learn's `CalibratedClassifierCV`), the other half sets the
    thresholds.

    Parameters
    ----------
    estimator : classifier
        Classifier with `predict_proba`, or with `decision_function` if it is calibrated.
    method : {"conformal", "threshold"}, default="conformal"
        How beats are chosen. ``"conformal"`` finds for each beat the set of classes that cannot be
        excluded and labels the beat if the set holds exactly one class; choose it to limit the
        error rate (`alpha`). ``"threshold"`` labels the beats whose largest probability is above a
        threshold; choose it to fix the share of labelled beats (`coverage`).
    alpha : float in (0, 1), default=0.1
        Only for ``method="conformal"``. Largest share of beats whose set misses the true class,
        and thus the largest share of all beats that get a wrong label.
    coverage : float in (0, 1], default=0.9
        Only for ``method="threshold"``. Share of beats that get a label.
    class_conditional : bool, default=False
        Only for ``method="conformal"``. If True, `alpha` holds within each class. If False, it
        holds over all beats, so that rare classes may be wrong more often as long as normal beats
        are right. Set it to True where rare classes matter; more beats then stay without a label.
    reject_label : str or number, default=None
        What `predict` returns for "don't know". None takes ``"?"`` for classes that are strings,
        and for numbers -1, or a number below all classes if that is smaller.
    calibration : {"auto", "temperature", "sigmoid", "isotonic", None}, default="auto"
        How probabilities are calibrated. ``"auto"`` takes ``"temperature"``, or ``"sigmoid"`` with
        scikit-learn before 1.8, or None if the held-out beats lack a class, which scikit-learn
        cannot calibrate. None keeps the estimator's probabilities and sets the thresholds with all
        held-out beats.
    cv : "prefit", int or splitter, default=5
        How beats are held out. An int holds out one of that many folds and trains the estimator on
        the others. A splitter holds out the test side of its first split. With ``"prefit"`` the
        estimator is already fitted, and all beats given to `fit` are held out.
    random_state : int, RandomState instance or None, default=None
        Controls how beats are divided into folds and halves. Pass an int for the same result every
        time.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Classes of the estimator.
    estimator_ : classifier
        Fitted classifier with calibrated probabilities.
    thresholds_ : ndarray of shape (n_classes,)
        Lowest probability at which a class cannot be excluded (``"conformal"``), or at which a beat
        gets its label (``"threshold"``, the same for all classes).
    reject_label_ : str or number
        What `predict` returns for "don't know".
    coverage_ : float
        Share of labelled beats among those that set the thresholds.
    risk_ : float
        Share of wrong labels among these labelled beats; NaN if there are none.
    calibration_ : str or None
        How probabilities are calibrated.
    n_calibration_ : int
        Number of beats that set the thresholds.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`, if `X` was a DataFrame.

    See Also
    --------
    heartbeat.metrics.risk_coverage_curve : Error rate at every possible coverage.
    heartbeat.metrics.reliability_curve : Whether probabilities are calibrated.
    sklearn.calibration.CalibratedClassifierCV : Calibrates without abstaining.

    Notes
    -----
    **What is guaranteed, and when.** If new beats and held-out beats are *exchangeable*, as random
    draws from one population are, the set of a new beat holds its true class with probability at
    least ``1 - alpha``, whatever the classifier. Beats of a new patient are not exchangeable with
    those of other patients, because beats of one patient resemble each other. Across patients
    nothing is guaranteed. A forest on MIT-BIH (trained on DS1, tested on DS2,
    ``benchmarks/abstention.py``) with sets that should hold the true class in 95 % of the beats
    reached 86 % with beats held out at random and 92 % with subjects held out; it reached 22 % in
    the worst patient, and almost 0 % for class S.

    Hold out beats of patients that the estimator was not trained on: give `groups`, or use
    ``cv="prefit"`` with other patients. With few patients the thresholds remain rough. Measure
    coverage on further patients before relying on it.

    The error rate *among the labelled beats* is not limited either. `risk_` estimates it, and is
    optimistic, because it is computed from the beats that set the thresholds.

    `score` is the accuracy in which "don't know" counts as wrong.

    References
    ----------
    Vovk, Gammerman, Shafer (2005). Algorithmic learning in a random world. Springer.
    Guo, Pleiss, Sun, Weinberger (2017). On calibration of modern neural networks. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from heartbeat.calibration import AbstainingClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = rng.choice(["N", "V"], 1000)
    >>> X = np.where(y == "N", -1.0, 1.0)[:, None] + rng.normal(size=(1000, 2))
    >>> model = AbstainingClassifier(LogisticRegression(), alpha=0.05, random_state=0).fit(X, y)
    >>> model.predict([[-3, -3], [0, 0], [3, 3]]).tolist()
    ['N', '?', 'V']
    >>> model.predict_set([[0, 0]])
    array([[ True,  True]])
    """

    def __init__(
        self,
        estimator: Any,
        *,
        method: str = "conformal",
        alpha: float = 0.1,
        coverage: float = 0.9,
        class_conditional: bool = False,
        reject_label: Any = None,
        calibration: str | None = "auto",
        cv: Any = 5,
        random_state: Any = None,
    ):
        self.estimator = estimator
        self.method = method
        self.alpha = alpha
        self.coverage = coverage
        self.class_conditional = class_conditional
        self.reject_label = reject_label
        self.calibration = calibration
        self.cv = cv
        self.random_state = random_state

    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Train the classifier (unless ``cv="prefit"``), calibrate it, and set the thresholds.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats.
        y : array-like of shape (n_beats,)
            Class of each beat.
        groups : array-like of shape (n_beats,), default=None
            Subject of each beat. With it, no subject is both trained on and held out, or in both
            halves of the held-out beats. An estimator whose `fit` takes groups, such as
            `CNNClassifier`, gets the groups of its training beats.

        Returns
        -------
        self : AbstainingClassifier

        Raises
        ------
        TypeError
            If the estimator is not a classifier, or has no `predict_proba` and is not calibrated.
        ValueError
            If a parameter is none of the above, groups are too few, or the held-out beats have a
            class that the estimator was not trained on.
        """
        self._check_parameters()
        X, y = self._checked(X, y)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        # Without a seed use fresh entropy, not NumPy's global generator.
        fresh = np.random.RandomState() if self.random_state is None else self.random_state
        try:
            seed = check_random_state(fresh).randint(np.iinfo(np.int32).max)
        except (TypeError, ValueError) as error:
            raise ValueError(
                "random_state must be None, an integer from 0 to 2**32 - 1 or a RandomState, got "
                f"{shown(self.random_state)}."
            ) from error
        if groups is not None:
            groups = check_groups(groups, len(y))

        held_out, fitted = np.arange(len(y)), self.estimator
        if self.cv == "prefit":
            check_is_fitted(fitted)
        else:
            train, held_out = held_out_rows(self.cv, y, groups, seed)
            of_train = {}
            if groups is not None and has_fit_parameter(self.estimator, "groups"):
                of_train["groups"] = groups[train]
            fitted = clone(self.estimator).fit(rows_of(X, train), y[train], **of_train)
        if not hasattr(fitted, "classes_"):
            raise no_classifier(self.estimator)
        self.classes_ = fitted.classes_
        strange = np.setdiff1d(y[held_out], self.classes_)
        if len(strange):
            raise ValueError(
                f"the held-out beats have the classes {strange.tolist()}, on which the estimator "
                f"was not trained ({self.classes_.tolist()}). Remove these beats, or pass more "
                "beats of these classes."
            )
        self.reject_label_ = self._reject_label()
        self.estimator_, rest = self._calibrate(fitted, X, y, groups, held_out, seed)
        if not hasattr(self.estimator_, "predict_proba"):
            raise TypeError(
                f"{shown(self.estimator)} has no predict_proba, so that its decision values must "
                "be calibrated. Set calibration, and hold out beats of every class, or choose an "
                "estimator with predict_proba."
            )
        probability = self.estimator_.predict_proba(rows_of(X, rest))
        column = np.searchsorted(self.classes_, y[rest])
        self.thresholds_ = self._thresholds(probability, column)
        self.n_calibration_ = len(rest)
        labelled = self._sets(probability).sum(axis=1) == 1
        wrong = probability.argmax(axis=1) != column
        self.coverage_ = float(labelled.mean())
        self.risk_ = float(wrong[labelled].mean()) if labelled.any() else np.nan
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict the class of each beat, or `reject_label_` for "don't know".

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats.

        Returns
        -------
        ndarray of shape (n_beats,)
            Classes.
        """
        sets = self.predict_set(X)
        labels = self.classes_[sets.argmax(axis=1)]
        # As an array, because a plain -1 would have to fit into unsigned classes.
        return np.where(sets.sum(axis=1) == 1, labels, np.asarray(self.reject_label_))

    def predict_set(self, X: Any) -> np.ndarray:
        """Predict the set of classes that cannot be excluded, for each beat.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats.

        Returns
        -------
        ndarray of shape (n_beats, n_classes), dtype bool
            Whether a class is in the set, in the order of `classes_`. A set may be empty: the beat
            resembles no held-out beat. With ``method="threshold"`` a set holds one class or all.
        """
        return self._sets(self.predict_proba(X))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict calibrated probabilities.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats.

        Returns
        -------
        ndarray of shape (n_beats, n_classes)
            Probability of each class, in the order of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict_proba(self._checked(X, reset=False))

    def _checked(self, X: Any, *y: Any, reset: bool = True) -> Any:
        """Check shapes; a DataFrame is kept, and its values are checked by the estimator."""
        checked = validate_data(self, X, *y, dtype=None, ensure_all_finite=False, reset=reset)
        if not y:
            return X if hasattr(X, "iloc") else checked
        return (X if hasattr(X, "iloc") else checked[0]), checked[1]

    def _check_parameters(self) -> None:
        if not hasattr(self.estimator, "fit"):
            raise no_classifier(self.estimator)
        if self.method not in ("conformal", "threshold"):
            raise ValueError(
                f'method must be "conformal" or "threshold", got {shown(self.method)}.'
            )
        if not _is_cv(self.cv):
            raise ValueError(
                'cv must be None, "prefit", a number of folds >= 2, a splitter or a list of '
                f"(train, held-out) rows, got {shown(self.cv)}."
            )
        for name in ("alpha", "coverage"):
            value = getattr(self, name)
            number = isinstance(value, Real) and not isinstance(value, bool)
            if not (number and 0 < value <= 1) or (name == "alpha" and value == 1):
                raise ValueError(
                    f"{name} must be a share of the beats, a number between 0 and 1, got "
                    f"{shown(value)}."
                )
        if not isinstance(self.class_conditional, (bool, np.bool_)):
            raise ValueError(
                f"class_conditional must be True or False, got {shown(self.class_conditional)}."
            )
        named = isinstance(self.calibration, str) and self.calibration in ("auto", *_CALIBRATIONS)
        if not named and self.calibration is not None:
            raise ValueError(
                f'calibration must be "auto", one of {_CALIBRATIONS} or None, '
                f"got {shown(self.calibration)}."
            )
        if self.calibration == "temperature" and not _HAS_TEMPERATURE:
            raise ValueError(
                "calibration='temperature' requires scikit-learn 1.8 or later, but this is "
                f'{sklearn.__version__}. Use calibration="sigmoid" instead.'
            )

    def _calibrate(
        self, fitted: Any, X: Any, y: Any, groups: Any, held_out: np.ndarray, seed: Any
    ) -> tuple[Any, np.ndarray]:
        """Return the classifier with calibrated probabilities, and the remaining rows."""
        self.calibration_ = None
        if self.calibration is None:
            return fitted, held_out
        wanted = self.calibration
        if wanted == "auto":
            wanted = "temperature" if _HAS_TEMPERATURE else "sigmoid"
        first = second = held_out
        if len(held_out) > 1:
            of_held_out = None if groups is None else groups[held_out]
            if of_held_out is not None and len(np.unique(of_held_out)) == 1:
                raise ValueError(
                    f"all held-out beats are of one subject, {of_held_out[0].item()!r}, but one "
                    "half of the held-out subjects is needed for calibration and the other half "
                    "for the thresholds. Lower cv or pass beats of more subjects, so that more "
                    "subjects are held out, or set calibration=None."
                )
            halves = two_halves(y[held_out], of_held_out, seed)
            first, second = (held_out[half] for half in halves)
        missing = np.setdiff1d(fitted.classes_, y[first])
        if len(missing) and self.calibration == "auto":
            return fitted, held_out
        if len(missing):
            raise ValueError(
                f"the held-out beats lack the classes {missing.tolist()}, so that scikit-learn "
                'cannot calibrate. Hold out more beats, or set calibration="auto" or None.'
            )
        # A frozen estimator is not trained, so that one fold of all rows leaks nothing.
        rows = np.arange(len(first))
        model = CalibratedClassifierCV(
            FrozenEstimator(fitted), method=wanted, cv=[(rows, rows)], ensemble=False
        )
        self.calibration_ = wanted
        return model.fit(rows_of(X, first), y[first]), second

    def _thresholds(self, probability: np.ndarray, column: np.ndarray) -> np.ndarray:
        n_classes = len(self.classes_)
        if self.method == "threshold":
            if self.coverage == 1:
                return np.zeros(n_classes)
            surest = np.sort(probability.max(axis=1))[::-1]
            place = int(np.ceil(self.coverage * len(surest))) - 1
            return np.full(n_classes, surest[place])
        true = probability[np.arange(len(column)), column]
        if not self.class_conditional:
            return np.full(n_classes, _conformal_threshold(true, self.alpha))
        return np.array([_conformal_threshold(true[column == c], self.alpha)
                         for c in range(n_classes)])  # fmt: skip

    def _sets(self, probability: np.ndarray) -> np.ndarray:
        reached = probability >= self.thresholds_
        if self.method == "conformal":
            return reached
        best = probability.argmax(axis=1)
        labelled = reached[np.arange(len(best)), best]
        only_best = np.arange(len(self.classes_)) == best[:, None]
        return np.where(labelled[:, None], only_best, True)

    def _reject_label(self) -> Any:
        numeric = self.classes_.dtype.kind in "iufb"
        if self.reject_label is None:
            return min(-1, self.classes_.min().item() - 1) if numeric else "?"
        if not isinstance(self.reject_label, Real if numeric else str):
            raise ValueError(
                f"reject_label={shown(self.reject_label)} must have the same type as the classes "
                f"{self.classes_.tolist()}. Set it to None or to a value of that type."
            )
        if self.reject_label in self.classes_:
            raise ValueError(
                f"reject_label={shown(self.reject_label)} must not be one of the classes "
                f"{self.classes_.tolist()}."
            )
        return self.reject_label


def _conformal_threshold(true: np.ndarray, alpha: float) -> float:
    """Return the probability that all but a share `alpha` of the true classes reach.

    The bound holds for finite samples, because the new beat counts as one more of the n. With too
    few beats for `alpha`, no class can be excluded.
    """
    rank = int(np.floor(alpha * (len(true) + 1)))
    return float(np.sort(true)[rank - 1]) if rank >= 1 else 0.0


def _is_cv(cv: Any) -> bool:
    if isinstance(cv, str):
        return cv == "prefit"
    if isinstance(cv, Real):
        return isinstance(cv, Integral) and not isinstance(cv, bool)
    if isinstance(cv, list | tuple):
        return len(cv) > 0 and all(isinstance(p, list | tuple) and len(p) == 2 for p in cv)
    return cv is None or hasattr(cv, "split") or hasattr(cv, "__next__")
