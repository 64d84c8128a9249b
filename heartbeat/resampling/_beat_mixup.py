"""New beats from two beats of one person: within a class, or fusion beats from their parts."""

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
"""A fusion beat is what its name says: the ventricles are activated from above and from within."""


class BeatMixup(GroupedSamplerMixin, BaseOverSampler):
    """Over-sample by mixing two random beats of one person.

    QRS, ST and T are mixed; the P wave, the neighbouring beats in the window and the context
    columns, which describe the rhythm, stay those of the first beat.

    Most classes are mixed with themselves, aligned. Fusion beats are made as the heart makes
    them: a normal beat, due in its rhythm, fuses with a ventricular beat of the same person, in
    register at R. So persons who show both, but no fusion beat, lend theirs to a class that is
    otherwise one person's (record 208 holds 90 % of DS1's F).

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        How many beats each class shall have, with imbalanced-learn's meaning.
    recipes : dict or None, default=None
        Of which two classes a class is mixed, such as ``{"F": ("N", "V")}``, which is what None
        means. Classes without a recipe, or whose recipe asks for a class that is absent, are
        mixed with themselves. ``{}`` mixes every class with itself.
    share : (float, float), default=(0.3, 0.7)
        Lowest and highest share of the first beat; evenly drawn.
    max_lag : float, default=0.05
        Largest shift that aligns beats of one class, in seconds.
    fs : float, default=125.0
        Sampling rate, in Hz.
    before : float, default=0.5
        Seconds from the first sample to R.
    n_leads, n_context : int or None, default=None
        Layout of the table; None reads it from column names, or takes one lead and no context.
    random_state : int, RandomState instance or None, default=None
        Same number, same beats. None draws fresh entropy; NumPy's global generator is not used.

    Attributes
    ----------
    sampling_strategy_ : dict
        Beats made, by class.
    sample_indices_ : ndarray of shape (n_resampled,)
        Row of the input that each row is or, of mixed ones, the first parent. With `groups` the
        second is of the same subject; with a recipe both are of other classes.
    parents_ : ndarray of shape (n_resampled, 2)
        Both parents, in the order of the recipe; of rows of the input, twice the row itself.
    shares_ : ndarray of shape (n_resampled,)
        Share of the first parent in QRS, ST and T.
    layout_ : BeatLayout
        Which columns are what.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, where the input was a DataFrame.

    See Also
    --------
    BeatSMOTE : Mixes neighbours.

    Notes
    -----
    With `groups`, subjects who have the beats that a class is mixed of are drawn evenly, whatever
    their numbers of beats. Without, the parents may be two persons', and fusion beats are less
    true to life.

    Mixup proper (Zhang et al., ICLR 2018) mixes labels too, which samplers cannot: here the
    mixture is of one class by construction.

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
            f"no subject has beats of both {shown(recipe[0])} and {shown(recipe[1])} to be mixed: "
            f"change recipes, or leave groups out to mix beats of different subjects."
        )
    pairs = np.empty((n_new, 2), dtype=np.intp)
    subjects = rng.randint(len(pools), size=n_new)
    for i, pool in enumerate(pools):
        chosen = np.flatnonzero(subjects == i)
        for column, rows in enumerate(pool):
            pairs[chosen, column] = rows[rng.randint(len(rows), size=len(chosen))]
    return pairs
