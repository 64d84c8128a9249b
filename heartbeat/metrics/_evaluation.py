"""The whole evaluation of the standard over recordings: beats, runs, heart rate, burden."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from heartbeat.metrics import _evaluation_text as text
from heartbeat.metrics._aami_report import check_bootstrap
from heartbeat.metrics._bootstrap import cluster_bootstrap
from heartbeat.metrics._comparison import compare_beats
from heartbeat.metrics._ec57 import ratio
from heartbeat.metrics._evaluation_scores import N_COUNTS, SCORES, Counts, counts_of, scores_of
from heartbeat.metrics._heart_rate import HeartRateComparison, compare_heart_rates
from heartbeat.metrics._run_summary import RunSummary, summarize_runs
from heartbeat.metrics._runs import compare_runs
from heartbeat.metrics._sumstats import ComparisonSummary, summarize_comparisons

__all__ = ["Evaluation", "evaluate_annotations"]


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """Results of `evaluate_annotations`; ``print`` them for the whole report.

    Attributes
    ----------
    beats : ComparisonSummary
        Beat by beat, with the tables of ``bxb`` and ``sumstats``.
    runs : RunSummary
        Run by run, with the tables of ``rxr`` and ``sumstats``.
    heart_rates : tuple of HeartRateComparison
        One a recording.
    per_record : DataFrame
        Every score of every recording. Fractions, but for "RR error" (ms). Columns "Q Se" to
        "S +P": beats; "V couplet Se" to "S long run +P": runs; "HR error", relative to the mean
        heart rate; "RR error"; and, for V and S, "burden" (share of the reference's beats),
        "burden test" (of the test's), "burden error" (their difference) and its size,
        ``"burden |error|"``.
    overall : DataFrame
        The same columns; rows gross (all beats, runs and measurements pooled) and average (mean
        over the recordings in which the score is defined).
    intervals : DataFrame or None
        Columns low and high; index (gross or average, score).
    confidence : float or None
        Coverage of the intervals.
    n_bootstrap, n_subjects : int
        Bootstrap replicates, and how many subjects they draw from.
    settings : dict of str to str
        How it was evaluated, for the text.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from heartbeat.metrics import evaluate_annotations
    >>> beats = SimpleNamespace(sample=range(100, 3700, 300), symbol=list("NVVNNVVVNNVN"))
    >>> recordings = [("a", beats, beats), ("b", beats, beats)]
    >>> evaluation = evaluate_annotations(recordings, fs=360, start=0, random_state=0)
    >>> evaluation
    Evaluation(2 records of 2 subjects)
    >>> evaluation.to_frame()["V Se"].loc["record"].to_dict()
    {'a': 1.0, 'b': 1.0}
    """

    beats: ComparisonSummary
    runs: RunSummary
    heart_rates: tuple[HeartRateComparison, ...]
    per_record: pd.DataFrame
    overall: pd.DataFrame
    intervals: pd.DataFrame | None
    confidence: float | None
    n_bootstrap: int
    n_subjects: int
    settings: Mapping[str, str] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a recording, then gross and average, and the ends of their intervals.

        The index says what a row is: (kind, name), where kind is "record", "gross" or "average"
        and name the recording, "score", "low" or "high".
        """
        rows = {("record", name): row for name, row in zip(*_named(self.per_record), strict=True)}
        for kind, scores in zip(*_named(self.overall), strict=True):
            rows[kind, "score"] = scores
            if self.intervals is not None:
                for end in ("low", "high"):
                    rows[kind, end] = self.intervals.loc[kind, end].to_numpy()
        index = pd.MultiIndex.from_tuples(rows, names=["kind", "name"])
        return pd.DataFrame(np.array(list(rows.values())), index=index, columns=list(SCORES))

    def report(self) -> str:
        """Return everything as text: tables as the C programs print them, then the rest."""
        return text.evaluation_report(
            self.beats,
            self.runs,
            self.heart_rates,
            self.per_record,
            self.overall,
            self.intervals,
            settings=self.settings,
            confidence=self.confidence,
            n_bootstrap=self.n_bootstrap,
            n_subjects=self.n_subjects,
        )

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        return f"Evaluation({len(self.per_record)} records of {self.n_subjects} subjects)"


def evaluate_annotations(
    recordings: Iterable[tuple],
    *,
    fs: float | Mapping[str, float],
    window: float = 0.15,
    start: float = 300.0,
    stop: float | None = None,
    convention: str = "ec57",
    corrected: bool = False,
    n_intervals: int = 8,
    subjects: Mapping[str, str] | None = None,
    confidence: float | None = 0.95,
    n_bootstrap: int = 2000,
    random_state: Any = None,
    names: Sequence[str] = ("atr", "tst"),
) -> Evaluation:
    """Evaluate test annotations of many recordings as ANSI/AAMI EC57 requires.

    Beats (`compare_beats`), runs (`compare_runs`), heart rate (`compare_heart_rates`) and the
    burden of ventricular and supraventricular beats, by recording, gross and average, with
    intervals over subjects.

    Parameters
    ----------
    recordings : iterable of (str, Annotations, Annotations)
        Name, reference and test annotations of each recording.
    fs : float or mapping of str to float
        Sampling rate of the positions, in Hz: of all recordings, or of each by its name.
    window, start, stop, convention
        As for `compare_beats`.
    corrected : bool, default=False
        Leave the defects of the C program ``rxr`` away, see `compare_runs`.
    n_intervals : int, default=8
        RR intervals of a measurement of the heart rate.
    subjects : mapping of str to str, default=None
        Who was recorded, by recording; a recording that is not in it is a subject of its own.
    confidence : float, default=0.95
        Coverage of bootstrap intervals that draw subjects with replacement. None makes none, nor
        does a single subject.
    n_bootstrap : int, default=2000
        Bootstrap replicates.
    random_state : int, RandomState instance or None, default=None
        Source of the draws; an int gives the same intervals every time.
    names : pair of str, default=("atr", "tst")
        Names of the two annotators in the text.

    Returns
    -------
    Evaluation
        ``print(evaluation)``, ``evaluation.to_frame()``, ``evaluation.per_record``,
        ``evaluation.overall``, ``evaluation.intervals``.

    Raises
    ------
    ValueError
        If there is no recording, a name comes twice, or what the comparisons refuse.

    See Also
    --------
    heartbeat.evaluation.evaluate_folder : The same of files in folders.

    Notes
    -----
    EC57 also knows episodes (atrial and ventricular fibrillation, ST changes); they are not
    evaluated here. The burden is no part of the standard.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> beats = SimpleNamespace(sample=range(100, 3700, 300), symbol=list("NVVNNVVVNNVN"))
    >>> found = SimpleNamespace(sample=range(100, 3700, 300), symbol=list("NVNNNVVVNNVN"))
    >>> evaluation = evaluate_annotations(
    ...     [("a", beats, beats), ("b", beats, found)], fs=360, start=0, random_state=0
    ... )
    >>> evaluation.overall[["V Se", "V couplet Se", "V burden error"]].round(3)
              V Se  V couplet Se  V burden error
    gross    0.917           0.5          -0.042
    average  0.917           0.5          -0.042
    >>> evaluation.intervals.loc[("gross", "V couplet Se")].to_dict()
    {'low': 0.0, 'high': 1.0}
    """
    recordings = list(recordings)
    records = [str(record) for record, *_ in recordings]
    if not records:
        raise ValueError("recordings is empty. Pass at least one recording to evaluate.")
    if len(set(records)) < len(records):
        twice = sorted({record for record in records if records.count(record) > 1})
        raise ValueError(
            f"recordings must have different names, but {', '.join(twice)} occurs more than once."
        )
    limits: dict[str, Any] = {
        "window": window,
        "start": start,
        "stop": stop,
        "convention": convention,
    }
    beats, runs, heart_rates = [], [], []
    for record, (_, reference, test) in zip(records, recordings, strict=True):
        rate = fs.get(record) if isinstance(fs, Mapping) else fs
        common = limits | {"fs": rate, "record": record}
        beats.append(compare_beats(reference, test, **common, names=names))
        runs.append(compare_runs(reference, test, **common, corrected=corrected, names=names))
        heart_rates.append(compare_heart_rates(reference, test, **common, n_intervals=n_intervals))

    counts = counts_of(tuple(beats), tuple(runs), tuple(heart_rates))
    rr_error = [comparison.rms_rr_error for comparison in beats]
    per_record = _by_record(counts, rr_error, forgive_fusion=False)
    averaged = _by_record(counts, rr_error, forgive_fusion=True)
    sums = np.concatenate([counts.flat(), np.nan_to_num(averaged), ~np.isnan(averaged)], axis=1)
    clusters = _sum_by_subject(sums, [(subjects or {}).get(record, record) for record in records])
    intervals = None
    if confidence is not None:
        # Checked here, so that an invalid value raises an error for any number of subjects.
        check_bootstrap(confidence, n_bootstrap, max(len(clusters), 2))
        if len(clusters) > 1:
            ends = cluster_bootstrap(
                clusters[:, None],
                lambda drawn: _gross_and_average(drawn[:, 0]),
                confidence=confidence,
                n_bootstrap=n_bootstrap,
                random_state=random_state,
            )
            intervals = _interval_frame(ends)
    overall = _gross_and_average(clusters.sum(axis=0))
    return Evaluation(
        beats=summarize_comparisons(beats),
        runs=summarize_runs(runs),
        heart_rates=tuple(heart_rates),
        per_record=pd.DataFrame(
            per_record, index=pd.Index(records, name="record"), columns=list(SCORES)
        ),
        overall=pd.DataFrame(list(overall.values()), index=list(overall), columns=list(SCORES)),
        intervals=intervals,
        confidence=None if intervals is None else confidence,
        n_bootstrap=n_bootstrap,
        n_subjects=len(clusters),
        settings=text.describe_settings(
            **limits, corrected=corrected, n_intervals=n_intervals, names=names
        ),
    )


def _by_record(counts: Counts, rr_error: list[float], *, forgive_fusion: bool) -> np.ndarray:
    scores = scores_of(counts, forgive_fusion=forgive_fusion)
    scores[:, SCORES.index("RR error")] = rr_error
    return scores


def _sum_by_subject(sums: np.ndarray, subjects: list[str]) -> np.ndarray:
    names, subject = np.unique(subjects, return_inverse=True)
    by_subject = np.zeros((len(names), sums.shape[1]))
    np.add.at(by_subject, subject, sums)
    return by_subject


def _gross_and_average(sums: np.ndarray) -> dict[str, np.ndarray]:
    """Return all scores from sums over recordings: of counts, scores, and defined scores."""
    counts, scores, defined = np.split(sums, [N_COUNTS, N_COUNTS + len(SCORES)], axis=-1)
    gross = scores_of(Counts.from_flat(counts), forgive_fusion=True)
    return {"gross": gross, "average": ratio(scores, defined)}


def _interval_frame(ends: dict[str, np.ndarray]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([ends, SCORES], names=["kind", "score"])
    return pd.DataFrame(
        np.concatenate([end.T for end in ends.values()]), index=index, columns=["low", "high"]
    )


def _named(frame: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    return frame.index.to_list(), frame.to_numpy()
