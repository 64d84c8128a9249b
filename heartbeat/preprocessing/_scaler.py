"""Scaling of single beats."""

from collections.abc import Callable

import numpy as np

from heartbeat._checks import check_option, check_r_index
from heartbeat._layout import BeatLayout, window
from heartbeat.preprocessing._base import BeatTransformer

_R_HALF_WINDOW = 0.1  # s


class BeatScaler(BeatTransformer):
    """Scale each beat by its own minimum, mean, median or R amplitude.

    Only the beat itself is used, so that no information passes from one beat to another.

    ============== ======================= =========================================
    `method`       subtracted              divided by
    ============== ======================= =========================================
    "minmax"       minimum                 maximum - minimum
    "zscore"       mean                    standard deviation
    "robust"       median                  interquartile range
    "r_amplitude"  median                  largest distance from the median within
                                           0.1 s of the R peak
    ============== ======================= =========================================

    A constant beat becomes all zeros. A beat is taken as constant if its scale is no larger than
    the rounding error of its values.

    Parameters
    ----------
    method : {"minmax", "zscore", "robust", "r_amplitude"}, default="minmax"
        How beats are scaled, see the table. ``"minmax"`` is the scaling of the Kaggle heartbeat
        files [1]_. ``"zscore"`` gives mean 0 and standard deviation 1; ``"robust"`` does much the
        same and is less sensitive to single large samples. ``"r_amplitude"`` gives every QRS
        complex the height 1 and keeps its sign; the median is taken as the isoelectric line.
    per : {"lead", "beat"}, default="lead"
        Whether each lead of a beat is scaled separately or all leads of a beat are scaled together.
        ``"beat"`` keeps the ratios of amplitudes between leads.
    fs : float, default=125.0
        Sampling rate of the beats in Hz; used by ``"r_amplitude"`` only.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s; used by ``"r_amplitude"``
        only.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    SubjectNormalizer : Scales beats by statistics of all beats of a subject.

    References
    ----------
    .. [1] Kachuee, Fazeli, Sarrafzadeh, ECG heartbeat classification: a deep transferable
       representation, ICHI 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.preprocessing import BeatScaler
    >>> BeatScaler().fit_transform(np.array([[0.0, 1.0, 4.0], [2.0, 2.0, 2.0]]))
    array([[0.  , 0.25, 1.  ],
           [0.  , 0.  , 0.  ]])

    Two leads, scaled together:

    >>> BeatScaler(per="beat", n_leads=2).fit_transform(np.array([[0.0, 4.0, 1.0, 2.0]]))
    array([[0.  , 1.  , 0.25, 0.5 ]])
    """

    def __init__(
        self,
        method: str = "minmax",
        *,
        per: str = "lead",
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.method = method
        self.per = per
        self.fs = fs
        self.before = before
        self.n_leads = n_leads
        self.n_context = n_context

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        check_option("method", self.method, sorted(_STATISTICS))
        check_option("per", self.per, ["lead", "beat"])
        n_times = self.layout_.n_times
        self._r_window = slice(0, n_times)
        if self.method == "r_amplitude":
            r_index = check_r_index(self.before, self.fs, n_times)
            self._r_window = window(-_R_HALF_WINDOW, _R_HALF_WINDOW, r_index, self.fs, n_times)
        return self.layout_

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        n_beats, n_leads, n_times = waveforms.shape
        groups = waveforms
        if self.per == "beat":
            groups = waveforms.reshape(n_beats, 1, n_leads * n_times)
        center, scale = _STATISTICS[self.method](groups, waveforms[..., self._r_window])
        if self.method == "r_amplitude" and self.per == "beat":
            scale = scale.max(axis=1, keepdims=True)
        scaled = waveforms - center
        scaled /= _divisor(scale, center)
        return scaled


def _minmax(groups: np.ndarray, around_r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low = groups.min(axis=-1, keepdims=True)
    return low, groups.max(axis=-1, keepdims=True) - low


def _zscore(groups: np.ndarray, around_r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = groups.mean(axis=-1, keepdims=True)
    # Centred before squaring: a beat may ride on an offset many times its own size.
    centered = groups - mean
    variance = np.einsum("blt,blt->bl", centered, centered)[..., np.newaxis] / groups.shape[-1]
    return mean, np.sqrt(variance)


def _robust(groups: np.ndarray, around_r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, median, high = sorted_quantiles(np.sort(groups, axis=-1), (0.25, 0.5, 0.75))
    return median, high - low


def _r_amplitude(groups: np.ndarray, around_r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    (median,) = sorted_quantiles(np.sort(groups, axis=-1), (0.5,))
    highest = around_r.max(axis=-1, keepdims=True) - median
    lowest = median - around_r.min(axis=-1, keepdims=True)
    return median, np.maximum(highest, lowest)


_STATISTICS: dict[str, Callable] = {
    "minmax": _minmax,
    "zscore": _zscore,
    "robust": _robust,
    "r_amplitude": _r_amplitude,
}


def sorted_quantiles(ordered: np.ndarray, shares: tuple[float, ...]) -> list[np.ndarray]:
    """Return quantiles along the last axis, interpolated linearly, of values already sorted.

    NumPy's own quantiles select instead of sorting, which is several times slower than its
    vectorised sort on rows as short as beats.
    """
    last = ordered.shape[-1] - 1
    quantiles = []
    for share in shares:
        below = int(share * last)
        weight = ordered.dtype.type(share * last - below)
        lower = ordered[..., below : below + 1]
        upper = ordered[..., min(below + 1, last) : min(below + 1, last) + 1]
        quantiles.append(lower + weight * (upper - lower))
    return quantiles


def _divisor(scale: np.ndarray, center: np.ndarray) -> np.ndarray:
    """Return the scale, infinite for beats that are constant up to rounding."""
    info = np.finfo(scale.dtype)
    rounding = np.maximum(10 * info.eps * np.abs(center), info.tiny)
    return np.where(scale > rounding, scale, info.dtype.type(np.inf))
