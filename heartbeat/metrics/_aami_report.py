"""Compute the AAMI report from labels: `aami_report`."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from heartbeat._shown import shown
from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import _ec57
from heartbeat.metrics._bootstrap import cluster_bootstrap
from heartbeat.metrics._report import AAMIReport
from heartbeat.metrics._scores import (
    OVERALL,
    PER_CLASS,
    check_labels,
    check_macro_classes,
    scores_of_matrix,
)

__all__ = ["aami_report"]


def aami_report(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    subjects: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    macro_classes: Iterable[str] | None = None,
    rules: str = "ec57",
    confidence: float | None = None,
    n_bootstrap: int = 2000,
    random_state: Any = None,
    title: str = "",
) -> AAMIReport:
    """Build the table of results that ANSI/AAMI EC57 requires.

    The report gives the scores of each class over all beats (gross). With `groups` it also gives
    the scores of each recording and their average; with `confidence` it adds intervals. Print it,
    or take its tables.

    Parameters
    ----------
    y_true, y_pred : array-like of str, shape (n_beats,)
        Reference and predicted AAMI letters, see `heartbeat.labels.AAMI_CLASSES`.
    groups : array-like, shape (n_beats,), default=None
        Recording (or subject) of each beat. None leaves out the scores by recording and their
        average.
    subjects : array-like, shape (n_beats,), default=None
        Subject of each beat, for the intervals. Give it where one person has several recordings,
        such as 201 and 202 of mitdb, so that these are drawn together. None treats each group as
        one subject.
    sample_weight : array-like of float, shape (n_beats,), default=None
        Weight of each beat. None gives every beat the weight 1.
    macro_classes : iterable of str, default=None
        Classes whose F1 is averaged to macro-F1, see `aami_scores`. ``"NSVF"`` leaves Q out.
    rules : {"ec57", "one-vs-rest"}, default="ec57"
        Which beats count as false positives, see `aami_scores`.
    confidence : float, default=None
        Coverage of the bootstrap intervals, such as 0.95; None computes no intervals. They need
        `groups` or `subjects`: the beats of one heart are not independent observations, and
        intervals that treat them as independent are several times too narrow.
    n_bootstrap : int, default=2000
        Number of bootstrap replicates.
    random_state : int, RandomState instance or None, default=None
        Controls the bootstrap draws. Pass an int for intervals that are the same every time.
    title : str, default=""
        First line of the printed report.

    Returns
    -------
    AAMIReport
        The report. ``print(report)`` shows it; `to_frame`, `overall`, `per_group`, `average` and
        `intervals` are its tables.

    Raises
    ------
    ValueError
        If a label is not an AAMI letter, lengths differ, or intervals are asked for without
        groups or with fewer than two of them.

    See Also
    --------
    aami_scores : Scores over all beats only.
    AAMIReportDisplay : Draws the report.
    SubjectScoreDisplay : Draws the score of each subject.

    Notes
    -----
    The intervals are percentile intervals of the gross scores. Each bootstrap replicate draws as
    many subjects as there are, with replacement.

    References
    ----------
    ANSI/AAMI EC57:2012, Testing and reporting performance results of cardiac rhythm and ST segment
    measurement algorithms.

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
    subject_names, subject = _check_groups(subjects, len(true), "subjects")
    n_groups = 1 if names is None else len(names)
    matrices = _ec57.confusion(true, predicted, weight, group, n_groups)
    macro_classes = check_macro_classes(macro_classes)
    scores = scores_of_matrix(matrices.sum(axis=0), macro_classes, rules)
    if confidence is None:
        return AAMIReport(scores, names, matrices, title=title)

    clusters = matrices
    if subject is not None and subject_names is not None:
        clusters = _ec57.confusion(true, predicted, weight, subject, len(subject_names))
    elif group is None:
        raise ValueError(
            "confidence requires groups= (the record or subject of each beat), because beats of "
            "one subject are not independent observations."
        )
    check_bootstrap(confidence, n_bootstrap, len(clusters))
    ends = cluster_bootstrap(
        clusters,
        lambda drawn: _ec57.rates(drawn, rules=rules, macro_classes=scores.macro_classes),
        confidence=confidence,
        n_bootstrap=n_bootstrap,
        random_state=random_state,
    )
    return AAMIReport(
        scores,
        names,
        matrices,
        intervals=_interval_frame(ends),
        confidence=confidence,
        n_bootstrap=n_bootstrap,
        n_clusters=len(clusters),
        title=title,
    )


def _interval_frame(ends: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = {
        (letter, title): ends[name][:, position]
        for position, letter in enumerate(AAMI_CLASSES)
        for name, title in PER_CLASS.items()
    }
    rows |= {("", title): ends[name] for name, title in OVERALL.items()}
    index = pd.MultiIndex.from_tuples(rows, names=["class", "score"])
    return pd.DataFrame(np.array(list(rows.values())), index=index, columns=["low", "high"])


def _check_groups(
    groups: Any, n_beats: int, name: str
) -> tuple[np.ndarray, np.ndarray] | tuple[None, None]:
    if groups is None:
        return None, None
    groups = np.asarray(groups)
    if groups.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {groups.shape}.")
    if len(groups) != n_beats:
        raise ValueError(
            f"{name} must hold the recording of each of the {n_beats} beats, got {len(groups)} "
            "values."
        )
    names, codes = np.unique(groups.astype(str), return_inverse=True)
    return names, codes


def check_bootstrap(confidence: float, n_bootstrap: int, n_clusters: int) -> None:
    """Raise an error if intervals cannot be computed with these arguments."""
    if not 0 < confidence < 1:
        raise ValueError(
            f"confidence must be a number between 0 and 1, such as 0.95, got {shown(confidence)}."
        )
    if n_bootstrap < 1:
        raise ValueError(f"n_bootstrap must be an integer >= 1, got {shown(n_bootstrap)}.")
    if n_clusters < 2:
        raise ValueError(
            "intervals require at least two groups, got 1. Set confidence=None for scores without "
            "intervals."
        )
