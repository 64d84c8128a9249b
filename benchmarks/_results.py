"""Output folder of a benchmark: tables with their protocol in the header, and figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from heartbeat._files import written_whole

RESULTS = Path(__file__).resolve().parent / "results"
"""The published tables and pictures."""


class Results:
    """A folder of results; made when the first of them is written.

    Parameters
    ----------
    folder : path-like
        The folder.
    writes : sequence of str, optional
        Names of the files that may be written; what the script's help says.
    """

    def __init__(self, folder: Path, writes: Sequence[str] | None = None):
        self.folder, self.writes = Path(folder), writes

    def path(self, file: str) -> Path:
        """Return the path of a file by name."""
        if self.writes is not None and file not in self.writes:
            raise ValueError(f"{file!r} is not among what this script says it writes")
        return self.folder / file

    def save_table(self, table: pd.DataFrame, name: str, header: str = "") -> Path:
        """Write a table as ``NAME.csv``, its protocol first as ``#`` comment lines.

        ``pandas.read_csv(path, comment="#")`` reads it back.
        """
        path = self.path(f"{name}.csv")
        self.folder.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
            file.writelines(f"# {line}\n" for line in header.splitlines())
            table.to_csv(file, index=False, float_format="%.6g")
        return path

    def add_line(self, name: str, header: str, **facts: Any) -> None:
        """Add a row to a table that is a log, which need not be there yet."""
        path = self.path(f"{name}.csv")
        lines = self.read_table(name).to_dict("records") if path.is_file() else []
        self.save_table(pd.DataFrame([*lines, facts]), name, header)

    def save_figure(self, figure: Any, name: str) -> Path:
        """Write a matplotlib figure as ``NAME.png``."""
        path = self.path(f"{name}.png")
        self.folder.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as temporary:
            figure.savefig(temporary, dpi=150, bbox_inches="tight", format="png")
        return path

    def read_table(self, name: str) -> pd.DataFrame:
        """Return a table that is there."""
        path = self.path(f"{name}.csv")
        if not path.is_file():
            raise FileNotFoundError(
                f"there is no {path} to draw: run the script without --redraw first, or add "
                "--publish to draw the published table"
            )
        return pd.read_csv(path, comment="#")

    def read_header(self, name: str) -> str:
        """Return the protocol above a table; empty where there is no table."""
        path = self.path(f"{name}.csv")
        if not path.is_file():
            return ""
        lines = path.read_text(encoding="utf-8").splitlines()
        return "\n".join(line[2:] for line in lines if line.startswith("#"))
