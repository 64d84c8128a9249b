"""Rows for calibration, kept apart from training, by whole groups."""

from numbers import Integral
from typing import Any

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    check_cv,
)

from heartbeat._shown import shown

__all__ = ["folds", "held_out_rows", "two_halves"]


_ADVICE = (
    "Lower cv, pass beats of more subjects, or omit groups (the coverage then holds for these "
    "subjects only)."
)


def held_out_rows(cv: Any, y: np.ndarray, groups: Any, random_state: Any) -> tuple:
    """Return training and held-out rows: the first split of `cv`, or one of `cv` folds."""
    rows = np.arange(len(y))
    is_number = isinstance(cv, Integral)
    splitter = folds(int(cv), y, groups, random_state, _ADVICE) if is_number else check_cv(cv)
    train, held_out = next(iter(splitter.split(rows, y, groups)))
    return _numbers(train, len(y)), _numbers(held_out, len(y))


def two_halves(y: np.ndarray, groups: Any, random_state: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of two halves."""
    return held_out_rows(2, y, groups, random_state)


def _numbers(rows: Any, n_beats: int) -> np.ndarray:
    """Return rows as numbers, also if a splitter gives them as a mask."""
    rows = np.asarray(rows)
    if rows.dtype == bool and rows.shape == (n_beats,):
        return np.flatnonzero(rows)
    if rows.dtype.kind not in "iu" or not len(rows) or rows.min() < 0 or rows.max() >= n_beats:
        raise ValueError(
            f"cv must give the numbers of some of the {n_beats} beats, from 0 to {n_beats - 1}, or "
            f"a mask of them, got {shown(rows)}."
        )
    return rows


def folds(n: int, y: np.ndarray, groups: Any, random_state: Any, advice: str) -> Any:
    """Return a splitter that is stratified if there are enough beats of each class.

    `advice` ends the message if there are fewer groups than folds.
    """
    if n < 2:
        raise ValueError(f"cv must be at least 2, because one fold is held out, got {n}.")
    enough = np.unique(y, return_counts=True)[1].min() >= n
    if groups is None:
        kind = StratifiedKFold if enough else KFold
        return kind(n, shuffle=True, random_state=random_state)
    n_groups = len(np.unique(groups))
    if n_groups < n:
        raise ValueError(f"cv={n} folds need at least {n} groups, got {n_groups}. {advice}")
    if enough:
        return StratifiedGroupKFold(n, shuffle=True, random_state=random_state)
    return GroupKFold(n)
