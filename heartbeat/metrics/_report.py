"""The table a paper prints: per class, per recording, with intervals."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import _ec57
from heartbeat.metrics._bootstrap import cluster_bootstrap
from heartbeat.metrics._report_text import report_html, report_text
from heartbeat.metrics._scores import (
    OVERALL,
    PER_CLASS,
    AAMIScores,
    check_labels,
    check_macro_classes,
    scores_of_matrix,
)

__all__ = ["AAMIReport", "aami_report"]


@dataclass(frozen=True, eq=False, repr=False)
class AAMIReport:
    """What `aami_report` returns; ``print`` it, or take its frames.

    Attributes
    ----------
    scores : AAMIScores
        Gross scores: all beats pooled.
    groups : ndarray of str, shape (n_groups,), or None
        Names of the recordings (or subjects), sorted.
    matrices : ndarray of shape (n_groups, 5, 5), or (1, 5, 5) without groups
        Beats by reference class (rows) and predicted class (columns).
    average : DataFrame or None
        Mean over the groups in which a score is defined, as ``sumstats`` averages: Se and F1 over
        those that hold the class, +P over those in which it was predicted. The form of `to_frame`,
        with column ``groups``, the number that hold the class, in place of `support`.
    intervals : DataFrame or None
        Columns low and high, index (class, score) and ("", score) for scores over all classes.
    confidence : float or None
        Coverage of the intervals.
    n_bootstrap, n_clusters : int
        Replicates, and how many recordings or subjects each draws; 0 without intervals.
    title : str
        First line of the text.
    """

    scores: AAMIScores
    groups: np.ndarray | None
    matrices: np.ndarray
    average: pd.DataFrame | None = None
    intervals: pd.DataFrame | None = None
    confidence: float | None = None
    n_bootstrap: int = 0
    n_clusters: int = 0
    title: str = ""
    _average_overall: dict[str, float] = field(default_factory=dict)

    def to_frame(self, *, intervals: bool = False) -> pd.DataFrame:
        """Return a row a class: Se, +P, FPR, F1 (fractions) and support.

        Parameters
        ----------
        intervals : bool, default=False
            Add the columns ``"Se low"``, ``"Se high"``, ... of the bootstrap intervals.
        """
        frame = self.scores.to_frame()
        if not intervals:
            return frame
        if self.intervals is None:
            raise ValueError("There are no intervals: give aami_report confidence= and groups=.")
        ends = self.intervals.unstack("score").loc[list(AAMI_CLASSES)]
        for title in PER_CLASS.values():
            for end in ("low", "high"):
                frame[f"{title} {end}"] = ends[end, title]
        return frame

    @property
    def overall(self) -> pd.DataFrame:
        """Accuracy, macro-F1, kappa and j-kappa: columns gross, and average, low, high if known."""
        names = list(OVERALL)
        frame = pd.DataFrame(
            {"gross": [getattr(self.scores, name) for name in names]},
            index=pd.Index(list(OVERALL.values()), name="score"),
        )
        if self.average is not None:
            frame["average"] = [self._average_overall[name] for name in names]
        if self.intervals is not None:
            frame = frame.join(self.intervals.loc[""])
        return frame

    @property
    def per_group(self) -> pd.DataFrame:
        """A row a group: beats, overall scores, and Se, +P, F1 and support of every class.

        Columns are named ``"beats"``, ``"accuracy"``, ..., ``"S Se"``, ``"S +P"``, ``"S FPR"``,
        ``"S F1"``, ``"S support"``. A score without beats to divide by is NaN, and so is the F1
        of a class that the group does not hold; macro-F1 is the mean of the others.
        """
        if self.groups is None:
            raise ValueError("There are no groups: give aami_report groups=, a record per beat.")
        values = _group_rates(self.matrices, self.scores)
        columns = {"beats": self.matrices.sum(axis=(1, 2))}
        columns |= {title: values[name] for name, title in OVERALL.items()}
        for position, letter in enumerate(AAMI_CLASSES):
            for name, title in {**PER_CLASS, "support": "support"}.items():
                columns[f"{letter} {title}"] = values[name][:, position]
        return pd.DataFrame(columns, index=pd.Index(self.groups, name="group"))

    def without(self, *groups: str) -> "AAMIReport":
        """Return the report of all other groups, without intervals.

        One recording can carry a score: 232 holds three quarters of DS2's S beats.
        """
        if self.groups is None:
            raise ValueError("There are no groups: give aami_report groups=, a record per beat.")
        unknown = set(groups) - set(self.groups.tolist())
        if unknown or len(set(groups)) == len(self.groups):
            raise ValueError(
                f"cannot leave out {', '.join(map(repr, sorted(unknown or groups)))}: "
                f"the groups are {', '.join(self.groups.tolist())}."
            )
        kept = ~np.isin(self.groups, groups)
        title = f"{self.title or 'AAMI EC57 scores'} without {', '.join(groups)}"
        return _build(
            self.matrices[kept],
            self.groups[kept],
            self.scores.macro_classes,
            self.scores.rules,
            title=title,
        )

    def __str__(self):
        return report_text(self)

    def __repr__(self):
        return report_text(self)

    def _repr_html_(self):
        return report_html(self)


def aami_report(
    y_true: Iterable[str],
    y_pred: Iterable[str],
    *,
    groups: Iterable[str] | None = None,
    subjects: Iterable[str] | None = None,
    sample_weight: Iterable[float] | None = None,
    macro_classes: Iterable[str] | None = None,
    rules: str = "ec57",
    confidence: float | None = None,
    n_bootstrap: int = 2000,
    random_state=None,
    title: str = "",
) -> AAMIReport:
    """Report predicted beat classes as ANSI/AAMI EC57 asks: per class, gross and average.

    Parameters
    ----------
    y_true, y_pred : array-like of str, shape (n_beats,)
        Reference and predicted AAMI letters, see `heartbeat.labels.AAMI_CLASSES`.
    groups : array-like, shape (n_beats,), default=None
        Recording (or subject) of each beat. With it the report has a row a recording and their
        average beside the pooled (gross) scores.
    subjects : array-like, shape (n_beats,), default=None
        Who was recorded. Intervals draw subjects, so that two recordings of one person (201 and
        202 of mitdb) are drawn together. None takes every group for a subject.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat.
    macro_classes : iterable of str, default=None
        Classes of macro-F1, see `aami_scores`. ``"NSVF"`` leaves Q out.
    rules : {"ec57", "one-vs-rest"}, default="ec57"
        What counts as a false positive, see `aami_scores`.
    confidence : float, default=None
        Coverage of bootstrap intervals, for instance 0.95. None makes none. Needs `groups` or
        `subjects`: beats of one heart are no independent observations, and an interval that takes
        them so is several times too narrow.
    n_bootstrap : int, default=2000
        Bootstrap replicates.
    random_state : int, RandomState instance or None, default=None
        Source of the draws; an int gives the same intervals every time.
    title : str, default=""
        First line of the text.

    Returns
    -------
    AAMIReport
        ``print(report)``, ``report.to_frame()``, ``report.overall``, ``report.per_group``,
        ``report.average``, ``report.intervals``, ``report.scores``.

    Raises
    ------
    ValueError
        If a label is not an AAMI letter, lengths differ, or intervals are asked for without
        groups or with fewer than two of them.

    Notes
    -----
    Intervals are percentile intervals of the gross scores over replicates that draw as many
    subjects as there are, with replacement.

    Examples
    --------
    >>> y_true = list("NNNNSSVV" "NNNNNVVV")
    >>> y_pred = list("NNNSSNVV" "NNNNNVVN")
    >>> report = aami_report(y_true, y_pred, groups=["a"] * 8 + ["b"] * 8)
    >>> print(report)
    AAMI EC57 scores (%): 16 beats in 2 groups, pooled
    <BLANKLINE>
                 Se      +P     FPR      F1   support
    N          88.9    80.0    28.6    84.2         9
    S          50.0    50.0     7.1    50.0         2
    V          80.0   100.0     0.0    88.9         5
    F             -       -     0.0       -         0
    Q             -       -     0.0       -         0
    <BLANKLINE>
    accuracy   81.2
    macro-F1   74.4   (N S V)
    kappa     0.662
    j-kappa   0.681
    <BLANKLINE>
    Average over groups (%), where defined
                 Se      +P     FPR      F1    groups
    N          87.5    79.2    29.2    83.0         2
    S          50.0    50.0     8.3    50.0         1
    V          83.3   100.0     0.0    90.0         2
    F             -       -     0.0       -         0
    Q             -       -     0.0       -         0
    >>> report.per_group["V Se"].round(2).to_dict()
    {'a': 1.0, 'b': 0.67}
    """
    true, predicted, weight = check_labels(y_true, y_pred, sample_weight)
    names, group = _check_groups(groups, len(true), "groups")
    cluster_names, cluster = _check_groups(subjects, len(true), "subjects")
    matrices = _ec57.confusion(
        true, predicted, weight, group, n_groups=1 if names is None else len(names)
    )
    if confidence is not None:
        if cluster_names is None:
            cluster_names, clusters = names, matrices
        else:
            clusters = _ec57.confusion(true, predicted, weight, cluster, len(cluster_names))
        if cluster_names is None:
            raise ValueError(
                "confidence needs groups= (the record or subject of each beat): an interval over "
                "single beats would take beats of one heart for independent observations."
            )
        _check_bootstrap(confidence, n_bootstrap, len(cluster_names))
    else:
        clusters = None
    return _build(
        matrices,
        names,
        check_macro_classes(macro_classes),
        rules,
        title=title,
        clusters=clusters,
        confidence=confidence,
        n_bootstrap=n_bootstrap,
        random_state=random_state,
    )


def _build(
    matrices,
    groups,
    macro_classes,
    rules,
    *,
    title="",
    clusters=None,
    confidence=None,
    n_bootstrap=0,
    random_state=None,
) -> AAMIReport:
    scores = scores_of_matrix(matrices.sum(axis=0), macro_classes, rules)
    average, average_overall, intervals = None, {}, None
    if groups is not None:
        values = _group_rates(matrices, scores)
        average = pd.DataFrame(
            {title_: _nanmean(values[name]) for name, title_ in PER_CLASS.items()},
            index=pd.Index(AAMI_CLASSES, name="class"),
        )
        average["groups"] = (values["support"] > 0).sum(axis=0)
        average_overall = {name: float(_nanmean(values[name])) for name in OVERALL}
    if clusters is not None:
        ends = cluster_bootstrap(
            clusters,
            lambda drawn: _ec57.rates(drawn, rules=rules, macro_classes=scores.macro_classes),
            confidence=confidence,
            n_bootstrap=n_bootstrap,
            random_state=random_state,
        )
        intervals = _interval_frame(ends)
    return AAMIReport(
        scores=scores,
        groups=groups,
        matrices=matrices,
        average=average,
        intervals=intervals,
        confidence=confidence,
        n_bootstrap=n_bootstrap if clusters is not None else 0,
        n_clusters=0 if clusters is None else len(clusters),
        title=title,
        _average_overall=average_overall,
    )


def _group_rates(matrices: np.ndarray, scores: AAMIScores) -> dict[str, np.ndarray]:
    """Return the scores of every group, with F1 only of the classes that it holds.

    One false alarm would otherwise give a recording without S beats an S F1 of 0, and the average
    would tell how many recordings lack the class rather than how well it is found.
    """
    values = _ec57.rates(matrices, rules=scores.rules)
    f1 = np.where(values["support"] > 0, values["f1"], np.nan)
    averaged = [AAMI_CLASSES.index(letter) for letter in scores.macro_classes]
    return {**values, "f1": f1, "macro_f1": _nanmean(f1[:, averaged].T)}


def _interval_frame(ends: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = {
        (letter, title): ends[name][:, position]
        for position, letter in enumerate(AAMI_CLASSES)
        for name, title in PER_CLASS.items()
    }
    rows |= {("", title): ends[name] for name, title in OVERALL.items()}
    index = pd.MultiIndex.from_tuples(rows, names=["class", "score"])
    return pd.DataFrame(np.array(list(rows.values())), index=index, columns=["low", "high"])


def _nanmean(values: np.ndarray) -> np.ndarray:
    defined = ~np.isnan(values)
    return _ec57.ratio(np.where(defined, values, 0.0).sum(axis=0), defined.sum(axis=0))


def _check_groups(groups, n_beats: int, name: str):
    if groups is None:
        return None, None
    groups = np.asarray(groups)
    if groups.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {groups.shape}.")
    if len(groups) != n_beats:
        raise ValueError(
            f"{name} must name the recording of each of the {n_beats} beats, got {len(groups)}."
        )
    names, codes = np.unique(groups.astype(str), return_inverse=True)
    return names, codes


def _check_bootstrap(confidence: float, n_bootstrap: int, n_clusters: int) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence!r}. Try 0.95.")
    if n_bootstrap < 1:
        raise ValueError(f"n_bootstrap must be at least 1, got {n_bootstrap!r}.")
    if n_clusters < 2:
        raise ValueError("Intervals need at least two groups to draw from, got 1.")
