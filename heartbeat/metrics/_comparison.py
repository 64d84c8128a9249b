"""Beat-by-beat comparison of two sets of annotations, equal to that of the program bxb."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import _comparison_text as text
from heartbeat.metrics._ec57 import ratio
from heartbeat.metrics._marks import Side, inside, read_side
from heartbeat.metrics._matching import ALONE, match_samples
from heartbeat.metrics._period import check_limits, warn_if_nothing_lies_in

__all__ = ["BeatComparison", "compare_beats"]

_ALONE_CODE = len(AAMI_CLASSES)
_SHUT_DOWN_CODE = _ALONE_CODE + 1
_SIZE = _SHUT_DOWN_CODE + 1


@dataclass(frozen=True, eq=False, repr=False)
class BeatComparison:
    """Beats of one recording that a detector or classifier found, missed and confused.

    `compare_beats` returns it. ``print`` shows the table of the standard's program.

    Attributes
    ----------
    counts : ndarray of int64, shape (7, 7)
        Rows: reference N S V F Q, O (extra), X (extra while the reference is unreadable).
        Columns: test n s v f q, o (missed), x (missed while the test was shut down).
    pairs : ndarray of int64, shape (n_steps, 2)
        Positions in the reference's and the test's annotations (all of them, beats or not) of
        every pair in order of time; -1 in the second column: missed, in the first: extra.
    rms_rr_error : float
        Root mean square difference of RR intervals, in ms; NaN without an interval.
    shutdown : float
        Seconds for which the test annotations are shut down.
    record, reference, test : str
        Names for the text.

    See Also
    --------
    summarize_comparisons : Gross and average results of many recordings.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from heartbeat.metrics import compare_beats
    >>> reference = SimpleNamespace(sample=[100, 400, 700, 1000], symbol=list("NNVN"))
    >>> test = SimpleNamespace(sample=[105, 395, 690, 1300], symbol=list("NNVN"))
    >>> compare_beats(reference, test, fs=360, start=0, record="x")
    BeatComparison('x': QRS Se 0.7500 +P 0.7500, VEB Se 1.0000 +P 1.0000, SVEB Se nan +P nan)
    """

    counts: np.ndarray
    pairs: np.ndarray
    rms_rr_error: float
    shutdown: float
    record: str
    reference: str
    test: str

    @property
    def matrix(self) -> pd.DataFrame:
        """The counts, with rows N S V F Q O X and columns n s v f q o x."""
        rows = [*AAMI_CLASSES, "O", "X"]
        return pd.DataFrame(self.counts, index=rows, columns=[row.lower() for row in rows])

    def to_frame(self) -> pd.DataFrame:
        """Return rows QRS, VEB, SVEB with Se, +P (fractions) and the counts TP, FN, FP."""
        frame = pd.DataFrame(
            text.beat_counts(self.counts).values(),
            index=["QRS", "VEB", "SVEB"],
            columns=["TP", "FN", "FP"],
        )
        frame.insert(0, "Se", ratio(frame["TP"], frame["TP"] + frame["FN"]))
        frame.insert(1, "+P", ratio(frame["TP"], frame["TP"] + frame["FP"]))
        return frame

    def report(self) -> str:
        """Return the table of ``bxb -S``, byte for byte."""
        return text.standard_report(
            self.counts, self.rms_rr_error, self.record, self.reference, self.test
        )

    def line(self) -> str:
        """Return the line of ``bxb -L`` with counts, Se, +P and RR error."""
        return text.line(self.counts, self.rms_rr_error, self.record)

    def shutdown_line(self) -> str:
        """Return the line of ``bxb -L`` with the beats missed in shut-down segments."""
        return text.shutdown_line(self.counts, self.shutdown, self.record)

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        frame = self.to_frame()
        numbers = ", ".join(
            f"{name} Se {row['Se']:.4f} +P {row['+P']:.4f}" for name, row in frame.iterrows()
        )
        return f"BeatComparison({self.record!r}: {numbers})"


def compare_beats(
    reference: Any,
    test: Any,
    *,
    fs: float,
    window: float = 0.15,
    start: float = 300.0,
    stop: float | None = None,
    convention: str = "ec57",
    record: str = "",
    names: Sequence[str] = ("atr", "tst"),
) -> BeatComparison:
    """Compare test annotations with reference annotations beat by beat (ANSI/AAMI EC57).

    Parameters
    ----------
    reference, test : Annotations
        Any objects with `sample` (positions in order, in samples) and `symbol` (WFDB annotation
        symbols; AAMI letters are symbols too), for instance
        `heartbeat.recording.Annotations` or what ``wfdb.rdann`` returns. `subtype`, if there,
        tells which noise marks (``~``) say that the signal is unreadable.
    fs : float
        Sampling rate of the positions of both, in Hz.
    window : float, default=0.15
        Largest time between the two beats of a pair, in s, rounded to whole samples.
    start : float, default=300.0
        Beats before this time, in s, are left out: the standard gives five minutes to learn. Papers
        on DS1/DS2 mostly score the whole recording: ``start=0``.
    stop : float, default=None
        Beats after this time, in s, are left out.
    convention : {"ec57", "literature"}, default="ec57"
        What escape beats e and j count as, see `heartbeat.labels.classes_of_symbols`; S by
        default, as in the standard's program.
    record : str, default=""
        Name of the recording in the text.
    names : pair of str, default=("atr", "tst")
        Names of the two annotators in the text.

    Returns
    -------
    BeatComparison
        Matrix, pairs, sensitivities, RR error, and the reports as text.

    Raises
    ------
    TypeError
        If an input has no `sample` and `symbol`.
    ValueError
        If positions are out of order, `fs` or `window` makes no sense, or stop is before start.

    See Also
    --------
    summarize_comparisons : Gross and average over recordings.
    aami_scores : For beats that are matched already.

    Notes
    -----
    Beats match one to one. A beat's candidate is passed over when the next beat of the candidate's
    own series is as near or nearer; so of two test beats in one window the nearer pairs and the
    other is extra, and of two at equal distance the later pairs.

    At the start of the period: the last test beat before it pairs with the first reference beat in
    it, if it lies within the window and is nearer than the next test beat. A test beat in the first
    window of the period is left out, not counted as extra, if the next test beat is nearer to the
    first reference beat.

    Ventricular flutter and fibrillation: test beats between the reference's ``[`` and ``]`` that
    match no reference beat are left out.

    Shutdown: a noise mark ``~`` whose subtype has the bits 16 and 32 set, until the next noise mark
    without them. Where a beat comes first, the mark stands in the middle of an unreadable
    stretch that begins one window after the beat before the mark and ends one window before the
    beat after it. Unmatched reference beats in the test's stretches count as ``x``, unmatched
    test beats in the reference's as ``X``.

    RR error: at every pair and every single beat, the interval that ends with the reference beat in
    turn minus the one that ends with the test beat in turn, where no flutter and no unreadable
    stretch begins inside either.

    Every count, percentage and RR error agrees with the C program ``bxb`` of the WFDB Software
    Package on nine mitdb recordings with missed, extra and moved beats and one with flutter; they
    hold no shutdown of the test annotations and no test beat midway between two reference beats:
    there the rules follow the program's manual, and symmetry.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> reference = SimpleNamespace(sample=[100, 400, 700, 1000], symbol=list("NNVN"))
    >>> test = SimpleNamespace(sample=[105, 395, 690, 1300], symbol=list("NNVN"))
    >>> comparison = compare_beats(reference, test, fs=360, start=0)
    >>> comparison.to_frame()
              Se    +P  TP  FN  FP
    QRS     0.75  0.75   3   1   1
    VEB     1.00  1.00   1   0   0
    SVEB     NaN   NaN   0   0   0
    >>> comparison.matrix.loc["N", ["n", "o"]].to_list()
    [2, 1]
    """
    window_samples, first, last = check_limits(fs, window, start, stop)
    sides = (
        read_side(reference, "reference", convention),
        read_side(test, "test", convention),
    )
    # From here on beats are numbered among all beats of their side, including excluded ones,
    # because the first interval that counts begins at an excluded beat.
    bounds = [np.searchsorted(side.beat, [first, last]) for side in sides]
    bounds[1][0] = _first_test_beat(sides, bounds, first, window_samples)
    warn_if_nothing_lies_in([side.beat for side in sides], first, last, start)
    reference_beats, test_beats = (
        side.beat[low:high] for side, (low, high) in zip(sides, bounds, strict=True)
    )
    steps = match_samples(reference_beats, test_beats, window_samples)
    alone = steps == ALONE
    steps = np.where(alone, ALONE, steps + [low for low, _ in bounds])

    end = max(int(side.last) for side in sides) if stop is None else last - 1
    unreadable = [side.unreadable(window_samples, end) for side in sides]
    rms = _rms_rr_error(sides, bounds, ~alone, [stretch[:, 0] for stretch in unreadable], fs)

    # ALONE, -1, selects the entry after the last beat.
    row, column = (np.append(side.code, _ALONE_CODE)[steps[:, k]] for k, side in enumerate(sides))
    missed, extra = np.flatnonzero(alone[:, 1]), np.flatnonzero(alone[:, 0])
    missed_at, extra_at = sides[0].beat[steps[missed, 0]], sides[1].beat[steps[extra, 1]]
    row[extra[inside(extra_at, unreadable[0])]] = _SHUT_DOWN_CODE
    column[missed[inside(missed_at, unreadable[1])]] = _SHUT_DOWN_CODE

    counted = np.ones(len(steps), dtype=bool)
    counted[extra[inside(extra_at, sides[0].flutter)]] = False
    cells = row[counted].astype(np.intp) * _SIZE + column[counted]
    pairs = [np.append(side.index, ALONE)[steps[counted, k]] for k, side in enumerate(sides)]
    shutdown = np.clip(unreadable[1], first, end)
    return BeatComparison(
        counts=np.bincount(cells, minlength=_SIZE**2).reshape(_SIZE, _SIZE),
        pairs=np.stack(pairs, axis=1),
        rms_rr_error=rms,
        shutdown=float((shutdown[:, 1] - shutdown[:, 0]).sum() / fs),
        record=str(record),
        reference=str(names[0]),
        test=str(names[1]),
    )


def _first_test_beat(
    sides: Sequence[Side], bounds: list[np.ndarray], first: int, window: int
) -> int:
    """Return the number of the first test beat to match, see Notes of `compare_beats`.

    It may lie before the period, but only if it is the partner of the first reference beat.
    """
    test, (low, high) = sides[1].beat, bounds[1]
    if bounds[0][0] == bounds[0][1]:
        return low
    distance = np.abs(test[:high] - sides[0].beat[bounds[0][0]])
    if low > 0 and distance[low - 1] <= window:
        if low == high or distance[low - 1] < distance[low]:
            return low - 1
    while low + 1 < high and test[low] <= first + window and distance[low + 1] < distance[low]:
        low += 1
    return low


def _rms_rr_error(
    sides: Sequence[Side],
    bounds: list[np.ndarray],
    present: np.ndarray,
    unreadable_starts: list[np.ndarray],
    fs: float,
) -> float:
    """Return the RMS difference of the intervals that end at the beats in turn, in ms."""
    turns, intervals, usable = [], [], True
    for k, (side, (low, high)) in enumerate(zip(sides, bounds, strict=True)):
        # Which side's turn it is: beats that earlier steps have used are skipped.
        turn = low + np.cumsum(present[:, k]) - present[:, k]
        usable = usable & (turn > 0) & (turn < high)
        turns.append(turn)
        breaks = np.sort(np.concatenate([side.flutter[:, 0], unreadable_starts[k]]))
        before = np.searchsorted(breaks, side.beat)
        interval = np.diff(side.beat, prepend=0).astype(float)
        interval[np.diff(before, prepend=0) > 0] = np.nan
        intervals.append(interval)
    reference, test = (
        interval[turn[usable]] for interval, turn in zip(intervals, turns, strict=True)
    )
    error = reference - test
    error = error[~np.isnan(error)]
    return float(np.sqrt(np.mean(error**2)) * 1000 / fs) if len(error) else float("nan")
