"""Over-sampling by mixtures of two beats of one subject."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler

from heartbeat._checks import check_number, fresh_random_state
from heartbeat._compat import Interval
from heartbeat._shown import shown
from heartbeat.resampling._base import LAYOUT, TIMING, GroupedSamplerMixin, check_groups
from heartbeat.resampling._mixing import mix_beats

__all__ = ["BeatMixup"]

FUSION = {"F": ("N", "V")}
"""In a fusion beat a normal and a ventricular activation coincide."""


class BeatMixup(GroupedSamplerMixin, BaseOverSampler):
    """Over-sample rare classes by mixtures of two beats of one subject.

    QRS, ST and T of the two beats are mixed. The P wave, the neighbouring beats in the window and
    the context columns describe the rhythm and are those of the first beat.

    Beats of most classes are mixtures of two aligned beats of the same class. Fusion beats (F) are
    mixtures of a normal and a ventricular beat of the same subject, aligned at R, as fusion beats
    arise in the heart. New fusion beats can therefore come from subjects without any of their own.
    Choose this sampler if nearly all fusion beats are those of one subject, as in DS1, where
    record 208 has 90 % of them.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes are over-sampled and to how many beats, as in imbalanced-learn. ``"auto"``
        brings every class to the size of the largest; a dict such as ``{"F": 5000}`` gives the
        number of beats that each of its classes is to have.
    recipes : dict or None, default=None
        The two classes from which beats of a class are mixed. None means ``{"F": ("N", "V")}``.
        Classes without a recipe, or with a recipe that names a class without beats, are mixed from
        two beats of their own. ``{}`` does so for every class.
    share : (float, float), default=(0.3, 0.7)
        Lowest and highest share of the first beat, between which shares are drawn uniformly.
    max_lag : float, default=0.05
        Largest shift by which two beats of the same class are aligned, in s.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.
    random_state : int, RandomState instance or None, default=None
        Controls the random draws. Pass an int for the same result every time. With None every call
        gives another result; NumPy's global generator is not used.

    Attributes
    ----------
    sampling_strategy_ : dict
        Number of new beats of each class.
    sample_indices_ : ndarray of shape (n_resampled,)
        Row of the input that each resampled row equals or, for a mixture, that of its first beat.
        With `groups`, the second beat is of the same subject. The two beats of a recipe may have
        other classes than the mixture.
    parents_ : ndarray of shape (n_resampled, 2)
        Rows of the two beats that are mixed, in the order of the recipe; for a row of the input,
        that row twice.
    shares_ : ndarray of shape (n_resampled,)
        Share of the first beat in QRS, ST and T.
    layout_ : BeatLayout
        Layout of the table: which columns are leads and which are context.
    n_features_in_ : int
        Number of columns of the input.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Defined only if the input was a DataFrame.

    See Also
    --------
    BeatSMOTE : Mixes similar beats of one class.
    BeatAugmenter : Over-samples by changed copies of single beats.

    Notes
    -----
    With `groups`, all subjects who have the required beats are drawn with equal probability.
    Without `groups`, the two beats may be of different subjects, and fusion beats are less
    realistic.

    Mixup [1]_ mixes the labels too. A sampler returns a single class for each beat; here each
    mixture has the class for which it is made.

    References
    ----------
    .. [1] Zhang, Cisse, Dauphin, Lopez-Paz, mixup: Beyond empirical risk minimization, ICLR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.resampling import BeatMixup
    >>> X = np.random.default_rng(0).normal(size=(100, 187)).astype(np.float32)
    >>> y = np.repeat(["N", "V", "F"], [60, 36, 4])
    >>> mixup = BeatMixup({"F": 20}, random_state=0)
    >>> X_more, y_more = mixup.fit_resample(X, y, groups=np.tile(["a", "b"], 50))
    >>> X_more.shape, y[mixup.parents_[-1]]
    ((116, 187), array(['N', 'V'], dtype='<U1'))
    """

    _parameter_constraints: dict = {
        **BaseOverSampler._parameter_constraints,
        "recipes": [Mapping, None],
        "share": [tuple, list],
        "max_lag": [Interval(Real, 0, None, closed="left")],
        **TIMING,
        **LAYOUT,
    }

    def __init__(
        self,
        sampling_strategy: Any = "auto",
        *,
        recipes: dict[str, Any] | None = None,
        share: tuple[float, float] = (0.3, 0.7),
        max_lag: float = 0.05,
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
        random_state: Any = None,
    ):
        super().__init__(sampling_strategy=sampling_strategy)
        self.recipes = recipes
        self.share = share
        self.max_lag = max_lag
        self.fs = fs
        self.before = before
        self.n_leads = n_leads
        self.n_context = n_context
        self.random_state = random_state

    def _fit_resample(self, X: Any, y: Any, groups: Any = None) -> tuple[Any, Any]:
        groups = check_groups(groups, len(X))
        share = tuple(check_number("share", value) for value in self.share)
        if len(share) != 2 or not 0 <= share[0] <= share[1] <= 1:
            raise ValueError(
                f"share must be a pair (lowest, highest) between 0 and 1, got {shown(self.share)}."
            )
        rng = fresh_random_state(self.random_state)
        own = np.arange(len(X))
        parents, shares = [np.column_stack([own, own])], [np.ones(len(X))]
        mixed, y_new = [X], [y]
        for label, n_new in self.sampling_strategy_.items():
            if not n_new:
                continue
            recipe = self._recipe(label, y)
            pairs = _draw_pairs(rng, y, groups, recipe, n_new)
            drawn = rng.uniform(*share, size=n_new)
            mixed.append(self._mix(X, pairs, drawn, recipe[0] == recipe[1]))
            parents.append(pairs)
            shares.append(drawn)
            y_new.append(np.full(n_new, label, dtype=y.dtype))
        self.parents_, self.shares_ = np.concatenate(parents), np.concatenate(shares)
        self.sample_indices_ = self.parents_[:, 0].copy()
        return np.concatenate(mixed), np.concatenate(y_new)

    def _recipe(self, label: Any, y: Any) -> Any:
        recipes = FUSION if self.recipes is None else self.recipes
        recipe = tuple(recipes.get(label, (label, label)))
        if len(recipe) != 2:
            raise ValueError(f"recipes[{shown(label)}] must name two classes, got {shown(recipe)}.")
        return recipe if all(np.any(y == part) for part in recipe) else (label, label)

    def _mix(self, X: Any, pairs: Any, shares: np.ndarray, same_class: np.ndarray) -> np.ndarray:
        return mix_beats(
            self.layout_,
            X,
            pairs,
            shares,
            surroundings="kept",
            max_lag=self.max_lag if same_class else None,
            fs=self.fs,
            before=self.before,
        )


def _draw_pairs(
    rng: np.random.RandomState, y: Any, groups: Any, recipe: Any, n_new: int
) -> np.ndarray:
    """Return rows of the two parents of each new beat, one subject's where groups are known."""
    groups = np.zeros(len(y), dtype=int) if groups is None else groups
    pools = [
        [np.flatnonzero((groups == subject) & (y == part)) for part in recipe]
        for subject in np.unique(groups)
    ]
    pools = [pool for pool in pools if all(map(len, pool))]
    if not pools:
        raise ValueError(
            f"no subject has beats of both {shown(recipe[0])} and {shown(recipe[1])}, which are to "
            f"be mixed. Change recipes, or omit groups to mix beats of different subjects."
        )
    pairs = np.empty((n_new, 2), dtype=np.intp)
    subjects = rng.randint(len(pools), size=n_new)
    for i, pool in enumerate(pools):
        chosen = np.flatnonzero(subjects == i)
        for column, rows in enumerate(pool):
            pairs[chosen, column] = rows[rng.randint(len(rows), size=len(chosen))]
    return pairs
