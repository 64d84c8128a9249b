"""A table that grows row by row, so that an interrupted benchmark can be continued."""

import re
from typing import Any

import pandas as pd
from _results import Results

_OF_THE_MACHINE = {"versions", "machine", "jobs", "torch threads", "threads"}


class ResumableTable:
    """Rows under a key, saved after each one.

    Parameters
    ----------
    results : Results
        Folder of the table.
    name : str
        ``NAME.csv``.
    key : list of str
        Columns that say which run a row is.
    header : str
        Protocol, written above the table. A table that is taken up again keeps the header it has,
        and says so where versions or machine differ.

    Raises
    ------
    ValueError
        If the table that is there was made under another protocol. Facts that a column of the key
        tells row by row (``seeds``, where ``seed`` is in the key) may differ.
    """

    def __init__(self, results: Results, name: str, key: list[str], header: str):
        self.results, self.name, self.key, self.header = results, name, key, header
        self.rows: list[dict[str, Any]] = []
        there = results.read_header(name)
        if not there:
            return
        path = results.path(f"{name}.csv")
        by_row = {f"{column}s" for column in key}
        old, new = _facts(there), _facts(header)
        differing = {
            fact
            for fact in (old.keys() | new.keys()) - _OF_THE_MACHINE - by_row
            if old.get(fact) != new.get(fact)
        }
        if differing:
            told = "; ".join(
                f"{fact}: {old.get(fact, 'not told')!r} there, {new.get(fact, 'not told')!r} here"
                for fact in sorted(differing)
            )
            raise ValueError(
                f"{path} has rows of another protocol ({told}): name another folder with "
                "--output, or delete the table"
            )
        self.rows = results.read_table(name).to_dict("records")
        self.header = there
        if there != header:
            print(f"{path} has rows of other versions or another machine: its header stays")

    def done(self, **key: Any) -> bool:
        """Say whether a run is in the table."""
        return any(all(str(row[k]) == str(key[k]) for k in self.key) for row in self.rows)

    def add(self, row: dict[str, Any]) -> None:
        """Add a row and save the table."""
        self.rows.append(row)
        self.results.save_table(self.frame(), self.name, self.header)

    def frame(self) -> pd.DataFrame:
        """Return the table so far."""
        return pd.DataFrame(self.rows)


def _facts(header: str) -> dict[str, str]:
    """Return what a protocol header states, by name; title and rule left out."""
    parts = (re.split(r" {2,}", line, maxsplit=1) for line in header.splitlines()[2:])
    return {part[0]: part[1] for part in parts if len(part) == 2}
