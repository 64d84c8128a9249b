"""Denoising by wavelet shrinkage."""

import numpy as np
import pywt

from heartbeat._checks import check_number, check_option, check_whole
from heartbeat._layout import BeatLayout
from heartbeat._shown import shown
from heartbeat.preprocessing._base import BeatTransformer
from heartbeat.preprocessing._operator import LinearMap
from heartbeat.preprocessing._scaler import sorted_quantiles

_LOWEST_DETAIL = 4.0  # Hz: below lie P, T and the baseline, which shrinkage would flatten
_MODE = "symmetric"


class WaveletDenoiser(BeatTransformer):
    """Remove broadband noise, such as that of muscles, from beats by wavelet shrinkage.

    Choose it rather than a low-pass filter if the steep slopes of the QRS complex must be kept.

    Each lead of each beat is decomposed, its detail coefficients are shrunk by the universal
    threshold of Donoho and Johnstone [1]_, ``noise * sqrt(2 log n_times)``, and the beat is
    reconstructed. The noise is estimated from the same lead of the same beat, as the median
    absolute value of the finest coefficients divided by 0.6745.

    Parameters
    ----------
    wavelet : str, default="sym4"
        Name of a discrete wavelet of PyWavelets, see `pywt.wavelist`.
    level : int or None, default=None
        Number of detail levels that are shrunk. None shrinks the levels above 4 Hz, as far as the
        length of the beats allows, and so keeps P waves, T waves and the baseline.
    mode : {"soft", "hard", "garrote"}, default="soft"
        How coefficients above the threshold are treated. ``"soft"`` reduces them by the threshold
        and gives the smoothest beats. ``"hard"`` keeps them and so preserves amplitudes, but may
        leave single spikes of noise. ``"garrote"`` lies between the two.
    scale : float, default=1.0
        Factor by which the threshold is multiplied. Smaller values remove less noise and distort
        the beat less; 0 changes nothing.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    level_ : int
        Number of detail levels that are shrunk.
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    BandpassFilter : Removes low and high frequencies.
    heartbeat.features.WaveletFeatures : Wavelet coefficients as features.

    Notes
    -----
    `fit` computes the wavelet transform of unit impulses once. Beats are then decomposed and
    reconstructed by matrix products. The result equals that of `pywt.wavedec` and `pywt.waverec`
    up to rounding.

    References
    ----------
    .. [1] Donoho, Johnstone, Ideal spatial adaptation by wavelet shrinkage, Biometrika 81 (1994)
       425-455.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.preprocessing import WaveletDenoiser
    >>> t = np.arange(187) / 125 - 0.5
    >>> beat = np.exp(-((t / 0.03) ** 2))
    >>> noisy = beat + np.random.default_rng(0).normal(scale=0.05, size=187)
    >>> denoised = WaveletDenoiser().fit_transform(noisy[np.newaxis])[0]
    >>> bool(np.std(denoised - beat) < 0.6 * np.std(noisy - beat))
    True
    """

    def __init__(
        self,
        wavelet: str = "sym4",
        *,
        level: int | None = None,
        mode: str = "soft",
        scale: float = 1.0,
        fs: float = 125.0,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.wavelet = wavelet
        self.level = level
        self.mode = mode
        self.scale = scale
        self.fs = fs
        self.n_leads = n_leads
        self.n_context = n_context

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        check_option("mode", self.mode, ["soft", "hard", "garrote"])
        check_option("wavelet", self.wavelet, pywt.wavelist(kind="discrete"))
        check_number("scale", self.scale, least=0)
        n_times = self.layout_.n_times
        self.level_ = self._check_level(n_times)
        bands = pywt.wavedec(np.eye(n_times), self.wavelet, _MODE, self.level_, axis=1)
        ends = np.cumsum([band.shape[1] for band in bands])
        unit = np.split(np.eye(ends[-1]), ends[:-1], axis=1)
        synthesis = pywt.waverec(unit, self.wavelet, _MODE, axis=1)[:, :n_times]
        self._analysis = LinearMap(np.hstack(bands))
        self._synthesis = LinearMap(synthesis)
        self._n_approximation, self._finest = ends[0], ends[-2]
        return self.layout_

    def _check_level(self, n_times: int) -> int:
        deepest = pywt.dwt_max_level(n_times, self.wavelet)
        if deepest < 1:
            raise ValueError(
                f"beats of {n_times} sample(s) per lead (n_features = {self.n_features_in_}) are "
                f"too short for wavelet {shown(self.wavelet)}. Choose a shorter wavelet."
            )
        fs = check_number("fs", self.fs, above=0)
        if self.level is None:
            wanted = int(np.log2(fs / 2 / _LOWEST_DETAIL)) if fs > 2 * _LOWEST_DETAIL else 1
            return max(1, min(wanted, deepest))
        if check_whole("level", self.level) > deepest:
            raise ValueError(
                f"level must be at most {deepest} for {n_times} samples and wavelet "
                f"{shown(self.wavelet)}, got {self.level}."
            )
        return self.level

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        n_times = waveforms.shape[-1]
        coefficients = self._analysis(waveforms)
        finest = np.sort(np.abs(coefficients[..., self._finest :]), axis=-1)
        (deviation,) = sorted_quantiles(finest, (0.5,))
        factor = self.scale * np.sqrt(2 * np.log(n_times)) / 0.6745
        threshold = deviation * deviation.dtype.type(factor)
        details = coefficients[..., self._n_approximation :]
        _shrink(details, threshold, self.mode)
        return self._synthesis(coefficients)


def _shrink(details: np.ndarray, threshold: np.ndarray, mode: str) -> None:
    """Shrink detail coefficients in place, with one threshold for each lead of each beat."""
    if mode == "soft":
        details -= np.clip(details, -threshold, threshold)
        return
    small = np.abs(details) <= threshold
    if mode == "garrote":
        details -= threshold**2 / np.where(small, 1, details)
    details[small] = 0
