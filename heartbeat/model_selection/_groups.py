"""Check the groups of a splitter."""

from typing import Any

import numpy as np
import pandas as pd


def check_groups(groups: Any, n_rows: int, splitter: str, wanted: str) -> np.ndarray:
    """Return the groups as an array, or raise an error if they are not valid."""
    if groups is None:
        raise ValueError(f"{splitter} needs groups={wanted}, by which the rows are divided.")
    groups = np.asarray(groups)
    if groups.shape != (n_rows,):
        raise ValueError(
            f"groups must hold one value for each of the {n_rows} rows, got shape {groups.shape}."
        )
    missing = np.flatnonzero(pd.isna(groups))
    if missing.size:
        raise ValueError(
            f"groups has {missing.size} missing value(s), the first at row {missing[0]}. "
            f"A row of unknown origin cannot be assigned to a side. Remove these rows."
        )
    return groups
