"""Check the groups of a splitter."""

from typing import Any

import numpy as np

from heartbeat._groups import check_groups

__all__ = ["needed_groups"]


def needed_groups(groups: Any, n_rows: int, splitter: str, wanted: str) -> np.ndarray:
    """Return the groups as an array, or raise an error if they are missing or not valid."""
    if groups is None:
        raise ValueError(f"{splitter} needs groups={wanted}, by which the rows are divided.")
    return check_groups(groups, n_rows)
