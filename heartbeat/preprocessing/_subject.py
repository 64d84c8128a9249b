"""Normalisation by all unlabelled beats of a subject (transductive)."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from heartbeat._checks import check_option
from heartbeat._groups import check_groups
from heartbeat.preprocessing._base import BeatTransformer


class SubjectNormalizer(BeatTransformer):
    """Normalise beats by statistics of all unlabelled beats of the same subject (transductive).

    Gain, polarity and shape of the leads often differ more between subjects than between normal
    and abnormal beats. Normalisation by the subject's own beats removes much of this difference and
    needs no labels.

    The result for a beat then depends on the other beats of the subject in the table, including
    later ones. Scores obtained in this way are *transductive* and must be reported as such, and
    the method cannot process a live signal beat by beat. No other class of this package uses other
    beats of a test subject unless you ask for it.

    =========== ================================== =========================================
    `method`    subtracted, per lead               divided by, per lead
    =========== ================================== =========================================
    "amplitude" median of the beats' medians       median of the beats' ranges (max - min)
    "zscore"    mean of all samples                standard deviation of all samples
    "template"  median beat, sample by sample      range of the median beat
    =========== ================================== =========================================

    There are two ways to use it:

    - *With groups.* ``fit_transform(X, groups=subject)`` and ``transform(X, groups=subject)``
      compute the statistics of each subject from that subject's beats in the given table. In a
      pipeline, enable metadata routing and request `groups` with ``set_fit_request(groups=True)``
      and ``set_transform_request(groups=True)``.
    - *Fitted to one subject.* Call ``fit`` with beats of one subject, then ``transform`` with any
      beats of this subject, both without groups. If you fit to the first minutes of a recording,
      this is a calibration and is not transductive for the rest of the recording.

    Parameters
    ----------
    method : {"amplitude", "zscore", "template"}, default="amplitude"
        How beats are normalised, see the table. ``"amplitude"`` equalises gain and offset and is
        robust to single unusual beats. ``"zscore"`` uses all samples. ``"template"`` keeps only the
        difference of each beat from the subject's median beat. A lead whose scale is zero becomes
        all zeros.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    center_ : ndarray of shape (n_leads, 1) or (n_leads, n_times), or None
        What is subtracted, in the unit of the waveforms; None if `fit` was given groups.
    scale_ : ndarray of shape (n_leads, 1), or None
        What is divided by, in the unit of the waveforms; None if `fit` was given groups.
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    BeatScaler : Scales each beat by itself.

    Examples
    --------
    Two subjects with the same beats at different gains:

    >>> import numpy as np
    >>> from heartbeat.preprocessing import SubjectNormalizer
    >>> X = np.array([[0.0, 1.0, 0.0], [0.0, 2.0, 0.0]])
    >>> SubjectNormalizer().fit_transform(X, groups=["a", "b"])
    array([[0., 1., 0.],
           [0., 1., 0.]])
    """

    def __init__(
        self,
        method: str = "amplitude",
        *,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.method = method
        self.n_leads = n_leads
        self.n_context = n_context

    def fit(self, X: Any, y: Any = None, groups: Any = None) -> Self:
        """Learn the layout and, without groups, the statistics of the beats in `X`.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table.
        y : None
            Ignored.
        groups : array-like of shape (n_beats,), default=None
            Subject of each beat. If given here, they must be given to `transform` as well. None
            means that all beats are of one subject.

        Returns
        -------
        self
        """
        check_option("method", self.method, sorted(_STATISTICS))
        X = self._validate(X, reset=True)
        self.layout_out_ = self.layout_
        self.center_ = self.scale_ = None
        if groups is None:
            waveforms, _ = self.layout_.split(np.ascontiguousarray(X))
            self.center_, self.scale_ = _STATISTICS[self.method](waveforms)
        else:
            check_groups(groups, len(X))
        return self

    def transform(self, X: Any, groups: Any = None) -> np.ndarray | pd.DataFrame:
        """Normalise the waveforms of a beats table.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table.
        groups : array-like of shape (n_beats,), default=None
            Subject of each beat. The beats of each subject are normalised by the statistics of
            this subject's beats in `X`. None normalises all beats by the statistics learnt in
            `fit`.

        Returns
        -------
        ndarray or DataFrame of shape (n_beats, n_leads * n_times + n_context)
            New table, a DataFrame if `X` is one. The input is not changed.

        Raises
        ------
        ValueError
            If `fit` was given groups and `transform` is not.
        """
        check_is_fitted(self)
        given, X = X, self._validate(X, reset=False)
        if groups is None:
            if self.center_ is None:
                raise ValueError(
                    "SubjectNormalizer was fitted with groups, so transform requires groups=, too "
                    "(in a pipeline: metadata routing and set_transform_request(groups=True))."
                )
            return self._like_input(given, self._apply(X))
        groups = check_groups(groups, len(X))
        out = X.copy(order="C")
        n_waveform = self.layout_.n_waveform
        for group in np.unique(groups):
            rows = groups == group
            waveforms, _ = self.layout_.split(X[rows])
            normalized = _normalize(waveforms, *_STATISTICS[self.method](waveforms))
            out[rows, :n_waveform] = normalized.reshape(-1, n_waveform)
        return self._like_input(given, out)

    def fit_transform(self, X: Any, y: Any = None, groups: Any = None) -> np.ndarray | pd.DataFrame:
        """Fit to a beats table and normalise it: ``fit(X, groups=g).transform(X, groups=g)``.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table.
        y : None
            Ignored.
        groups : array-like of shape (n_beats,), default=None
            Subject of each beat. None means that all beats are of one subject.

        Returns
        -------
        ndarray or DataFrame of shape (n_beats, n_leads * n_times + n_context)
            New table, a DataFrame if `X` is one. The input is not changed.
        """
        return self.fit(X, groups=groups).transform(X, groups=groups)

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        assert self.center_ is not None and self.scale_ is not None, "transform checks this"
        return _normalize(waveforms, self.center_, self.scale_)


def _normalize(waveforms: np.ndarray, center: np.ndarray, scale: np.ndarray) -> np.ndarray:
    normalized = waveforms - center.astype(waveforms.dtype)
    normalized /= np.where(scale > 0, scale, np.inf).astype(waveforms.dtype)
    return normalized


def _amplitude(waveforms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    center = np.median(np.median(waveforms, axis=-1), axis=0)
    scale = np.median(np.ptp(waveforms, axis=-1), axis=0)
    return center[:, np.newaxis], scale[:, np.newaxis]


def _zscore(waveforms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    center = waveforms.mean(axis=(0, 2), dtype=np.float64)[:, np.newaxis]
    scale = waveforms.std(axis=(0, 2), dtype=np.float64)[:, np.newaxis]
    # A constant lead still has a deviation of the size of its rounding error.
    rounding = 10 * np.finfo(waveforms.dtype).eps * np.abs(center)
    return center, np.where(scale > rounding, scale, 0)


def _template(waveforms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    template = np.median(waveforms, axis=0)
    return template, np.ptp(template, axis=-1, keepdims=True)


_STATISTICS = {"amplitude": _amplitude, "zscore": _zscore, "template": _template}
