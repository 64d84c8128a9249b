"""Gross and average results of run-by-run comparisons of many recordings."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heartbeat.metrics import _run_text as text
from heartbeat.metrics._runs import RunComparison, check_kind

__all__ = ["RunSummary", "summarize_runs"]


@dataclass(frozen=True, eq=False, repr=False)
class RunSummary:
    """Gross and average results of the run-by-run comparisons of many recordings.

    `summarize_runs` returns it. ``print`` shows the tables of the program ``sumstats``.

    Attributes
    ----------
    comparisons : tuple of RunComparison
        One for each recording.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from heartbeat.metrics import compare_runs, summarize_runs
    >>> beats = SimpleNamespace(sample=range(100, 1900, 300), symbol=list("NVVNNN"))
    >>> summary = summarize_runs([compare_runs(beats, beats, fs=360, start=0, record="x")])
    >>> summary.per_record["V couplet Se"].to_dict()
    {'x': 1.0}
    """

    comparisons: tuple[RunComparison, ...]

    def counts(self, kind: str = "V") -> np.ndarray:
        """Return the counts of all recordings together.

        Parameters
        ----------
        kind : {"V", "S"}, default="V"
            Ventricular or supraventricular runs.

        Returns
        -------
        ndarray of int64, shape (3, 4)
            As from `RunComparison.counts`.
        """
        return np.sum([comparison.counts(kind) for comparison in self.comparisons], axis=0)

    @property
    def per_record(self) -> pd.DataFrame:
        """Se and +P (fractions) of couplets, short and long runs of every recording."""
        rows = [run_rates(comparison) for comparison in self.comparisons]
        index = pd.Index([comparison.record for comparison in self.comparisons], name="record")
        return pd.DataFrame(rows, index=index, columns=list(text.RATES))

    def to_frame(self) -> pd.DataFrame:
        """Return the rows gross (of all runs pooled) and average (over recordings)."""
        rows = [run_rates(self), self.per_record.mean().to_numpy()]
        return pd.DataFrame(rows, index=["gross", "average"], columns=list(text.RATES))

    def lines(self, kind: str = "V") -> str:
        """Return the table of ``rxr -L``, one line for each recording.

        Parameters
        ----------
        kind : {"V", "S"}, default="V"
            Ventricular runs (the first file of the program) or supraventricular runs (the second).

        Returns
        -------
        str
        """
        check_kind(kind)
        lines = [comparison.line(kind) for comparison in self.comparisons]
        return "\n".join([text.LINE_HEADERS[kind], *lines])

    def report(self, kind: str = "V") -> str:
        """Return the table of ``sumstats``: every recording, sum, gross and average.

        Parameters
        ----------
        kind : {"V", "S"}, default="V"
            Ventricular or supraventricular runs.

        Returns
        -------
        str
        """
        counts = self.counts(kind)
        gross = [text.percent(part, whole) for part, whole in text.rate_parts(counts)]
        rates = self.per_record[[name for name in text.RATES if name.startswith(kind)]]
        average = [
            None if np.isnan(mean) else int(np.floor(100 * mean + 0.5)) for mean in rates.mean()
        ]
        width = len(text.format_line("Sum   ", counts * 0)) + 1
        totals = counts[:, 0] + counts[:, 1]
        return "\n".join(
            [
                self.lines(kind),
                "_" * 77,
                text.format_line("Sum   ", counts),
                f"{'Gross':<{width}}{text.format_rates(gross)}",
                f"{'Average':<{width}}{text.format_rates(average)}",
                "  ".join(
                    f"Total {name}s: {total}"
                    for name, total in zip(text.RUN_LENGTHS, totals, strict=True)
                ),
                "",
                f"Summary of results from {len(self.comparisons)} records",
            ]
        )

    def __str__(self) -> str:
        return "\n\n".join(self.report(kind) for kind in text.KINDS)

    def __repr__(self) -> str:
        return f"RunSummary({len(self.comparisons)} records)"


def run_rates(comparison: RunComparison | RunSummary) -> np.ndarray:
    """Return Se and +P of couplets, short and long runs, of V and then of S."""
    counts = np.concatenate([comparison.counts(kind) for kind in text.KINDS])
    return text.rates_of(counts).ravel()


def summarize_runs(comparisons: Iterable[RunComparison]) -> RunSummary:
    """Summarise the run-by-run comparisons of many recordings, as ``sumstats`` does.

    Gross rates pool the runs of all recordings; average rates are means over the recordings in
    which the rate is defined.

    Parameters
    ----------
    comparisons : iterable of RunComparison
        One a recording, from `compare_runs`.

    Returns
    -------
    RunSummary

    Raises
    ------
    ValueError
        If there is no comparison.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from heartbeat.metrics import compare_runs
    >>> beats = SimpleNamespace(sample=range(100, 1900, 300), symbol=list("NVVNNN"))
    >>> found = SimpleNamespace(sample=range(100, 1900, 300), symbol=list("NVNNVV"))
    >>> comparisons = [
    ...     compare_runs(beats, beats, fs=360, start=0, record="a"),
    ...     compare_runs(beats, found, fs=360, start=0, record="b"),
    ... ]
    >>> summarize_runs(comparisons).to_frame()[["V couplet Se", "V couplet +P"]]
             V couplet Se  V couplet +P
    gross             0.5           0.5
    average           0.5           0.5
    """
    comparisons = tuple(comparisons)
    if not comparisons:
        raise ValueError("comparisons is empty. Pass at least one comparison.")
    return RunSummary(comparisons)
