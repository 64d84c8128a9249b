"""Limit of the share of one subject in a class."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from imblearn.base import BaseSampler

from heartbeat._checks import fresh_random_state
from heartbeat._compat import Interval, StrOptions
from heartbeat.resampling._base import LAYOUT, GroupedSamplerMixin, groups_or_one
from heartbeat.resampling._selection import select

__all__ = ["SubjectBalancer"]


class SubjectBalancer(GroupedSamplerMixin, BaseSampler):
    """Limit the share that any one subject has in a class.

    In small classes most beats often belong to one subject: in DS1, the usual training set of
    MIT-BIH, record 208 holds 90 % of class F. A classifier then learns this subject rather than
    the class.

    Parameters
    ----------
    max_share : float, default=0.25
        Largest share of a subject in a class after balancing. If a class has too few subjects for
        it, all its subjects have the same share.
    method : {"count", "weight"}, default="count"
        How shares are limited. ``"count"`` leaves beats out. ``"weight"`` keeps all beats and
        computes `sample_weight_`, which keeps the total weight of each class; choose it if the
        classifier takes sample weights. `resample_with` returns them.
    sampling_strategy : str, list or callable, default="all"
        Which classes are balanced, as in the cleaning methods of imbalanced-learn: ``"all"``,
        ``"not majority"``, a list of classes and so on.
    select : {"random", "representative"}, default="random"
        Which beats of a subject are kept by ``method="count"``. ``"random"`` draws them.
        ``"representative"`` clusters the subject's beats and keeps those nearest to the cluster
        centres, from each cluster as evenly as possible; choose it to keep rare shapes and leave
        out noisy beats.
    n_clusters : int, default=8
        Number of clusters into which ``select="representative"`` divides the beats of a subject in
        a class.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.
    random_state : int, RandomState instance or None, default=None
        Controls the random draws. Pass an int for the same result every time. With None every call
        gives another result; NumPy's global generator is not used.

    Attributes
    ----------
    sampling_strategy_ : dict
        Number of beats of each balanced class before balancing.
    sample_indices_ : ndarray of shape (n_resampled,)
        Rows of the input that were kept, in their order.
    sample_weight_ : ndarray of shape (n_resampled,) or None
        Weight of each beat; None with ``method="count"``.
    layout_ : BeatLayout
        Layout of the table: which columns are leads and which are context.
    n_features_in_ : int
        Number of columns of the input.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Defined only if the input was a DataFrame.

    See Also
    --------
    SubjectSampler : Draws beats, with what is rare in each subject oftener.
    SubjectUnderSampler : Under-samples classes to a given size.
    resample_with : Resamples groups and weights with the table.

    Notes
    -----
    Without `groups` all beats are taken as those of one subject: a warning is issued and no beat is
    left out.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.resampling import SubjectBalancer, resample_with
    >>> X = np.random.default_rng(0).normal(size=(100, 187))
    >>> y = np.repeat(["N", "F"], [60, 40])
    >>> subjects = np.array(["a", "b", "c"] * 20 + ["a"] * 36 + ["b", "c"] * 2)
    >>> balancer = SubjectBalancer(max_share=0.5, sampling_strategy=["F"], random_state=0)
    >>> _, y_kept, groups, _ = resample_with(balancer, X, y, groups=subjects)
    >>> {str(s): int((groups[y_kept == "F"] == s).sum()) for s in "abc"}
    {'a': 4, 'b': 2, 'c': 2}
    """

    _sampling_type = "clean-sampling"
    _parameter_constraints: dict = {
        "max_share": [Interval(Real, 0, 1, closed="right")],
        "method": [StrOptions({"count", "weight"})],
        "sampling_strategy": [
            StrOptions({"auto", "majority", "not minority", "not majority", "all"}),
            list,
            callable,
        ],
        "select": [StrOptions({"random", "representative"})],
        "n_clusters": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        **LAYOUT,
    }

    def __init__(
        self,
        max_share: float = 0.25,
        *,
        method: str = "count",
        sampling_strategy: Any = "all",
        select: str = "random",
        n_clusters: int = 8,
        n_leads: int | None = None,
        n_context: int | None = None,
        random_state: Any = None,
    ):
        super().__init__(sampling_strategy=sampling_strategy)
        self.max_share = max_share
        self.method = method
        self.select = select
        self.n_clusters = n_clusters
        self.n_leads = n_leads
        self.n_context = n_context
        self.random_state = random_state

    def _fit_resample(self, X: Any, y: Any, groups: Any = None) -> tuple[Any, Any]:
        groups = groups_or_one(self, groups, len(X))
        rng = fresh_random_state(self.random_state)
        waveforms = X[:, self.layout_.waveform_slice]
        kept, weight = [], np.ones(len(X))
        for label in np.unique(y):
            rows = np.flatnonzero(y == label)
            if label not in self.sampling_strategy_:
                kept.append(rows)
                continue
            _, subject, counts = np.unique(groups[rows], return_inverse=True, return_counts=True)
            limit = _limit(counts, self.max_share)
            weight[rows] = np.minimum(1, limit / counts)[subject]
            weight[rows] *= len(rows) / weight[rows].sum()
            if self.method == "weight":
                kept.append(rows)
                continue
            # A limit that is a whole number may come out a rounding error short of it.
            quota = max(1, int(limit + 1e-6))
            kept += [
                select(waveforms, rows[subject == i], quota, self.select, self.n_clusters, rng)
                for i in range(len(counts))
            ]
        self.sample_indices_ = np.sort(np.concatenate(kept))
        self.sample_weight_ = weight if self.method == "weight" else None
        return X[self.sample_indices_], y[self.sample_indices_]


def _limit(counts: np.ndarray, max_share: float) -> float:
    """Return the most that one subject may count, so that nobody has more than `max_share`.

    It solves limit = max_share * sum(minimum(counts, limit)) for the largest limit; where that
    is impossible, because max_share times the number of subjects is below 1, it is the smallest
    count.

    >>> _limit(np.array([36, 2, 2]), 0.5)
    4.0
    """
    counts = np.sort(counts)
    share = max(max_share, 1 / len(counts))
    total = counts.sum()
    if counts[-1] <= share * total:
        return float(counts[-1])
    # With the k largest cut to the limit: limit = share * (rest + k * limit).
    for k in range(1, len(counts)):
        rest = counts[: len(counts) - k].sum()
        if share * k < 1:
            limit = share * rest / (1 - share * k)
            if limit >= counts[len(counts) - k - 1]:
                return float(limit)
    return float(counts[0])
