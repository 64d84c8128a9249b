"""Under-sampling that keeps subjects balanced."""

from numbers import Integral
from typing import Any

import numpy as np
from imblearn.under_sampling.base import BaseUnderSampler

from heartbeat._checks import fresh_random_state
from heartbeat._compat import Interval, StrOptions
from heartbeat.resampling._base import LAYOUT, GroupedSamplerMixin, groups_or_one
from heartbeat.resampling._selection import keep_evenly

__all__ = ["SubjectUnderSampler"]


class SubjectUnderSampler(GroupedSamplerMixin, BaseUnderSampler):
    """Under-sample classes to a given size, as evenly over subjects as possible.

    All beats of subjects with few beats of a class are kept; the other subjects are reduced to a
    common number of beats. The order of the rows is kept.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes are under-sampled and to how many beats, as in imbalanced-learn. ``"auto"``
        brings every class to the size of the smallest; a dict such as ``{"N": 10000}`` gives the
        number of beats that each of its classes is to have.
    select : {"random", "representative"}, default="random"
        Which beats of a subject are kept. ``"random"`` draws them. ``"representative"`` clusters
        the subject's beats and keeps those nearest to the cluster centres, from each cluster as
        evenly as possible; choose it to keep rare shapes and leave out noisy beats.
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
        Number of beats kept of each under-sampled class.
    sample_indices_ : ndarray of shape (n_resampled,)
        Rows of the input that were kept, in their order.
    layout_ : BeatLayout
        Layout of the table: which columns are leads and which are context.
    n_features_in_ : int
        Number of columns of the input.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Defined only if the input was a DataFrame.

    See Also
    --------
    SubjectBalancer : Limits the share of each subject in a class.
    resample_with : Resamples groups and weights with the table.

    Notes
    -----
    Without `groups` all beats are taken as those of one subject, and a warning is issued. Clusters
    are computed from the waveforms only, not from the context columns.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.resampling import SubjectUnderSampler
    >>> X = np.random.default_rng(0).normal(size=(100, 187))
    >>> y = np.repeat(["N", "S"], [90, 10])
    >>> subjects = np.repeat(["a", "b", "c"], [80, 2, 18])
    >>> sampler = SubjectUnderSampler(random_state=0)
    >>> _, y_kept = sampler.fit_resample(X, y, groups=subjects)
    >>> kept = subjects[sampler.sample_indices_][y_kept == "N"]
    >>> {str(s): int((kept == s).sum()) for s in "abc"}
    {'a': 4, 'b': 2, 'c': 4}
    """

    _parameter_constraints: dict = {
        **BaseUnderSampler._parameter_constraints,
        "select": [StrOptions({"random", "representative"})],
        "n_clusters": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        **LAYOUT,
    }

    def __init__(
        self,
        sampling_strategy: Any = "auto",
        *,
        select: str = "random",
        n_clusters: int = 8,
        n_leads: int | None = None,
        n_context: int | None = None,
        random_state: Any = None,
    ):
        super().__init__(sampling_strategy=sampling_strategy)
        self.select = select
        self.n_clusters = n_clusters
        self.n_leads = n_leads
        self.n_context = n_context
        self.random_state = random_state

    def _fit_resample(self, X: Any, y: Any, groups: Any = None) -> tuple[Any, Any]:
        groups = groups_or_one(self, groups, len(X))
        rng = fresh_random_state(self.random_state)
        waveforms = X[:, self.layout_.waveform_slice]
        kept = []
        for label in np.unique(y):
            rows = np.flatnonzero(y == label)
            n_kept = self.sampling_strategy_.get(label, len(rows))
            kept.append(
                keep_evenly(waveforms, rows, groups, n_kept, self.select, self.n_clusters, rng)
            )
        self.sample_indices_ = np.sort(np.concatenate(kept))
        return X[self.sample_indices_], y[self.sample_indices_]
