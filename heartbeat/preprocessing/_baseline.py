"""Removal of baseline wander."""

from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import median_filter

from heartbeat._checks import check_number, check_option, check_r_index
from heartbeat._layout import BeatLayout, window
from heartbeat.preprocessing._base import BeatTransformer
from heartbeat.preprocessing._operator import LinearMap
from heartbeat.preprocessing._zero_phase import (
    check_cutoff,
    design,
    zero_phase_matrix,
    zero_phase_signal,
)

_MEDIAN_WIDTHS = (0.2, 0.6)  # s: the first removes QRS and P, the second T
_PR_SEGMENT = -0.08  # s from R: isoelectric, after the atria and before the ventricles conduct
_PR_HALF_WIDTH = 0.02  # s
_HIGHPASS_ORDER = 2


class BaselineRemover(BeatTransformer):
    """Remove baseline wander, such as that of breathing and moving electrodes, from beats.

    If you have the whole recording, remove its baseline with
    :func:`~heartbeat.preprocessing.clean` before you cut the beats. This avoids errors at the ends
    of the beats.

    Parameters
    ----------
    method : {"highpass", "median", "spline"}, default="highpass"
        How the baseline is estimated.

        - ``"highpass"`` applies a zero-phase Butterworth high-pass filter, of second order in each
          direction, to the beat extended by its mirror image. It is the usual choice.
        - ``"median"`` applies a running median over 0.2 s, which removes P and QRS, and then one
          over 0.6 s, which removes T [1]_. Choose it for baselines with steps. It may take a wide
          T wave or a wide ectopic QRS complex for baseline.
        - ``"spline"`` takes the level of the PR segment, the mean over 0.06 to 0.1 s before R
          [2]_. In a recording (:func:`~heartbeat.preprocessing.clean`) a cubic spline runs through
          the levels of all beats. A single beat has one PR segment, whose level is subtracted as
          a constant; this keeps the shape of the beat, and also the wander within it. Choose it if
          the ST segment must not change.
    cutoff : float, default=0.5
        Cut-off frequency (6 dB) of ``"highpass"`` in Hz. Higher values remove more wander; values
        above about 0.67 Hz distort the ST segment.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s; used by ``"spline"`` only.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    operator_ : LinearMap or None
        The removal as a linear map that is applied to each lead of a beat; None for ``"median"``.
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    BandpassFilter : Removes baseline wander and high frequencies.
    clean : Removes the baseline of a recording.

    References
    ----------
    .. [1] De Chazal, O'Dwyer, Reilly, Automatic classification of heartbeats using ECG morphology
       and heartbeat interval features, IEEE TBME 51 (2004) 1196-1206.
    .. [2] Meyer, Keiser, Electrocardiogram baseline noise estimation and removal using cubic
       splines and state-space computation techniques, Comput. Biomed. Res. 10 (1977) 459-470.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.preprocessing import BaselineRemover
    >>> t = (np.arange(187) - 62) / 125
    >>> qrs = np.exp(-((t / 0.02) ** 2))
    >>> X = (qrs + 0.3 + 0.5 * t)[np.newaxis]
    >>> flat = BaselineRemover(method="median").fit_transform(X)[0]
    >>> round(float(flat[62]), 2), float(np.abs(flat[90:150]).max().round(2))
    (0.96, 0.0)
    """

    def __init__(
        self,
        method: str = "highpass",
        *,
        cutoff: float = 0.5,
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.method = method
        self.cutoff = cutoff
        self.fs = fs
        self.before = before
        self.n_leads = n_leads
        self.n_context = n_context

    def _sections(self, fs: Any) -> np.ndarray:
        fs = check_number("fs", fs, above=0)
        return design("highpass", check_cutoff("cutoff", self.cutoff, fs), fs, _HIGHPASS_ORDER)

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        check_option("method", self.method, ["highpass", "median", "spline"])
        n_times = self.layout_.n_times
        fs = check_number("fs", self.fs, above=0)
        self.operator_ = None
        if self.method == "highpass":
            self.operator_ = LinearMap(zero_phase_matrix(self._sections(fs), n_times))
        elif self.method == "spline":
            r_index = check_r_index(self.before, fs, n_times)
            self.operator_ = LinearMap(_isoelectric_matrix(n_times, r_index, fs))
        return self.layout_

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        if self.operator_ is not None:
            return self.operator_(waveforms)
        baseline = _median_baseline(waveforms.reshape(-1, waveforms.shape[-1]), self.fs)
        return waveforms - baseline.reshape(waveforms.shape)

    def _filter_signal(self, x: np.ndarray, fs: float, n_block: int, beats: Any) -> np.ndarray:
        check_option("method", self.method, ["highpass", "median", "spline"])
        if self.method == "highpass":
            return zero_phase_signal(self._sections(fs), x, n_block)
        if self.method == "median":
            return _remove_median_from_signal(x, fs, n_block)
        return _remove_spline_from_signal(x, fs, n_block, beats())


def _half_widths(fs: float) -> list[int]:
    return [int(width * fs / 2 + 1e-6) for width in _MEDIAN_WIDTHS]


def _median_baseline(rows: np.ndarray, fs: float) -> np.ndarray:
    """Return the two-stage running median of each row, the rows continued by mirror image.

    The padded rows are filtered end to end as one signal, because scipy's running median is
    several times faster over one axis than over the rows of a table. The padding is wide enough
    that no kept sample sees a neighbouring row.
    """
    half_widths = _half_widths(fs)
    n_padding = sum(half_widths)
    padded = np.pad(rows, ((0, 0), (n_padding, n_padding)), mode="reflect")
    flat = padded.ravel()
    for half_width in half_widths:
        flat = median_filter(flat, size=2 * half_width + 1, mode="nearest")
    return flat.reshape(padded.shape)[:, n_padding : n_padding + rows.shape[1]]


def _remove_median_from_signal(x: np.ndarray, fs: float, n_block: int) -> np.ndarray:
    """Subtract the running median, block by block; a block sees all that its medians need."""
    n_margin = sum(_half_widths(fs))
    out = np.empty_like(x)
    for start in range(0, len(x), n_block):
        stop = min(start + n_block, len(x))
        first, last = max(start - n_margin, 0), min(stop + n_margin, len(x))
        around = np.ascontiguousarray(x[first:last].T)
        # Medians near the block's own ends look into its neighbours, so the mirror image that
        # _median_baseline adds there reaches only samples that are cut off again.
        baseline = _median_baseline(around, fs)[:, start - first : stop - first]
        out[start:stop] = x[start:stop] - baseline.T
    return out


def _isoelectric_matrix(n_times: int, r_index: int, fs: float) -> np.ndarray:
    """Return the matrix that subtracts the level of a beat's PR segment."""
    first, last = _PR_SEGMENT - _PR_HALF_WIDTH, _PR_SEGMENT + _PR_HALF_WIDTH
    segment = window(first, last, r_index, fs, n_times)
    if segment.start >= segment.stop:
        raise ValueError(
            f"method='spline' needs the PR segment, {-last:g} to {-first:g} s before R, but beats "
            f"whose R peak is sample {r_index} do not contain it. Let beats begin earlier, or use "
            f"method='highpass'."
        )
    matrix = np.eye(n_times)
    matrix[segment] -= 1 / (segment.stop - segment.start)
    return matrix


def _remove_spline_from_signal(
    x: np.ndarray, fs: float, n_block: int, beats: np.ndarray
) -> np.ndarray:
    """Subtract a spline through the PR segments of all beats, given by their R samples."""
    half = int(_PR_HALF_WIDTH * fs)
    knots = np.unique(np.asarray(beats) + int(np.rint(_PR_SEGMENT * fs)))
    knots = knots[(knots >= half) & (knots < len(x) - half)]
    if not len(knots):
        raise ValueError(
            "method='spline' needs at least one beat whose PR segment is inside the recording. "
            "Pass beats=, annotate the recording, or use method='highpass'."
        )
    values = np.mean([x[knots + i] for i in range(-half, half + 1)], axis=0, dtype=np.float64)
    out = np.empty_like(x)
    spline = CubicSpline(knots, values, bc_type="natural") if len(knots) > 1 else None
    for start in range(0, len(x), n_block):
        stop = min(start + n_block, len(x))
        at = np.clip(np.arange(start, stop), knots[0], knots[-1])
        out[start:stop] = x[start:stop] - (values if spline is None else spline(at))
    return out
