"""Select the validation beats for early stopping, whole subjects if these are known."""

from collections.abc import Iterable, Iterator

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

__all__ = ["validation_rows"]


def validation_rows(
    classes: np.ndarray,
    groups: np.ndarray | None,
    fraction: float,
    n_classes: int,
    random_state: np.random.RandomState,
) -> np.ndarray:
    """Choose the validation rows.

    Parameters
    ----------
    classes : ndarray of int
        Class index of each row.
    groups : ndarray or None
        Subject of each row. If given, no subject is on both sides.
    fraction : float
        Requested share of rows.
    n_classes : int
        Number of classes; each must stay in the training part.
    random_state : RandomState
        Draws the rows.

    Returns
    -------
    ndarray of bool

    Raises
    ------
    ValueError
        If there is no such split.
    """
    if groups is None:
        return _stratified(classes, fraction, random_state)
    return _grouped(classes, groups, fraction, n_classes, random_state)


def _stratified(
    classes: np.ndarray, fraction: float, random_state: np.random.RandomState
) -> np.ndarray:
    """Take the same share of each class; a class with one beat stays in training."""
    chosen = np.zeros(len(classes), dtype=bool)
    for index in np.unique(classes):
        rows = random_state.permutation(np.flatnonzero(classes == index))
        chosen[rows[: min(round(fraction * len(rows)), len(rows) - 1)]] = True
    if not chosen.any():
        raise ValueError(
            f"early_stopping=True with validation_fraction={fraction} leaves no beat for "
            f"validation, because {len(classes)} beats of {len(np.unique(classes))} classes are "
            f"too few. Pass more beats, raise validation_fraction or set early_stopping=False."
        )
    return chosen


def _grouped(
    classes: np.ndarray,
    groups: np.ndarray,
    fraction: float,
    n_classes: int,
    random_state: np.random.RandomState,
) -> np.ndarray:
    """Take the fold of whole groups closest to the fraction that leaves all classes in training."""
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(
            "early_stopping=True with groups needs at least 2 groups, because the validation beats "
            f"must be of other subjects than the training beats, got {n_groups}. Set groups=None "
            "to validate on beats of the same subject, or set early_stopping=False."
        )
    n_folds = int(np.clip(round(1 / fraction), 2, n_groups))
    # Classes with fewer beats than folds cannot be split evenly, and scikit-learn warns about them.
    # They are merged with the largest class; whether they stay in training is checked below. Fewer
    # folds would set aside a third of all subjects because of a class of three beats.
    counts = np.bincount(classes)
    strata = np.where(counts[classes] < n_folds, counts.argmax(), classes)
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=random_state)
    folds = (valid for _, valid in splitter.split(strata, strata, groups))
    best = _nearest(folds, classes, fraction, n_classes)
    if best is None:
        best = _nearest(_single_groups(groups, random_state), classes, fraction, n_classes)
    if best is None:
        raise ValueError(
            f"early_stopping=True: no split of {n_groups} groups near "
            f"validation_fraction={fraction} keeps every class in the training part, because "
            "some class occurs in too few groups. Set groups=None to validate on beats of the "
            "same subjects, merge rare classes, or set early_stopping=False."
        )
    return best


def _nearest(
    candidates: Iterable[np.ndarray], classes: np.ndarray, fraction: float, n_classes: int
) -> np.ndarray | None:
    """Return the candidate closest to the fraction that leaves all classes in training."""
    best, best_miss = None, np.inf
    for valid in candidates:
        chosen = np.zeros(len(classes), dtype=bool)
        chosen[valid] = True
        complete = len(np.unique(classes[~chosen])) == n_classes
        miss = abs(chosen.mean() - fraction)
        if complete and chosen.any() and miss < best_miss:
            best, best_miss = chosen, miss
    return best


def _single_groups(groups: np.ndarray, random_state: np.random.RandomState) -> Iterator[np.ndarray]:
    for group in random_state.permutation(np.unique(groups)):
        yield np.flatnonzero(groups == group)
