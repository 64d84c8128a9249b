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
        Protocol, written above the table. A table that is taken up again keeps the header it has,
        and says so where the new one differs: delete it to start anew.
    """

    def __init__(self, name: str, key: list[str], header: str):
        self.name, self.key, self.header = name, key, header
        self.rows: list[dict[str, Any]] = []
        path = Path(RESULTS) / f"{name}.csv"
        if path.is_file():
            self.rows = pd.read_csv(path, comment="#").to_dict("records")
            lines = [line for line in path.read_text().splitlines() if line.startswith("#")]
            self.header = "\n".join(line.removeprefix("# ") for line in lines)
            if self.header != header:
                print(f"{path} has rows of another protocol or other versions: its header stays")

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
