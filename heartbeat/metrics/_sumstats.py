"""Gross and average results of comparisons of many recordings."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import _comparison_text as text
from heartbeat.metrics._comparison import BeatComparison
from heartbeat.metrics._ec57 import N_CLASSES

__all__ = ["ComparisonSummary", "summarize_comparisons"]

_S, _F = AAMI_CLASSES.index("S"), AAMI_CLASSES.index("F")
RATES = ("Q Se", "Q +P", "V Se", "V +P", "S Se", "S +P")


@dataclass(frozen=True, eq=False, repr=False)
class ComparisonSummary:
    """Gross and average results of the beat-by-beat comparisons of many recordings.

    `summarize_comparisons` returns it. ``print`` shows the table of the program ``sumstats``.

    Attributes
    ----------
    comparisons : tuple of BeatComparison
        One for each recording.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from heartbeat.metrics import compare_beats, summarize_comparisons
    >>> beats = SimpleNamespace(sample=[100, 400, 700], symbol=list("NNV"))
    >>> found = SimpleNamespace(sample=[100, 400, 800], symbol=list("NVV"))
    >>> comparison = compare_beats(beats, found, fs=360, start=0, record="b")
    >>> summary = summarize_comparisons([comparison])
    >>> summary.per_record[["Q Se", "V Se"]].round(3)
             Q Se  V Se
    record
    b       0.667   0.0
    """

    comparisons: tuple[BeatComparison, ...]

    @property
    def counts(self) -> np.ndarray:
        """The counts of all recordings, shape (7, 7); see `BeatComparison.counts`."""
        return np.sum([comparison.counts for comparison in self.comparisons], axis=0)

    @property
    def per_record(self) -> pd.DataFrame:
        """Se and +P (fractions) of QRS, VEB and SVEB and the RR error (ms) of every recording."""
        rows = [
            [text.percent(*parts) / 100 for parts in text.rate_parts(comparison.counts)]
            + [comparison.rms_rr_error]
            for comparison in self.comparisons
        ]
        index = pd.Index([comparison.record for comparison in self.comparisons], name="record")
        return pd.DataFrame(rows, index=index, columns=[*RATES, "RR error"])

    def to_frame(self) -> pd.DataFrame:
        """Return the rows gross (of all beats pooled) and average (over recordings)."""
        by_record = [_line_rates(comparison.counts) for comparison in self.comparisons]
        average = pd.DataFrame(by_record).mean()
        rows = [
            [*_line_rates(self.counts), np.nan],
            [*average, self.per_record["RR error"].mean()],
        ]
        return pd.DataFrame(rows, index=["gross", "average"], columns=[*RATES, "RR error"])

    def lines(self) -> str:
        """Return the table of ``bxb -L``, first file: Se, +P and RR error of every recording."""
        return "\n".join([text.LINE_HEADER, *(c.line() for c in self.comparisons)])

    def shutdown_lines(self) -> str:
        """Return the table of ``bxb -L``, second file: beats missed in shut-down segments."""
        return "\n".join([text.SHUTDOWN_HEADER, *(c.shutdown_line() for c in self.comparisons)])

    def report(self) -> str:
        """Return the table of ``sumstats``: every recording, sum, gross and average."""
        frame = self.to_frame() * 100
        frame["RR error"] /= 100
        sums = text.format_line("Sum ", text.line_counts(self.counts), [], None)
        width = len(text.format_line("Sum ", [0] * 19, [], None))
        of_class = self.counts[:N_CLASSES].sum(axis=1)
        return "\n".join(
            [
                self.lines(),
                "_" * len(text.LINE_HEADER),
                sums,
                f"{'Gross':<{width}}" + text.format_rates(frame.loc["gross", list(RATES)]),
                f"{'Average':<{width}}" + text.format_rates(frame.loc["average"]),
                f"Total QRS complexes: {of_class.sum()}  Total VEBs: {of_class[2]}"
                f"  Total SVEBs: {of_class[1]}",
                "",
                f"Summary of results from {len(self.comparisons)} records",
            ]
        )

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        return f"ComparisonSummary({len(self.comparisons)} records)"


def _line_rates(counts: np.ndarray) -> list[float]:
    """Return Se and +P as they follow from a line.

    There F and Q references share a column, and ``sumstats`` forgives both when they are called
    S; the +P of ``bxb`` forgives Q alone.
    """
    parts = text.rate_parts(counts)
    tp, positives = parts[-1]
    parts[-1] = (tp, positives - counts[_F, _S])
    return [text.percent(*part) / 100 for part in parts]


def summarize_comparisons(comparisons: Iterable[BeatComparison]) -> ComparisonSummary:
    """Summarise the comparisons of many recordings, as the program ``sumstats`` does.

    Gross rates pool the beats of all recordings, so that long and busy ones count more; average
    rates are means over the recordings in which the rate is defined. Both belong in a report.

    One oddity of ``sumstats`` is kept, so that numbers agree: in the gross and average +P of S,
    fusion beats called S are no false positives, whereas in the lines of the recordings they are.

    Parameters
    ----------
    comparisons : iterable of BeatComparison
        One a recording, from `compare_beats`.

    Returns
    -------
    ComparisonSummary

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> beats = SimpleNamespace(sample=[100, 400, 700], symbol=list("NNV"))
    >>> found = SimpleNamespace(sample=[100, 400, 800], symbol=list("NVV"))
    >>> from heartbeat.metrics import compare_beats
    >>> comparisons = [
    ...     compare_beats(beats, beats, fs=360, start=0, record="a"),
    ...     compare_beats(beats, found, fs=360, start=0, record="b"),
    ... ]
    >>> summarize_comparisons(comparisons).to_frame()[["Q Se", "V Se", "V +P"]].round(3)
              Q Se  V Se   V +P
    gross    0.833   0.5  0.333
    average  0.833   0.5  0.500
    """
    comparisons = tuple(comparisons)
    if not comparisons:
        raise ValueError("comparisons is empty. Pass at least one comparison.")
    return ComparisonSummary(comparisons)
