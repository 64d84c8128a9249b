"""SMOTE between aligned beats."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from imblearn.over_sampling import ADASYN, SMOTE, BorderlineSMOTE
from imblearn.over_sampling.base import BaseOverSampler
from scipy import sparse

from heartbeat._checks import fresh_random_state
from heartbeat._compat import Interval, StrOptions
from heartbeat._layout import join
from heartbeat._shown import shown
from heartbeat.resampling._alignment import align_to_mean
from heartbeat.resampling._base import LAYOUT, TIMING, GroupedSamplerMixin, check_groups
from heartbeat.resampling._mixing import mix_beats
from heartbeat.resampling._neighbours import BeatNeighbours

__all__ = ["BeatSMOTE"]


class BeatSMOTE(GroupedSamplerMixin, BaseOverSampler):
    """Over-sample rare classes by SMOTE between aligned beats.

    Plain SMOTE blurs the QRS complex if R is marked a few samples apart in the two beats. Here
    neighbours are sought among beats that are aligned to the mean of their class. Before two beats
    are mixed, the one with the smaller share is shifted so that its QRS complex matches that of the
    other.

    imbalanced-learn's `SMOTE`, `BorderlineSMOTE` and `ADASYN` choose the pairs and their shares.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes are over-sampled and to how many beats, as in imbalanced-learn. ``"auto"``
        brings every class to the size of the largest. With ``kind="adasyn"`` the numbers are
        approximate.
    kind : {"regular", "borderline", "adasyn"}, default="regular"
        Which beats of a class are used. ``"regular"`` uses all alike. ``"borderline"`` uses those
        with many neighbours of other classes, and ``"adasyn"`` uses beats in proportion to the
        number of such neighbours; both put new beats where classes are hard to separate.
    subjects : {"any", "within", "between"}, default="any"
        Which beats are mixed: those of any two subjects, of the same subject, or of two different
        subjects. ``"within"`` and ``"between"`` need `groups`. With ``"within"``, the only beat of
        a subject in a class is copied.
    k_neighbors : int, default=5
        Number of nearest neighbours of the same class among which the second beat is drawn.
    m_neighbors : int, default=10
        Number of nearest neighbours of any class that decide whether a beat is on the border. Used
        by ``kind="borderline"`` only.
    align : bool, default=True
        Whether beats are aligned. With False they are compared and mixed sample by sample, as by
        plain SMOTE.
    surroundings : {"mixed", "kept"}, default="mixed"
        What is mixed. ``"mixed"`` mixes all columns, including context, as plain SMOTE does. If the
        two rhythms differ, both their neighbouring beats appear in the window at reduced amplitude.
        ``"kept"`` mixes QRS, ST and T only and gives more realistic beats; the P wave, the
        neighbouring beats and the context columns describe the rhythm and are those of the beat
        with the larger share. In cross-validation on DS1, ``"mixed"`` gave a random forest better
        scores.
    max_lag : float, default=0.05
        Largest shift by which beats are aligned, in s.
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
        Number of beats to be made of each class.
    sample_indices_ : ndarray of shape (n_resampled,)
        Row of the input that each resampled row equals or, for a synthetic beat, that of the beat
        with the larger share.
    parents_ : ndarray of shape (n_resampled, 2)
        Rows of the two beats that are mixed, that with the larger share first; for a row of the
        input, that row twice.
    shares_ : ndarray of shape (n_resampled,)
        Share of the first of the two beats, from 0.5 to 1.
    layout_ : BeatLayout
        Layout of the table: which columns are leads and which are context.
    n_features_in_ : int
        Number of columns of the input.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Defined only if the input was a DataFrame.

    See Also
    --------
    BeatAugmenter : Over-samples by changed copies of single beats.
    BeatMixup : Mixes any two beats of one subject, also of two classes.
    resample_with : Resamples groups and weights with the table.

    Notes
    -----
    Neighbours are found by the Euclidean distance of the aligned waveforms and context columns. The
    context columns are scaled to equal standard deviations, and all of them together have the
    weight of one lead.

    With ``subjects="any"`` or ``"between"``, a synthetic beat may be a mixture of two subjects. Do
    not split the resampled table by subject; resample the training part of each split instead.

    References
    ----------
    Chawla et al., "SMOTE: synthetic minority over-sampling technique", JAIR 16 (2002); Han et al.,
    "Borderline-SMOTE", ICIC 2005; He et al., "ADASYN", IJCNN 2008.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.resampling import BeatSMOTE
    >>> X = np.random.default_rng(0).normal(size=(100, 187)).astype(np.float32)
    >>> y = np.repeat(["N", "S"], [90, 10])
    >>> smote = BeatSMOTE(subjects="within", random_state=0)
    >>> X_more, y_more = smote.fit_resample(X, y, groups=np.tile(["a", "b"], 50))
    >>> X_more.shape, X_more.dtype, smote.parents_.shape
    ((180, 187), dtype('float32'), (180, 2))
    """

    _parameter_constraints: dict = {
        **BaseOverSampler._parameter_constraints,
        "kind": [StrOptions({"regular", "borderline", "adasyn"})],
        "subjects": [StrOptions({"any", "within", "between"})],
        "k_neighbors": [Interval(Integral, 1, None, closed="left")],
        "m_neighbors": [Interval(Integral, 1, None, closed="left")],
        "align": ["boolean"],
        "surroundings": [StrOptions({"kept", "mixed"})],
        "max_lag": [Interval(Real, 0, None, closed="left")],
        **TIMING,
        **LAYOUT,
    }

    def __init__(
        self,
        sampling_strategy: Any = "auto",
        *,
        kind: str = "regular",
        subjects: str = "any",
        k_neighbors: int = 5,
        m_neighbors: int = 10,
        align: bool = True,
        surroundings: str = "mixed",
        max_lag: float = 0.05,
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
        random_state: Any = None,
    ):
        super().__init__(sampling_strategy=sampling_strategy)
        self.kind = kind
        self.subjects = subjects
        self.k_neighbors = k_neighbors
        self.m_neighbors = m_neighbors
        self.align = align
        self.surroundings = surroundings
        self.max_lag = max_lag
        self.fs = fs
        self.before = before
        self.n_leads = n_leads
        self.n_context = n_context
        self.random_state = random_state

    def _fit_resample(self, X: Any, y: Any, groups: Any = None) -> tuple[Any, Any]:
        groups = check_groups(groups, len(X))
        if self.subjects != "any" and groups is None:
            raise ValueError(
                f"subjects={shown(self.subjects)} requires the subject of each beat. Call "
                f"fit_resample(X, y, groups=...)."
            )
        mixing, y_new = self._mixing_matrix(X, y, groups)
        parents, shares = _parents(mixing)
        mixed = mix_beats(
            self.layout_,
            X,
            parents,
            shares,
            surroundings=self.surroundings,
            max_lag=self.max_lag if self.align else None,
            fs=self.fs,
            before=self.before,
        )
        own = np.arange(len(X))
        self.parents_ = np.concatenate([np.column_stack([own, own]), parents])
        self.shares_ = np.concatenate([np.ones(len(X)), shares])
        self.sample_indices_ = self.parents_[:, 0].copy()
        return np.concatenate([X, mixed]), np.concatenate([y, y_new])

    def _mixing_matrix(self, X: Any, y: Any, groups: Any) -> Any:
        """Let imbalanced-learn say what each synthetic beat is made of."""
        table = self._comparable(X, y)

        def neighbours(n: int) -> Any:
            return BeatNeighbours(table, y, n + 1, self.subjects, groups)

        common = {
            "sampling_strategy": {
                label: int(np.sum(y == label)) + n for label, n in self.sampling_strategy_.items()
            },
            "random_state": fresh_random_state(self.random_state),
        }
        near = neighbours(self.k_neighbors)
        if self.kind == "adasyn":
            sampler = ADASYN(n_neighbors=near, **common)
        elif self.kind == "borderline":
            around = neighbours(self.m_neighbors)
            sampler = BorderlineSMOTE(k_neighbors=near, m_neighbors=around, **common)
        else:
            sampler = SMOTE(k_neighbors=near, **common)
        identity = sparse.identity(len(X), dtype=np.float64, format="csr")
        mixing, y_mixed = sampler.fit_resample(identity, y)
        made = y_mixed[len(X) :]
        for label, n_new in self.sampling_strategy_.items():
            if n_new and not np.any(made == label):
                raise ValueError(
                    f"no beat of class {shown(label)} has enough neighbours of other classes to be "
                    f"on the border. Use another kind than {shown(self.kind)}, or increase "
                    f"m_neighbors."
                )
        return sparse.csr_matrix(mixing)[len(X) :], made

    def _comparable(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return what distances are measured on: aligned waveforms and scaled context."""
        waveforms, context = self.layout_.split(X)
        if self.align:
            aligned = np.empty_like(waveforms)
            for label in np.unique(y):
                rows = y == label
                aligned[rows] = align_to_mean(
                    waveforms[rows], max_lag=self.max_lag, fs=self.fs, before=self.before
                )
            waveforms = aligned
        if context.shape[1]:
            spread = context.std(axis=0)
            weight = np.sqrt(waveforms.var(axis=0).sum() / self.layout_.n_leads / len(spread))
            context = context * np.divide(
                weight, spread, where=spread > 0, out=np.zeros_like(spread)
            )
        return join(waveforms, context)


def _parents(mixing: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Return both parents of every row, that with the greater share first, and its share."""
    mixing.sum_duplicates()
    last = mixing.indptr[1:] - 1
    first = mixing.indptr[:-1]
    greater = np.where(mixing.data[first] >= mixing.data[last], first, last)
    lesser = first + last - greater
    parents = np.column_stack([mixing.indices[greater], mixing.indices[lesser]]).astype(np.intp)
    # A beat that is its own neighbour has one entry: all of it.
    return parents, mixing.data[greater].clip(0.5, 1.0)
