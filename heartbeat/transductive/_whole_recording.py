"""A classifier that labels each beat by all beats of its recording: `WholeRecordingClassifier`."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.metrics import accuracy_score
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, has_fit_parameter, validate_data

from heartbeat._checks import (
    check_classes,
    check_number,
    check_r_index,
    check_whole,
    fresh_random_state,
)
from heartbeat._compat import rows_of
from heartbeat._groups import check_groups
from heartbeat._layout import fitted_layout
from heartbeat._shown import in_plain_words, shown
from heartbeat.calibration._estimator import check_gives_probabilities
from heartbeat.calibration._held_out import folds
from heartbeat.transductive._second_stage import SecondStage, rows_by_recording

__all__ = ["WholeRecordingClassifier"]


class WholeRecordingClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Revise the labels of a classifier by all beats of each recording (transductive).

    Use it for recordings that are analysed when they are complete, such as Holter recordings. The
    estimator labels every beat by itself. A second stage, boosted trees, then sees the
    probabilities of the beat, those of the beats of the same recording that are most like it in P
    wave, QRS complex and rhythm, its distances to the mean N, S and V beat of the recording, its
    context columns and their medians over the beats around it. It is trained on probabilities from
    cross-validation, so that it learns how far the estimator can be trusted on new subjects.

    Parameters
    ----------
    estimator : classifier
        Classifier with `predict_proba`. It is fitted `cv` + 1 times.
    weight : float, default=0.67
        Weight of the second stage in the mean with the estimator's probabilities, from 0 (the
        estimator alone) to 1.
    least_usual : float, default=0.5
        Least share of beats that the estimator labels with the most frequent class of the training
        beats, which is N. A recording with a smaller share keeps the estimator's labels, because
        the second stage has hardly been trained on such recordings. 0 revises all recordings.
    cv : int, default=5
        Number of folds in which the estimator is trained to get the probabilities that the second
        stage is trained on. Not used if `fit` gets them as `probability`.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time in s from the first sample of a beat to its R peak.
    n_leads, n_context : int, optional
        Numbers of leads and of context columns of the table. None takes them from the column names
        of a DataFrame; without names the table is one lead without context columns.
    random_state : int, RandomState instance or None, default=None
        Seed of the folds and of the second stage.

    Attributes
    ----------
    estimator_ : classifier
        Estimator fitted on all beats.
    classes_ : ndarray of shape (n_classes,)
        Classes.
    transductive : bool
        Always True: `BeatAnnotator` then labels a recording as a whole, and `BeatStream` refuses
        the classifier.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`, if the table was a DataFrame.

    See Also
    --------
    heartbeat.calibration.ClassOddsClassifier : Adapt decisions to other class frequencies.
    heartbeat.annotation.BeatAnnotator : Label the beats of a recording.

    Notes
    -----
    The classifier is *transductive*: the label of a beat depends on all beats of its unlabelled
    recording, and changes if the recording is cut. State this with every score. No labels of the
    recording are used. Nothing in the package uses this classifier unless you ask for it.

    The second stage has learnt from recordings in which most beats are normal. Without
    `least_usual`, it loses most S beats of a recording in which S is the rule, such as record 232
    of mitdb (``benchmarks/whole_recording.py``).

    The rows of a recording must be its beats in order of time. Pass `recordings` for a table of
    several recordings; without it, all rows are taken for one recording. Leads in rows of their
    own (``leads="any"``) count as recordings of their own. `BeatAnnotator` takes the readable beats
    of a recording, in one piece unless none is readable for ten seconds.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.transductive import WholeRecordingClassifier
    >>> beats = make_beats(400, n_subjects=8, context=("rr",), random_state=0, as_frame=True)
    >>> model = WholeRecordingClassifier(LogisticRegression(max_iter=500), cv=4, random_state=0)
    >>> model = model.fit(beats.data, beats.target, groups=beats.subject, recordings=beats.record)
    >>> model.predict(beats.data, recordings=beats.record).shape
    (400,)
    """

    transductive = True

    def __init__(
        self,
        estimator: Any,
        *,
        weight: float = 0.67,
        least_usual: float = 0.5,
        cv: int = 5,
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
        random_state: Any = None,
    ):
        self.estimator = estimator
        self.weight = weight
        self.least_usual = least_usual
        self.cv = cv
        self.fs = fs
        self.before = before
        self.n_leads = n_leads
        self.n_context = n_context
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: Any,
        groups: Any = None,
        recordings: Any = None,
        probability: Any = None,
    ) -> Self:
        """Train the estimator and the second stage.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats, those of each recording in order of time.
        y : array-like of shape (n_beats,)
            Class of each beat.
        groups : array-like of shape (n_beats,), default=None
            Subject of each beat, which keeps the folds apart; `recordings` by default. An estimator
            whose `fit` takes groups gets them.
        recordings : array-like of shape (n_beats,), default=None
            Recording of each beat. None means that all beats are of one recording, which is
            refused if `groups` names several subjects.
        probability : array-like of shape (n_beats, n_classes), default=None
            Probabilities of each beat, in the order of the sorted classes, from models that have
            not seen its subject. None trains the estimator in `cv` folds to get them.

        Returns
        -------
        self : WholeRecordingClassifier

        Raises
        ------
        TypeError
            If `estimator` is not a classifier with `predict_proba`.
        ValueError
            If a parameter is out of range, R is outside the beats, there are several subjects and
            no `recordings`, a recording has several subjects, there are fewer groups than folds,
            `probability` does not hold probabilities, or all beats are of one class.
        """
        self._check_parameters()
        checked, y = validate_data(self, X, y, dtype="numeric", ensure_all_finite=True)
        X = X if hasattr(X, "iloc") else checked
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        parts = self._recordings(recordings, len(y))
        if groups is not None:
            groups = check_groups(groups, len(y))
            _check_subjects(groups, recordings)
        elif recordings is not None:
            groups = parts
        self.classes_ = check_classes(y)
        code = np.searchsorted(self.classes_, y)
        seed, layout = self._seed(), fitted_layout(self)
        check_r_index(self.before, self.fs, layout.n_times)
        if probability is None:
            probability = self._cross_predict(X, y, code, groups, seed)
        else:
            probability = self._given(probability, len(y))
        self.second_stage_ = SecondStage(
            layout, fs=self.fs, before=self.before, random_state=seed
        ).fit(
            checked.astype(np.float32),
            probability,
            code,
            np.unique(parts if groups is None else groups, return_inverse=True)[1],
            parts,
        )
        self.estimator_ = self._fitted(X, y, groups)
        return self

    def predict(self, X: Any, recordings: Any = None) -> np.ndarray:
        """Return the class of each beat.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            All beats of each recording, in order of time.
        recordings : array-like of shape (n_beats,), default=None
            Recording of each beat. None means that all beats are of one recording.

        Returns
        -------
        ndarray of shape (n_beats,)
        """
        probability = self.predict_proba(X, recordings)
        return self.classes_[probability.argmax(axis=1)]

    def predict_proba(self, X: Any, recordings: Any = None) -> np.ndarray:
        """Return the probabilities, revised by all beats of each recording.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            All beats of each recording, in order of time.
        recordings : array-like of shape (n_beats,), default=None
            Recording of each beat. None means that all beats are of one recording.

        Returns
        -------
        ndarray of shape (n_beats, n_classes)
            In the order of `classes_`.
        """
        check_is_fitted(self)
        checked = validate_data(self, X, dtype="numeric", reset=False)
        plain = self.estimator_.predict_proba(X if hasattr(X, "iloc") else checked)
        parts = self._recordings(recordings, len(plain))
        revised = self.second_stage_.revise(checked.astype(np.float32), plain, parts)
        return self.second_stage_.mean(
            plain, revised, parts, weight=self.weight, least_usual=self.least_usual
        )

    def score(self, X: Any, y: Any, sample_weight: Any = None, recordings: Any = None) -> float:
        """Return the accuracy.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            All beats of each recording, in order of time.
        y : array-like of shape (n_beats,)
            Class of each beat.
        sample_weight : array-like of shape (n_beats,), default=None
            Weights of the beats.
        recordings : array-like of shape (n_beats,), default=None
            Recording of each beat. None means that all beats are of one recording.

        Returns
        -------
        float
            Share of beats that get their class.
        """
        return float(accuracy_score(y, self.predict(X, recordings), sample_weight=sample_weight))

    def _check_parameters(self) -> None:
        check_gives_probabilities(self.estimator)
        for name in ("weight", "least_usual"):
            check_number(name, getattr(self, name), least=0, most=1)
        check_whole("cv", self.cv, least=2)

    def _seed(self) -> int:
        return int(fresh_random_state(self.random_state).randint(np.iinfo(np.int32).max))

    def _recordings(self, recordings: Any, n: int) -> np.ndarray:
        """Return the number of the recording of each beat."""
        if recordings is None:
            return np.zeros(n, dtype=np.intp)
        return np.unique(check_groups(recordings, n, "recordings"), return_inverse=True)[1]

    def _given(self, probability: Any, n: int) -> np.ndarray:
        with in_plain_words():
            probability = np.asarray(probability, dtype=np.float64)
        expected = len(self.classes_)
        if probability.shape != (n, expected):
            raise ValueError(
                f"probability must have one row for each of the {n} beats, and one column for each "
                f"of the {expected} classes {self.classes_.tolist()}, got shape "
                f"{probability.shape}."
            )
        if not (np.isfinite(probability).all() and (probability >= 0).all()):
            raise ValueError(
                "probability must hold finite numbers of at least 0. Give the output of "
                "predict_proba."
            )
        if not np.allclose(probability.sum(axis=1), 1, atol=1e-3):
            raise ValueError(
                "each row of probability must sum to 1. Give the output of predict_proba."
            )
        return probability

    def _cross_predict(
        self, X: Any, y: np.ndarray, code: np.ndarray, groups: Any, seed: int
    ) -> np.ndarray:
        """Return probabilities of each beat from a classifier that has not seen its group."""
        probability = np.zeros((len(y), len(self.classes_)))
        splitter = folds(self.cv, code, groups, seed, "Lower cv, or pass beats of more subjects.")
        for train, test in splitter.split(code, code, groups):
            fitted = self._fitted(
                rows_of(X, train), y[train], None if groups is None else groups[train]
            )
            columns = np.searchsorted(self.classes_, fitted.classes_)
            probability[np.ix_(test, columns)] = fitted.predict_proba(rows_of(X, test))
        return probability

    def _fitted(self, X: Any, y: np.ndarray, groups: Any) -> Any:
        given = {}
        if groups is not None and has_fit_parameter(self.estimator, "groups"):
            given["groups"] = groups
        return clone(self.estimator).fit(X, y, **given)


def _check_subjects(groups: np.ndarray, recordings: Any) -> None:
    """Raise an error if the beats of one recording are said to be of several subjects."""
    if recordings is None:
        n_subjects = len(np.unique(groups))
        if n_subjects > 1:
            raise ValueError(
                f"groups names {n_subjects} subjects, but recordings was not given. Pass "
                "recordings with the recording of each beat, so that recordings are not mixed."
            )
        return
    recordings = np.asarray(recordings)
    for rows in rows_by_recording(recordings):
        subjects = np.unique(groups[rows])
        if len(subjects) > 1:
            raise ValueError(
                f"recording {shown(recordings[rows[0]])} has beats of {len(subjects)} subjects in "
                f"groups, such as {shown(subjects[:2].tolist())}. Give recordings of different "
                "subjects different names."
            )
