"""Which beats stop the training early: a part of them, by whole subjects where these are known."""

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
    """Choose the rows that validate.

    Parameters
    ----------
    classes : ndarray of int
        Class index of each row.
    groups : ndarray or None
        Subject of each row. Given, no subject is on both sides.
    fraction : float
        Wanted share of rows.
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
        If the rows cannot be divided this way.
    """
    if groups is None:
        return _stratified(classes, fraction, random_state)
    return _grouped(classes, groups, fraction, n_classes, random_state)


def _stratified(
    classes: np.ndarray, fraction: float, random_state: np.random.RandomState
) -> np.ndarray:
    """Take the same share of each class; a class of one beat stays in training."""
    chosen = np.zeros(len(classes), dtype=bool)
    for index in np.unique(classes):
        rows = random_state.permutation(np.flatnonzero(classes == index))
        chosen[rows[: min(round(fraction * len(rows)), len(rows) - 1)]] = True
    if not chosen.any():
        raise ValueError(
            f"early_stopping=True with validation_fraction={fraction} leaves no beat for "
            f"validation: {len(classes)} beats of {len(np.unique(classes))} classes are too few. "
            f"Give more beats, raise validation_fraction or set early_stopping=False."
        )
    return chosen


def _grouped(
    classes: np.ndarray,
    groups: np.ndarray,
    fraction: float,
    n_classes: int,
    random_state: np.random.RandomState,
) -> np.ndarray:
    """Take the fold of whole groups that comes nearest to the fraction and leaves every class."""
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(
            "early_stopping=True with groups needs at least 2 groups, to validate on other "
            f"subjects than it trains on; got {n_groups}. Leave groups=None to validate on beats "
            "of the same subject, or set early_stopping=False."
        )
    n_folds = int(np.clip(round(1 / fraction), 2, n_groups))
    # Classes with fewer beats than folds cannot be dealt evenly (scikit-learn warns of them): they
    # go along with the largest, and whether they stay in training is seen below. Fewer folds would
    # take a third of all subjects for a class of three beats.
    counts = np.bincount(classes)
    strata = np.where(counts[classes] < n_folds, counts.argmax(), classes)
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=random_state)
    folds = (valid for _, valid in splitter.split(strata, strata, groups))
    best = _nearest(folds, classes, fraction, n_classes)
    if best is None:
        best = _nearest(_single_groups(groups, random_state), classes, fraction, n_classes)
    if best is None:
        raise ValueError(
            f"early_stopping=True: no division of {n_groups} groups near "
            f"validation_fraction={fraction} leaves every class in the training part, because "
            "some class is found in too few groups. Leave groups=None to validate on beats of the "
            "same subjects, merge rare classes, or set early_stopping=False."
        )
    return best


def _nearest(
    candidates: Iterable[np.ndarray], classes: np.ndarray, fraction: float, n_classes: int
) -> np.ndarray | None:
    """Return the candidate of the share nearest to the fraction that leaves every class."""
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
