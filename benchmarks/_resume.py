"""A table that grows a row at a time and is taken up again where it was left."""

from pathlib import Path
from typing import Any

import pandas as pd
from _common import RESULTS, save_table


class ResumableTable:
    """Rows under a key, saved after each one.

    Parameters
    ----------
    name : str
        ``results/NAME.csv``.
    key : list of str
        Columns that say which run a row is.
    header : str
        Protocol, written above the table.
    """

    def __init__(self, name: str, key: list[str], header: str):
        self.name, self.key, self.header = name, key, header
        path = Path(RESULTS) / f"{name}.csv"
        self.rows = pd.read_csv(path, comment="#").to_dict("records") if path.is_file() else []

    def done(self, **key: Any) -> bool:
        """Say whether a run is in the table."""
        return any(all(str(row[k]) == str(key[k]) for k in self.key) for row in self.rows)

    def add(self, row: dict[str, Any]) -> None:
        """Add a row and save the table."""
        self.rows.append(row)
        save_table(self.frame(), self.name, self.header)

    def frame(self) -> pd.DataFrame:
        """Return the table so far."""
        return pd.DataFrame(self.rows)
