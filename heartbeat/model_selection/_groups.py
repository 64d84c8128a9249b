"""What every splitter asks of its groups."""

from typing import Any

import numpy as np
import pandas as pd


def check_groups(groups: Any, n_rows: int, splitter: str, wanted: str) -> np.ndarray:
    """Return the groups as an array, or say what is wrong with them."""
    if groups is None:
        raise ValueError(f"{splitter} needs groups={wanted}: the division is made by them.")
    groups = np.asarray(groups)
    if groups.shape != (n_rows,):
        raise ValueError(
            f"groups must hold one value for each of the {n_rows} rows, got shape {groups.shape}."
        )
    missing = np.flatnonzero(pd.isna(groups))
    if missing.size:
        raise ValueError(
            f"groups has {missing.size} missing value(s), the first at row {missing[0]}: "
            f"a row of unknown origin cannot be put on either side."
        )
    return groups
