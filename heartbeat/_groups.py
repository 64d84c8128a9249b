"""The groups of beats, such as subjects or recordings: check them, and draw beats by them."""

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["check_groups", "draw_rows"]


def check_groups(groups: Any, n_beats: int, name: str = "groups") -> np.ndarray:
    """Return groups as an array, or raise an error if they are not one for each beat."""
    groups = np.asarray(groups)
    if groups.shape != (n_beats,):
        raise ValueError(
            f"{name} must hold one value for each of the {n_beats} beats, got shape {groups.shape}."
        )
    missing = np.flatnonzero(pd.isna(groups))
    if missing.size:
        raise ValueError(
            f"{name} has {missing.size} missing value(s), the first at row {missing[0]}. A beat of "
            "unknown origin cannot be assigned to a group. Remove these rows."
        )
    return groups


def draw_rows(
    y: np.ndarray,
    groups: np.ndarray,
    n_beats: int,
    rng: np.random.RandomState,
    power: float = 0.5,
) -> np.ndarray:
    """Draw rows with replacement, those of classes that are rare in their group oftener.

    The probability of a row is proportional to ``n ** -power``, where n is the number of rows of
    its class in its group.
    """
    _, label = np.unique(y, return_inverse=True)
    _, group = np.unique(groups, return_inverse=True)
    _, kind, counts = np.unique(
        group * (label.max() + 1) + label, return_inverse=True, return_counts=True
    )
    weight = counts[kind] ** -float(power)
    return rng.choice(len(y), n_beats, p=weight / weight.sum())
