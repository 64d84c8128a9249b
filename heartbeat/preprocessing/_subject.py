"""Normalisation by a subject's own, unlabelled beats. Transductive."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from heartbeat._checks import check_option
from heartbeat.preprocessing._base import BeatTransformer


class SubjectNormalizer(BeatTransformer):
    """Normalise beats by all unlabelled beats of the same subject: *transductive*, use it by name.

    Each person's leads differ in gain, polarity and shape more than many arrhythmias do. Knowing a
    subject's other beats removes much of that, without any label. But a result then depends on
    which other beats of the same person are in the table, those recorded later included: scores
    reached with it are transductive and must be called so, and it cannot serve a beat at a time.
    Nothing else in this package looks at other beats of a test subject unless asked to.

    =========== ================================== =========================================
    `method`    subtracted, per lead               divided by, per lead
    =========== ================================== =========================================
    "amplitude" median of the beats' medians       median of the beats' ranges (max - min)
    "zscore"    mean of all samples                standard deviation of all samples
    "template"  median beat, sample by sample      range of the median beat
    =========== ================================== =========================================

    Used in one of two ways:

    - with groups: ``fit_transform(X, groups=subject)`` and ``transform(X, groups=subject)`` take
      each subject's statistics from that subject's beats in the table given. In a pipeline,
      enable metadata routing and request `groups` with ``set_fit_request(groups=True)`` and
      ``set_transform_request(groups=True)``;
    - fitted on a record: ``fit(beats_of_one_subject)``, then ``transform`` any beats of the same
      subject, without groups. Fitted on the first minutes of a record this is a calibration and
      not transductive for the rest of it.

    Parameters
    ----------
    method : {"amplitude", "zscore", "template"}, default="amplitude"
        What is subtracted and divided by. A lead whose scale is zero becomes all zeros.
    n_leads, n_context : int, optional
        Leads and context columns of the table; None reads them from the column names, or means
        one lead without context.

    Attributes
    ----------
    center_ : ndarray of shape (n_leads, 1) or (n_leads, n_times), or None
        What is subtracted; None where groups were given to `fit`.
    scale_ : ndarray of shape (n_leads, 1), or None
        What is divided by; None where groups were given to `fit`.
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`, where the table was a DataFrame.

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
        """Learn the layout and, without groups, the statistics of the one subject in `X`.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table.
        y : None
            Ignored.
        groups : array-like of shape (n_beats,), optional
            Subject of each beat. Given here, they must be given to `transform` as well.

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
            _check_groups(groups, X)
        return self

    def transform(self, X: Any, groups: Any = None) -> np.ndarray | pd.DataFrame:
        """Normalise beats.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_leads * n_times + n_context)
            Beats table.
        groups : array-like of shape (n_beats,), optional
            Subject of each beat: each subject is normalised by its own beats in `X`. Without
            groups all beats are normalised by the statistics found in `fit`.

        Returns
        -------
        ndarray or DataFrame of shape (n_beats, n_leads * n_times + n_context)
            A new table, a DataFrame where `X` is one: the input is never written to.

        Raises
        ------
        ValueError
            If `fit` was given groups and this is not.
        """
        check_is_fitted(self)
        given, X = X, self._validate(X, reset=False)
        if groups is None:
            if self.center_ is None:
                raise ValueError(
                    "SubjectNormalizer was fitted with groups, so transform needs groups= too "
                    "(in a pipeline: metadata routing and set_transform_request(groups=True))."
                )
            return self._like_input(given, self._apply(X))
        groups = _check_groups(groups, X)
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
        groups : array-like of shape (n_beats,), optional
            Subject of each beat; None takes all for one subject's.

        Returns
        -------
        ndarray or DataFrame of shape (n_beats, n_leads * n_times + n_context)
            A new table, a DataFrame where `X` is one: the input is never written to.
        """
        return self.fit(X, groups=groups).transform(X, groups=groups)

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        assert self.center_ is not None and self.scale_ is not None, "transform has seen to it"
        return _normalize(waveforms, self.center_, self.scale_)


def _check_groups(groups: Any, X: Any) -> np.ndarray:
    groups = column_or_1d(groups)
    check_consistent_length(X, groups)
    return groups


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
