"""The table a paper prints: per class, per recording, with intervals."""

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
    """What `aami_report` returns; ``print`` it, or take its frames.

    Attributes
    ----------
    scores : AAMIScores
        Gross scores: all beats pooled.
    groups : ndarray of str, shape (n_groups,), or None
        Names of the recordings (or subjects), sorted.
    matrices : ndarray of shape (n_groups, 5, 5), or (1, 5, 5) without groups
        Beats by reference class (rows) and predicted class (columns).
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
    intervals: pd.DataFrame | None = None
    confidence: float | None = None
    n_bootstrap: int = 0
    n_clusters: int = 0
    title: str = ""

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

    @cached_property
    def average(self) -> pd.DataFrame | None:
        """Mean over the groups in which a score is defined, as ``sumstats`` averages.

        Se and F1 are averaged over the groups that hold the class, +P over those in which it was
        predicted. The form of `to_frame`, with column ``groups``, the number that hold the class,
        in place of ``support``. None without groups.
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
        """Accuracy, macro-F1, kappa and j-kappa: columns gross, and average, low, high if known."""
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
        """A row a group: beats, overall scores, and Se, +P, F1 and support of every class.

        Columns are named ``"beats"``, ``"accuracy"``, ..., ``"S Se"``, ``"S +P"``, ``"S FPR"``,
        ``"S F1"``, ``"S support"``. A score without beats to divide by is NaN, and so is the F1
        of a class that the group does not hold; macro-F1 is the mean of the others.
        """
        if self.groups is None:
            raise ValueError("There are no groups: give aami_report groups=, a record per beat.")
        values = self._group_rates
        columns = {"beats": self.matrices.sum(axis=(1, 2))}
        columns |= {title: values[name] for name, title in OVERALL.items()}
        for position, letter in enumerate(AAMI_CLASSES):
            for name, title in {**PER_CLASS, "support": "support"}.items():
                columns[f"{letter} {title}"] = values[name][:, position]
        return pd.DataFrame(columns, index=pd.Index(self.groups, name="group"))

    def without(self, *groups: Any) -> "AAMIReport":
        """Return the report of all other groups, without intervals.

        One recording can carry a score: 232 holds three quarters of DS2's S beats.
        """
        if self.groups is None:
            raise ValueError("There are no groups: give aami_report groups=, a record per beat.")
        groups = tuple(map(str, groups))  # as they are kept, whatever they were given as
        unknown = set(groups) - set(self.groups.tolist())
        if unknown or len(set(groups)) == len(self.groups):
            raise ValueError(
                f"cannot leave out {', '.join(map(repr, sorted(unknown or groups)))}: "
                f"the groups are {', '.join(self.groups.tolist())}."
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
        """Scores of every group, with F1 only of the classes that it holds.

        One false alarm would otherwise give a recording without S beats an S F1 of 0, and the
        average would tell how many recordings lack the class rather than how well it is found.
        """
        values = _ec57.rates(self.matrices, rules=self.scores.rules)
        f1 = np.where(values["support"] > 0, values["f1"], np.nan)
        averaged = [AAMI_CLASSES.index(letter) for letter in self.scores.macro_classes]
        return {**values, "f1": f1, "macro_f1": _nanmean(f1[:, averaged].T)}

    @property
    def _lines(self) -> dict[str, str]:
        """The sentences of the text, by their name there."""
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
