"""Run-by-run comparison of two sets of annotations, equal to that of the program rxr."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heartbeat._shown import shown
from heartbeat.metrics import _run_text as text
from heartbeat.metrics._ec57 import ratio
from heartbeat.metrics._marks import read_side
from heartbeat.metrics._period import check_limits, warn_if_nothing_lies_in
from heartbeat.metrics._run_search import LONGEST, find_runs, longest_runs, run_marks

__all__ = ["RunComparison", "compare_runs"]

_SIZE = LONGEST + 1


@dataclass(frozen=True, eq=False, repr=False)
class RunComparison:
    """Runs of ectopic beats of one recording that were found, missed and falsely reported.

    `compare_runs` returns it. ``print`` shows the tables of the standard's program.

    Attributes
    ----------
    sensitivity_counts : ndarray of int64, shape (2, 7, 7)
        The reference's runs, ventricular and supraventricular: rows are their lengths in beats,
        columns the longest run of the test in the window of each. 6 stands for more than 5.
    predictivity_counts : ndarray of int64, shape (2, 7, 7)
        The test's runs: columns are their lengths, rows the longest run of the reference in the
        window of each.
    runs : DataFrame
        Every run of both sides: columns kind ("V", "S"), side ("reference", "test"), begin and end
        (samples; end is missing where the run has no window), length, and other, the longest run
        of the other side in its window.
    record, reference, test : str
        Names for the text.

    See Also
    --------
    summarize_runs : Gross and average results of many recordings.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from heartbeat.metrics import compare_runs
    >>> beats = SimpleNamespace(sample=range(100, 1900, 300), symbol=list("NVVNNN"))
    >>> compare_runs(beats, beats, fs=360, start=0, record="x").counts("V").tolist()
    [[1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    """

    sensitivity_counts: np.ndarray
    predictivity_counts: np.ndarray
    runs: pd.DataFrame
    record: str
    reference: str
    test: str

    def matrix(self, kind: str = "V", which: str = "sensitivity") -> pd.DataFrame:
        """Return a matrix: rows are the reference's run lengths, columns the test's.

        Parameters
        ----------
        kind : {"V", "S"}, default="V"
            Ventricular or supraventricular runs.
        which : {"sensitivity", "predictivity"}, default="sensitivity"
            Whose runs are counted: the reference's or the test's.
        """
        matrices = {
            "sensitivity": self.sensitivity_counts,
            "predictivity": self.predictivity_counts,
        }
        if which not in matrices:
            raise ValueError(f"which must be 'sensitivity' or 'predictivity', got {shown(which)}.")
        lengths = [*map(str, range(LONGEST)), f">{LONGEST - 1}"]
        counts = matrices[which][check_kind(kind)]
        return pd.DataFrame(
            counts,
            index=pd.Index(lengths, name="reference"),
            columns=pd.Index(lengths, name="test"),
        )

    def counts(self, kind: str = "V") -> np.ndarray:
        """Return the counts of couplets, short and long runs.

        Parameters
        ----------
        kind : {"V", "S"}, default="V"
            Ventricular or supraventricular runs.

        Returns
        -------
        ndarray of int64, shape (3, 4)
            Rows are couplets, short and long runs. Columns TPs and FN are runs of the reference,
            found and missed; TPp and FP are runs of the test, right and wrong.
        """
        which = check_kind(kind)
        return text.run_counts(self.sensitivity_counts[which], self.predictivity_counts[which])

    def to_frame(self) -> pd.DataFrame:
        """Return Se, +P (fractions) and counts of couplets, short and long runs of V and S.

        TPs and FN are runs of the reference, found and missed; TPp and FP runs of the test, right
        and wrong.
        """
        index = pd.MultiIndex.from_product([text.KINDS, text.RUN_LENGTHS], names=["kind", "run"])
        counts = np.concatenate([self.counts(kind) for kind in text.KINDS])
        frame = pd.DataFrame(counts, index=index, columns=["TPs", "FN", "TPp", "FP"])
        frame.insert(0, "Se", ratio(frame["TPs"], frame["TPs"] + frame["FN"]))
        frame.insert(1, "+P", ratio(frame["TPp"], frame["TPp"] + frame["FP"]))
        return frame

    def report(self) -> str:
        """Return the tables of ``rxr -S``, byte for byte."""
        return text.standard_report(
            self.sensitivity_counts,
            self.predictivity_counts,
            self.record,
            self.reference,
            self.test,
        )

    def line(self, kind: str = "V") -> str:
        """Return the line of ``rxr -L``.

        Parameters
        ----------
        kind : {"V", "S"}, default="V"
            Ventricular runs (the first file of the program) or supraventricular runs (the second).

        Returns
        -------
        str
        """
        return text.line(self.counts(kind), self.record)

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        frame = self.to_frame()
        numbers = ", ".join(
            f"{kind} {run}s Se {row['Se']:.2f} +P {row['+P']:.2f}"
            for (kind, run), row in frame.iterrows()
            if not row[["Se", "+P"]].isna().all()
        )
        return f"RunComparison({self.record!r}: {numbers or 'no runs'})"


def compare_runs(
    reference: Any,
    test: Any,
    *,
    fs: float,
    window: float = 0.15,
    start: float = 300.0,
    stop: float | None = None,
    convention: str = "ec57",
    corrected: bool = False,
    record: str = "",
    names: Sequence[str] = ("atr", "tst"),
) -> RunComparison:
    """Compare the runs of ectopic beats of two sets of annotations (ANSI/AAMI EC57).

    Couplets (2 beats), short runs (3 to 5) and long runs (6 and more) of ventricular and of
    supraventricular beats.

    Parameters
    ----------
    reference, test : Annotations
        Any objects with `sample` (positions in order, in samples) and `symbol` (WFDB annotation
        symbols), as for `compare_beats`. `aux` (or `aux_note`, as ``wfdb.rdann`` names it), if
        there, tells the rhythm; `subtype` tells unreadable signal.
    fs : float
        Sampling rate of the positions of both, in Hz.
    window : float, default=0.15
        The window of a run reaches from this time before its first beat to this time after its
        last, in s, rounded to whole samples.
    start : float, default=300.0
        Runs begin at this time, in s, or later; one that is under way is counted from here on.
    stop : float, default=None
        Beats after this time, in s, belong to no run.
    convention : {"ec57", "literature"}, default="ec57"
        What escape beats e and j count as, see `heartbeat.labels.classes_of_symbols`; S by
        default, as in the standard's program.
    corrected : bool, default=False
        Leave the known defects of the standard's program away, see Notes. By default they are
        kept, so that numbers agree with published ones.
    record : str, default=""
        Name of the recording in the text.
    names : pair of str, default=("atr", "tst")
        Names of the two annotators in the text.

    Returns
    -------
    RunComparison
        Matrices of run lengths, sensitivities, the single runs, and the reports as text.

    Raises
    ------
    TypeError
        If an input has no `sample` and `symbol`.
    ValueError
        If positions are out of order, `fs` or `window` makes no sense, or stop is before start.

    See Also
    --------
    summarize_runs : Gross and average over recordings.
    compare_beats : Beat by beat.

    Notes
    -----
    A ventricular run is an unbroken series of beats of class V or F, a supraventricular one of
    beats of class S; any other beat ends it. For every run of the reference the longest run of
    the test in its window is looked up, where only beats inside the window count; the run is found
    if that one is not of a shorter class (a couplet that is part of a longer run is found). The
    same with sides exchanged tells whether a run of the test is right.

    Ventricular flutter or fibrillation (``[`` to ``]``) is a long ventricular run, together with
    the ventricular beats that follow it directly; so is whatever overlaps it on the other side.

    Defects of the program, kept unless `corrected`:

    - Atrial fibrillation and flutter (rhythms ``(AFIB`` and ``(AFL``) are taken for
      supraventricular runs: where they begin a long run begins, and within them every beat of
      class N is one of class S. Record 221 of mitdb has no supraventricular ectopic beat, but
      hundreds of "supraventricular runs" [2]_. Corrected, beats count as what they are labelled.
    - An episode that begins in the middle of a run does not make it a long one; corrected,
      flutter always does, whatever beats are marked inside it.
    - If a beat of another kind comes before the first beat of an episode, its long run has no
      window and is never found: record 201 against itself misses one [1]_.
    - Unreadable signal inside an episode hides the rest of the episode from the runs of the other
      side [3]_.
    - A run whose window begins before the first sample is taken to overlap a long run.

    Every matrix, count and percentage agrees with the C program ``rxr`` of the WFDB Software
    Package on nine mitdb recordings with missed, extra, moved and relabelled beats, and with
    what was published of records 201 and 221 compared with themselves. These data leave open
    what no test annotation marks (rhythms, flutter), and whether unreadable signal hides an
    episode or a beat of class Q does: record 203 has one right before the other.

    References
    ----------
    .. [1] MIT-LCP/physionet on GitHub, issue 29.
    .. [2] MIT-LCP/physionet on GitHub, issue 63.
    .. [3] bemoody/wfdb on GitHub, issue 33.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> beats = range(100, 3700, 300)
    >>> reference = SimpleNamespace(sample=beats, symbol=list("NVVNNVVVNNVV"))
    >>> test = SimpleNamespace(sample=beats, symbol=list("NVVNNVNVNNVV"))
    >>> comparison = compare_runs(reference, test, fs=360, start=0)
    >>> comparison.to_frame().loc["V"]
                Se   +P  TPs  FN  TPp  FP
    run
    couplet    1.0  1.0    2   0    2   0
    short run  0.0  NaN    0   1    0   0
    long run   NaN  NaN    0   0    0   0
    >>> comparison.matrix("V").loc["3", "1"].item()
    1
    """
    window_samples, first, end = check_limits(fs, window, start, stop)
    sides = (
        read_side(reference, "reference", convention),
        read_side(test, "test", convention),
    )
    warn_if_nothing_lies_in([side.beat for side in sides], first, end, start)
    counts = np.zeros((2, len(text.KINDS), _SIZE, _SIZE), dtype=np.int64)
    found = []
    for which, kind in enumerate(text.KINDS):
        marks = [run_marks(side, kind, corrected) for side in sides]
        for number, side in enumerate(("reference", "test")):
            runs = find_runs(marks[number], first, end - 1)
            other = longest_runs(marks[1 - number], runs, window_samples)
            rows, columns = (runs[:, 2], other) if side == "reference" else (other, runs[:, 2])
            np.add.at(counts[number, which], (rows, columns), 1)
            found.append((kind, side, runs, other))
    return RunComparison(
        sensitivity_counts=counts[0],
        predictivity_counts=counts[1],
        runs=_table(found),
        record=str(record),
        reference=str(names[0]),
        test=str(names[1]),
    )


def check_kind(kind: str) -> int:
    """Return the position of a kind of runs, or raise an error."""
    if kind not in text.KINDS:
        raise ValueError(
            f"kind must be {' or '.join(map(repr, text.KINDS))} (ventricular, supraventricular), "
            f"got {shown(kind)}."
        )
    return text.KINDS.index(kind)


def _table(found: list[tuple[str, str, np.ndarray, np.ndarray]]) -> pd.DataFrame:
    """Return one row per run."""
    begin, end, length = np.concatenate([runs for _, _, runs, _ in found]).T
    sizes = [len(other) for *_, other in found]
    return pd.DataFrame(
        {
            "kind": np.repeat([kind for kind, *_ in found], sizes),
            "side": np.repeat([side for _, side, *_ in found], sizes),
            "begin": begin,
            "end": pd.arrays.IntegerArray(end, end < 0),
            "length": length,
            "other": np.concatenate([other for *_, other in found]),
        }
    )
