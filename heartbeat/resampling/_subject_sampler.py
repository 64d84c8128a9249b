"""Draws of beats that favour what is rare in each subject."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from imblearn.base import BaseSampler

from heartbeat._checks import fresh_random_state
from heartbeat._compat import Interval
from heartbeat._groups import draw_rows
from heartbeat.resampling._base import LAYOUT, GroupedSamplerMixin, groups_or_one

__all__ = ["SubjectSampler"]


class SubjectSampler(GroupedSamplerMixin, BaseSampler):
    """Draw beats, and those of classes that are rare in their subject oftener.

    The more beats of its class a subject has, the less often each of them is drawn. A subject with
    thousands of normal beats and a few ectopic ones then teaches both, and nobody makes up a class
    alone. The shipped weights for any lead were trained on such a draw. Use it before classifiers
    for new subjects, above all forests, which seldom choose a rare class.

    Parameters
    ----------
    n_beats : int or None, default=None
        Number of beats to draw. None means as many as the table has.
    power : float, default=0.5
        A beat is drawn with a probability proportional to ``n ** -power``, where n is the number of
        beats of its class in its subject. With 0 all beats are alike, with 1 all classes of all
        subjects are.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.
    random_state : int, RandomState instance or None, default=None
        Controls the random draws. Pass an int for the same result every time. With None every call
        gives another result; NumPy's global generator is not used.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_drawn,)
        Rows of the input that were drawn, in their order; a row may be drawn several times.
    layout_ : BeatLayout
        Layout of the table: which columns are leads and which are context.
    n_features_in_ : int
        Number of columns of the input.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Defined only if the input was a DataFrame.

    See Also
    --------
    SubjectBalancer : Limits the share of each subject in a class.
    SubjectUnderSampler : Leaves out beats of frequent classes.
    resample_with : Resamples groups and weights with the table.

    Notes
    -----
    Without `groups` all beats are taken as those of one subject, and a warning is issued.
    Probabilities of a classifier are those of the draw, where rare classes are less rare.
    ``benchmarks/across_databases.py`` trains all its classifiers on such draws.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.resampling import SubjectSampler, resample_with
    >>> X = np.random.default_rng(0).normal(size=(1000, 187))
    >>> y = np.repeat(["N", "S"], [900, 100])
    >>> subjects = np.repeat(["a", "b", "a", "b"], [450, 450, 96, 4])
    >>> sampler = SubjectSampler(random_state=0)
    >>> _, y_drawn, groups, _ = resample_with(sampler, X, y, groups=subjects)
    >>> {str(s): int((groups[y_drawn == "S"] == s).sum()) for s in "ab"}
    {'a': 177, 'b': 39}
    """

    _sampling_type = "bypass"
    _parameter_constraints: dict = {
        "n_beats": [Interval(Integral, 1, None, closed="left"), None],
        "power": [Interval(Real, 0, 1, closed="both")],
        "random_state": ["random_state"],
        **LAYOUT,
    }

    def __init__(
        self,
        n_beats: int | None = None,
        *,
        power: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
        random_state: Any = None,
    ):
        super().__init__()
        self.n_beats = n_beats
        self.power = power
        self.n_leads = n_leads
        self.n_context = n_context
        self.random_state = random_state

    def _fit_resample(self, X: Any, y: Any, groups: Any = None) -> tuple[Any, Any]:
        groups = groups_or_one(self, groups, len(X))
        n_beats = len(X) if self.n_beats is None else self.n_beats
        rng = fresh_random_state(self.random_state)
        self.sample_indices_ = np.sort(draw_rows(y, groups, n_beats, rng, self.power))
        return X[self.sample_indices_], y[self.sample_indices_]
