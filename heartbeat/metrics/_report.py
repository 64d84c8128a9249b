"""The AAMI report: scores per class and per recording, with intervals."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics import _ec57
from heartbeat.metrics._report_text import heading, interval_note, report_html, report_text
from heartbeat.metrics._scores import OVERALL, PER_CLASS, AAMIScores, scores_of_matrix

__all__ = ["AAMIReport"]


@dataclass(frozen=True, eq=False, repr=False)
class AAMIReport:
    """Results of a beat classifier by class, by recording and over all beats.

    `aami_report` returns it. ``print`` shows it as text, and a notebook as HTML; `to_frame`,
    `overall`, `per_group` and `average` are its tables.

    Attributes
    ----------
    scores : AAMIScores
        Gross scores, in which the beats of all recordings are pooled.
    groups : ndarray of str, shape (n_groups,), or None
        Names of the recordings (or subjects), sorted.
    matrices : ndarray of shape (n_groups, 5, 5), or (1, 5, 5) without groups
        Beats by reference class (rows) and predicted class (columns).
    intervals : DataFrame or None
        Ends of the intervals in the columns ``low`` and ``high``. The index is (class, score), and
        ("", score) for scores over all classes. None if no intervals were asked for.
    confidence : float or None
        Coverage of the intervals.
    n_bootstrap, n_clusters : int
        Number of bootstrap replicates, and of recordings or subjects that each draws; 0 without
        intervals.
    title : str
        First line of the text.

    See Also
    --------
    AAMIReportDisplay : Draws the scores of each class.
    GroupConfusionDisplay : Draws the confusion matrix of each recording.

    Examples
    --------
    >>> from heartbeat.metrics import aami_report
    >>> report = aami_report(list("NNSNNV"), list("NNNNNV"), groups=list("aaabbb"))
    >>> report.per_group[["beats", "accuracy"]].round(2)
           beats  accuracy
    group
    a          3      0.67
    b          3      1.00
    >>> report.without("a").scores.accuracy
    1.0
    """

    scores: AAMIScores
    groups: np.ndarray | None
    matrices: np.ndarray
    intervals: pd.DataFrame | None = None
    confidence: float | None = None
    n_bootstrap: int = 0
    n_clusters: int = 0
    title: str = ""

    def to_frame(self, *, intervals: bool = False) -> pd.DataFrame:
        """Return the gross scores with one row per class.

        Parameters
        ----------
        intervals : bool, default=False
            Whether to add the ends of the bootstrap intervals, in the columns ``"Se low"``,
            ``"Se high"`` and so on.

        Returns
        -------
        DataFrame
            Columns ``"Se"``, ``"+P"``, ``"FPR"``, ``"F1"`` (fractions) and ``"support"``.

        Raises
        ------
        ValueError
            If intervals are asked for and the report has none.
        """
        frame = self.scores.to_frame()
        if not intervals:
            return frame
        if self.intervals is None:
            raise ValueError(
                "the report has no intervals. Pass confidence= and groups= to aami_report."
            )
        ends = self.intervals.unstack("score").loc[list(AAMI_CLASSES)]
        for title in PER_CLASS.values():
            for end in ("low", "high"):
                frame[f"{title} {end}"] = ends[end, title]
        return frame

    @cached_property
    def average(self) -> pd.DataFrame | None:
        """Scores of each class, averaged over recordings; None without groups.

        As in ``sumstats``, the program of the WFDB Software Package, each score is averaged over
        the recordings in which it is defined: Se and F1 over those with beats of the class, +P
        over those in which the class was predicted. The table has the columns of `to_frame`, but
        ``groups``, the number of recordings with beats of the class, in place of ``support``.
        """
        if self.groups is None:
            return None
        values = self._group_rates
        frame = pd.DataFrame(
            {title: _nanmean(values[name]) for name, title in PER_CLASS.items()},
            index=pd.Index(AAMI_CLASSES, name="class"),
        )
        frame["groups"] = (values["support"] > 0).sum(axis=0)
        return frame

    @property
    def overall(self) -> pd.DataFrame:
        """Accuracy, macro-F1, kappa and j-kappa, one row each.

        The column ``gross`` is over all beats. With groups there is ``average``, the mean over
        recordings, and with intervals there are ``low`` and ``high``.
        """
        names = list(OVERALL)
        frame = pd.DataFrame(
            {"gross": [getattr(self.scores, name) for name in names]},
            index=pd.Index(list(OVERALL.values()), name="score"),
        )
        if self.groups is not None:
            frame["average"] = [float(_nanmean(self._group_rates[name])) for name in names]
        if self.intervals is not None:
            frame = frame.join(self.intervals.loc[""])
        return frame

    @property
    def per_group(self) -> pd.DataFrame:
        """Scores of each recording (or subject), one row each.

        Columns are named ``"beats"``, ``"accuracy"``, ..., ``"S Se"``, ``"S +P"``, ``"S FPR"``,
        ``"S F1"``, ``"S support"``. A score whose denominator is zero is NaN, as is the F1 of a
        class of which the recording has no beats; macro-F1 is the mean of the others.
        """
        if self.groups is None:
            raise ValueError(
                "the report has no groups. Pass groups=, the record of each beat, to aami_report."
            )
        values = self._group_rates
        columns = {"beats": self.matrices.sum(axis=(1, 2))}
        columns |= {title: values[name] for name, title in OVERALL.items()}
        for position, letter in enumerate(AAMI_CLASSES):
            for name, title in {**PER_CLASS, "support": "support"}.items():
                columns[f"{letter} {title}"] = values[name][:, position]
        return pd.DataFrame(columns, index=pd.Index(self.groups, name="group"))

    def without(self, *groups: Any) -> "AAMIReport":
        """Return the report of all other recordings, without intervals.

        Use it to see how much a score depends on one recording: three quarters of the S beats of
        DS2 are in record 232.

        Parameters
        ----------
        *groups : str
            Names of the recordings (or subjects) to leave out.

        Returns
        -------
        AAMIReport

        Raises
        ------
        ValueError
            If a name is unknown, or no recording would be left.
        """
        if self.groups is None:
            raise ValueError(
                "the report has no groups. Pass groups=, the record of each beat, to aami_report."
            )
        groups = tuple(map(str, groups))  # groups are stored as strings
        unknown = set(groups) - set(self.groups.tolist())
        if unknown or len(set(groups)) == len(self.groups):
            raise ValueError(
                f"cannot leave out {', '.join(map(repr, sorted(unknown or groups)))}. "
                f"The groups are {', '.join(self.groups.tolist())}, of which at least one must "
                "remain."
            )
        kept = ~np.isin(self.groups, groups)
        title = f"{self.title or 'AAMI EC57 scores'} without {', '.join(groups)}"
        matrices = self.matrices[kept]
        scores = scores_of_matrix(
            matrices.sum(axis=0), self.scores.macro_classes, self.scores.rules
        )
        return AAMIReport(scores, self.groups[kept], matrices, title=title)

    @cached_property
    def _group_rates(self) -> dict[str, np.ndarray]:
        """Scores of each group, with F1 only for the classes that it contains.

        Otherwise one false alarm would give a recording without S beats an S F1 of 0, and the
        average would depend on how many recordings lack the class.
        """
        values = _ec57.rates(self.matrices, rules=self.scores.rules)
        f1 = np.where(values["support"] > 0, values["f1"], np.nan)
        averaged = [AAMI_CLASSES.index(letter) for letter in self.scores.macro_classes]
        return {**values, "f1": f1, "macro_f1": _nanmean(f1[:, averaged].T)}

    @property
    def _lines(self) -> dict[str, str]:
        """The sentences of the text, by the name of their place."""
        n_groups = None if self.groups is None else len(self.groups)
        return {
            "heading": heading(self.title, self.matrices.sum(), n_groups),
            "note": interval_note(self.confidence, self.n_bootstrap, self.n_clusters),
        }

    def __str__(self) -> str:
        return report_text(self.scores, self.overall, self.average, self.intervals, **self._lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return report_html(self.scores, self.overall, self.intervals, **self._lines)


def _nanmean(values: np.ndarray) -> np.ndarray:
    defined = ~np.isnan(values)
    return _ec57.ratio(np.where(defined, values, 0.0).sum(axis=0), defined.sum(axis=0))
