"""K folds of whole subjects, in which the rare classes are spread as evenly as possible."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.validation import _num_samples

from heartbeat.model_selection._groups import needed_groups

# A fold without any beat of a class costs more than any imbalance.
_EMPTY_CELL = 1e3
# Smaller gains are rounding errors, which could cause endless exchanges.
_LEAST_GAIN = 1e-12


class SubjectKFold(BaseCrossValidator):
    """K-fold cross-validation that keeps subjects apart and spreads rare classes over the folds.

    Use it to choose between models on DS1, or on any data set of several subjects. In MIT-BIH a
    few subjects have nearly all S and F beats. Folds of subjects drawn at random often have none
    of them, and the score of that class is then undefined. This splitter first makes sure that
    each fold has beats of each class, as far as enough subjects have that class. It then makes the
    shares of the classes as even as possible.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2 and at most the number of subjects.
    random_state : int, RandomState instance or None, default=0
        Controls the order in which subjects are assigned. The default gives the same folds every
        time; pass other numbers to repeat the cross-validation with other folds.

    See Also
    --------
    InterPatientSplit : The published division of MIT-BIH into DS1 and DS2.
    sklearn.model_selection.StratifiedGroupKFold : Only assigns subjects one after another, and can
        leave folds without a rare class.

    Notes
    -----
    Subjects are assigned to the folds one after another, starting with those that have the largest
    share of a class. Single subjects are then moved, and pairs exchanged, as long as this makes the
    folds more even. `sklearn.model_selection.StratifiedGroupKFold` has only the first step.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.model_selection import SubjectKFold
    >>> y = np.array(["N", "S", "N", "N", "N", "S"])
    >>> subject = np.array(["a", "a", "b", "c", "d", "d"])
    >>> for train, test in SubjectKFold(2).split(np.zeros((6, 187)), y, groups=subject):
    ...     print(*sorted(set(subject[test])), "have", *sorted(set(y[test])))
    a b have N S
    c d have N S
    """

    __metadata_request__split = {"groups": True}

    def __init__(self, n_splits: int = 5, *, random_state: Any = 0):
        self.n_splits = n_splits
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds.

        Parameters
        ----------
        X, y, groups : ignored
            Present for the interface of scikit-learn.

        Returns
        -------
        int
        """
        return self.n_splits

    def split(
        self, X: Any, y: Any = None, groups: Any = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the row numbers of the training and test beats of each fold.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats. Only their number is used.
        y : array-like of shape (n_beats,)
            Class of each beat.
        groups : array-like of shape (n_beats,)
            Subject of each beat, ``beats.subject``.

        Yields
        ------
        train, test : ndarray of int
            Row numbers.

        Raises
        ------
        ValueError
            If `y` or `groups` is missing, or there are fewer subjects than folds.
        """
        n_rows = _num_samples(X)
        if y is None:
            raise ValueError("SubjectKFold needs y, because the folds are stratified by class.")
        check_consistent_length(X, y)
        groups = needed_groups(groups, n_rows, "SubjectKFold", "beats.subject")
        subjects, subject_of_row = np.unique(groups, return_inverse=True)
        if not 2 <= self.n_splits <= len(subjects):
            raise ValueError(
                f"n_splits={self.n_splits} must be at least 2 and at most the number of "
                f"subjects, {len(subjects)}."
            )
        classes, class_of_row = np.unique(np.asarray(y), return_inverse=True)
        counts = np.zeros((len(subjects), len(classes)))
        np.add.at(counts, (subject_of_row, class_of_row), 1)
        shares = counts / counts.sum(axis=0)
        fold_of_subject = _deal(shares, self.n_splits, check_random_state(self.random_state))
        fold_of_row = fold_of_subject[subject_of_row]
        for fold in range(self.n_splits):
            yield np.flatnonzero(fold_of_row != fold), np.flatnonzero(fold_of_row == fold)


def _deal(shares: np.ndarray, n_folds: int, rng: np.random.RandomState) -> np.ndarray:
    """Return the fold of each subject, given its share of each class."""
    order = rng.permutation(len(shares))
    order = order[np.argsort(-shares[order].max(axis=1), kind="stable")]
    folds = np.zeros((n_folds, shares.shape[1]))
    fold_of = np.empty(len(shares), dtype=np.intp)
    for position, subject in enumerate(order):
        cost = _cost(folds + shares[subject], n_folds) - _cost(folds, n_folds)
        size = np.bincount(fold_of[order[:position]], minlength=n_folds)
        # No fold may remain empty: the last subjects go to the folds that still are.
        if len(order) - position <= (size == 0).sum():
            cost[size > 0] = np.inf
        fold = np.argmin(cost)
        fold_of[subject] = fold
        folds[fold] += shares[subject]
    while _move_each(shares, folds, fold_of, order) or _exchange_each(
        shares, folds, fold_of, order
    ):
        pass
    # Numbered by their first subject, so that the order of the folds has no meaning.
    _, first = np.unique(fold_of, return_index=True)
    return np.argsort(np.argsort(first))[fold_of]


def _cost(folds: np.ndarray, n_folds: int) -> np.ndarray:
    """Return the cost of each fold: the classes it lacks, then its distance from even shares."""
    lacking = (folds < 1e-12).sum(axis=-1)
    return _EMPTY_CELL * lacking + ((folds - 1 / n_folds) ** 2).sum(axis=-1)


def _move_each(
    shares: np.ndarray, folds: np.ndarray, fold_of: np.ndarray, order: np.ndarray
) -> bool:
    """Move each subject to another fold if that lowers the cost; tell whether any was moved."""
    n_folds = len(folds)
    moved = False
    for subject in order:
        old = fold_of[subject]
        if np.count_nonzero(fold_of == old) == 1:
            continue
        gain = _cost(folds[old], n_folds) - _cost(folds[old] - shares[subject], n_folds)
        gain = gain + _cost(folds, n_folds) - _cost(folds + shares[subject], n_folds)
        gain[old] = 0
        new = np.argmax(gain)
        if gain[new] > _LEAST_GAIN:
            folds[old] -= shares[subject]
            folds[new] += shares[subject]
            fold_of[subject] = new
            moved = True
    return moved


def _exchange_each(
    shares: np.ndarray, folds: np.ndarray, fold_of: np.ndarray, order: np.ndarray
) -> bool:
    """Exchange subjects between folds where it helps most; tell whether any were exchanged."""
    n_folds = len(folds)
    exchanged = False
    for subject in order:
        old = fold_of[subject]
        difference = shares - shares[subject]
        cost = _cost(folds, n_folds)
        after = _cost(folds[old] + difference, n_folds)
        after += _cost(folds[fold_of] - difference, n_folds)
        gain = np.where(fold_of == old, 0, cost[old] + cost[fold_of] - after)
        other = np.argmax(gain)
        if gain[other] > _LEAST_GAIN:
            new = fold_of[other]
            folds[old] += difference[other]
            folds[new] -= difference[other]
            fold_of[subject], fold_of[other] = new, old
            exchanged = True
    return exchanged
