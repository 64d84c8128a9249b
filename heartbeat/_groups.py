"""Check the groups of beats: their subjects, recordings or records."""

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["check_groups"]


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
