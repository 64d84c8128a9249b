"""Resampling of beats."""

import numpy as np

from heartbeat._checks import check_number, check_r_index, check_whole
from heartbeat._layout import BeatLayout, n_samples
from heartbeat._shown import shown
from heartbeat.preprocessing._base import BeatTransformer
from heartbeat.preprocessing._operator import LinearMap

_HALF_LENGTH = 10  # zero crossings of the sinc on either side
_KAISER_BETA = 5.0


class BeatResampler(BeatTransformer):
    """Resample beats to another number of samples or another sampling rate.

    Give either `n_times` or `target_fs`.

    Parameters
    ----------
    n_times : int or None, default=None
        New number of samples per lead. The first sample keeps its time, so that the R peak may lie
        between two samples. Choose `target_fs` if later steps use the position of R.
    target_fs : float or None, default=None
        New sampling rate in Hz. The R peak is at index ``floor(before * target_fs)``, as if the
        beat had been cut at this sampling rate.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s; used with `target_fs` only.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    fs_out_ : float
        Sampling rate of the result in Hz.
    operator_ : LinearMap
        The resampling as a linear map that is applied to each lead of a beat.
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    BeatCropper : Keeps a part of each beat at the same sampling rate.

    Notes
    -----
    The filter is a sinc with a Kaiser window and ten zero crossings on either side, as in
    `scipy.signal.resample_poly`, but for any ratio of sampling rates. It removes frequencies above
    half of the new sampling rate. Beats are extended by their mirror image at both ends.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.preprocessing import BeatResampler
    >>> X = np.exp(-(((np.arange(187) - 62) / 5) ** 2))[np.newaxis]
    >>> resampled = BeatResampler(target_fs=250).fit_transform(X)
    >>> resampled.shape, int(resampled.argmax())
    ((1, 375), 125)
    >>> BeatResampler(n_times=64).fit_transform(X).shape
    (1, 64)
    """

    def __init__(
        self,
        n_times: int | None = None,
        *,
        target_fs: float | None = None,
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.n_times = n_times
        self.target_fs = target_fs
        self.fs = fs
        self.before = before
        self.n_leads = n_leads
        self.n_context = n_context

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        if (self.n_times is None) == (self.target_fs is None):
            raise ValueError(
                f"exactly one of n_times and target_fs must be set, got n_times="
                f"{shown(self.n_times)} and target_fs={shown(self.target_fs)}."
            )
        n_times = self.layout_.n_times
        fs = check_number("fs", self.fs, above=0)
        if self.n_times is not None:
            n_out = check_whole("n_times", self.n_times)
            ratio = n_out / n_times
            at = np.arange(n_out) / ratio
        else:
            target = check_number("target_fs", self.target_fs, above=0)
            ratio = target / fs
            r_index = check_r_index(self.before, fs, n_times)
            r_out = n_samples(self.before, target)
            n_out = r_out + n_samples((n_times - r_index) / fs, target)
            at = r_index + (np.arange(n_out) - r_out) / ratio
            if not n_out:
                raise ValueError(
                    f"target_fs must leave at least one sample per lead, got {target:g} Hz."
                )
        self.fs_out_ = fs * ratio
        self.operator_ = LinearMap(_interpolation_matrix(n_times, at, min(ratio, 1.0)))
        return self.layout_.with_n_times(n_out)

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        return self.operator_(waveforms)


def _interpolation_matrix(n_times: int, at: np.ndarray, bandwidth: float) -> np.ndarray:
    """Return the matrix (n_times, len(at)) that reads a beat at fractional sample numbers.

    `bandwidth` is the highest frequency kept, as a share of the input's Nyquist frequency.
    """
    reach = _HALF_LENGTH / bandwidth
    n_padding = int(np.ceil(reach)) + 1
    taps = np.arange(-n_padding, n_times + n_padding)
    distance = (taps[:, np.newaxis] - at) / reach
    taper = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - distance**2, 0, None)))
    weights = np.sinc(distance * _HALF_LENGTH) * taper * (np.abs(distance) <= 1)
    # Unit sums keep the level of a beat exactly, between samples too.
    weights /= weights.sum(axis=0)
    source = np.pad(np.arange(n_times), n_padding, mode="reflect")
    matrix = np.zeros((n_times, len(at)))
    np.add.at(matrix, source, weights)
    return matrix
