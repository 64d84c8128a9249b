"""Discrete wavelet transform of beats: coefficients, or energies of frequency bands."""

import numpy as np
import pywt

from heartbeat._checks import check_option, check_whole
from heartbeat._shown import shown
from heartbeat.features._base import BeatFeatures


class WaveletFeatures(BeatFeatures):
    """Compute wavelet coefficients of beats and the energies of their frequency bands.

    The detail band ``d1`` holds the upper half of the frequencies, ``d2`` the quarter below it, and
    so on. The approximation, such as ``a4`` at level 4, holds the lowest frequencies. At 125 Hz the
    bands ``d1`` to ``d4`` and ``a4`` are 31-62, 16-31, 8-16, 4-8 and 0-4 Hz.

    Parameters
    ----------
    wavelet : str, default="db4"
        Name of a discrete wavelet of PyWavelets, see `pywt.wavelist`. The default, Daubechies 4, is
        similar in shape to a QRS complex.
    level : int or None, default=None
        Number of detail bands; 0 keeps the beat undivided. None takes as many as the lengths of the
        beats and of the wavelet allow, at most four. Choose a higher level at higher sampling
        rates, so that the lowest bands stay as narrow.
    output : {"energies", "coefficients", "both"}, default="both"
        Which features are computed. ``"energies"`` gives two features for each band, its energy and
        its share of the energy of the beat; they depend less on the exact position of R.
        ``"coefficients"`` gives all wavelet coefficients, about as many as there are samples.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    level_ : int
        Number of detail bands.
    bands_ : dict of str to int
        Name and number of coefficients of each band.
    layout_ : BeatLayout
        Layout of the input.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    MorphologyFeatures : A small number of features with clinical meaning.
    heartbeat.preprocessing.WaveletDenoiser : Removes noise by the same transform.

    Notes
    -----
    ``d1_energy_mv2`` is the sum of the squared coefficients of a band, ``d1_energy_share`` its
    share of the sum over all bands (0 for a beat of zeros) and ``d1_c07_mv`` the coefficient
    number 7. The offset of a beat is part of the approximation: remove the baseline first if it
    must have no effect.

    Beats are extended by their mirror image at both ends.

    References
    ----------
    S. Mallat, A theory for multiresolution signal decomposition, IEEE Trans. Pattern Anal. 11
    (1989) 674-693.

    Examples
    --------
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.features import WaveletFeatures
    >>> beats = make_beats(100, random_state=0, as_frame=True)
    >>> energies = WaveletFeatures(output="energies").set_output(transform="pandas")
    >>> list(energies.fit_transform(beats.data).columns[:4])
    ['a4_energy_mv2', 'a4_energy_share', 'd4_energy_mv2', 'd4_energy_share']
    """

    def __init__(
        self,
        wavelet: str = "db4",
        level: int | None = None,
        *,
        output: str = "both",
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.wavelet = wavelet
        self.level = level
        self.output = output
        self.n_leads = n_leads
        self.n_context = n_context

    def _learn(self, waveforms: np.ndarray) -> None:
        if self.wavelet not in pywt.wavelist(kind="discrete"):
            raise ValueError(
                f"wavelet must be one of pywt.wavelist(kind='discrete'), such as 'db4' or 'sym5', "
                f"got {shown(self.wavelet)}."
            )
        check_option("output", self.output, ("energies", "coefficients", "both"))
        self.level_ = self._check_level()
        names = [f"a{self.level_}", *(f"d{i}" for i in range(self.level_, 0, -1))]
        bands = self._decompose(waveforms[:1])
        self.bands_ = {name: band.shape[-1] for name, band in zip(names, bands, strict=True)}

    def _check_level(self) -> int:
        n_times = self.layout_.n_times
        highest = pywt.dwt_max_level(n_times, self.wavelet)
        level = check_whole("level", self.level, 0, optional=True)
        if level is None:
            return min(highest, 4)
        if level > highest:
            raise ValueError(
                f"level must be at most {highest} for beats of {n_times} samples and wavelet "
                f"{shown(self.wavelet)}, got {level}."
            )
        return level

    def _decompose(self, waveforms: np.ndarray) -> list[np.ndarray]:
        return pywt.wavedec(waveforms, self.wavelet, mode="symmetric", level=self.level_, axis=-1)

    def _names(self) -> list[str]:
        names = []
        if self.output != "coefficients":
            for band in self.bands_:
                names += [f"{band}_energy_mv2", f"{band}_energy_share"]
        if self.output != "energies":
            for band, n in self.bands_.items():
                names += [f"{band}_c{i:02d}_mv" for i in range(n)]
        return names

    def _measure(self, waveforms: np.ndarray, out: np.ndarray) -> None:
        bands = self._decompose(waveforms)
        n_beats, n_leads, _ = waveforms.shape
        parts = []
        if self.output != "coefficients":
            energies = np.stack([np.einsum("blt,blt->bl", band, band) for band in bands], axis=-1)
            total = energies.sum(axis=-1, keepdims=True)
            shares = np.divide(energies, total, out=np.zeros_like(energies), where=total > 0)
            parts.append(np.stack([energies, shares], axis=-1).reshape(n_beats, n_leads, -1))
        if self.output != "energies":
            parts += bands
        out[:] = np.concatenate(parts, axis=-1).reshape(n_beats, -1)
