"""Clinical measures of the P wave, the QRS complex and the T wave."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from heartbeat._checks import check_r_index
from heartbeat._layout import window
from heartbeat.features._base import BeatFeatures
from heartbeat.features._waves import (
    exact_mean,
    moment_measures,
    ratio,
    shape_measures,
    template_measures,
    width_measures,
)

# Where the waves lie, in seconds relative to R. The QRS window holds the wide complexes of
# ventricular beats too, and the P and T windows begin where those end.
_WAVES = {"p": (-0.27, -0.08), "qrs": (-0.12, 0.16), "t": (0.16, 0.50)}
_PR_SEGMENT = (-0.10, -0.05)
_ST_SEGMENT = (0.10, 0.16)


class MorphologyFeatures(BeatFeatures):
    """Compute amplitudes, widths, areas, slopes and energies of the P, QRS and T waves.

    Choose these features if predictions must be explained in clinical terms.

    Voltages are relative to the isoelectric level, the mean of the PR segment, so that a constant
    offset has no effect.

    Parameters
    ----------
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s.
    template : bool, default=True
        Whether to add features that compare each wave with that of the mean training beat.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    template_ : ndarray of shape (n_leads, n_times)
        Mean training beat of each lead in mV.
    layout_ : BeatLayout
        Layout of the input.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    WaveletFeatures : Wavelet coefficients and energies of frequency bands.
    RandomConvolutionFeatures : Thousands of features without clinical meaning.
    heartbeat.context.list_context_blocks : Features of the rhythm around a beat.

    Notes
    -----
    Windows in s relative to R: P from -0.27 to -0.08, QRS from -0.12 to 0.16, T from 0.16 to 0.50,
    ST segment from 0.10 to 0.16, PR segment from -0.10 to -0.05. The part of a window that lies
    outside the beat is left out. A window wholly outside has no features: beats in the Kaggle
    layout, which begin at R (``before=0``), have none of the P wave. If the PR segment is outside,
    the mean of the beat is taken as the isoelectric level.

    A gain multiplies voltages, and energies by its square; times, correlations, skewness and
    kurtosis do not change.

    Features of each of the windows ``p``, ``qrs`` and ``t``:

    - ``max_mv``, ``min_mv``, ``range_mv``: largest and smallest voltage, and their difference;
      ``max_time_ms``, ``min_time_ms``: their times relative to R;
    - ``area_mv_ms``, ``energy_mv2_ms``: integrals of the voltage and of its square;
    - ``centroid_ms``, ``spread_ms``: mean and standard deviation of time, weighted by energy;
    - ``max_slope_mv_s``, ``min_slope_mv_s``, ``path_mv``: steepest rise and fall, and the sum of
      all absolute differences between neighbouring samples;
    - ``std_mv``, ``skewness``, ``kurtosis``: moments of the samples, 0 for a flat wave;
    - ``template_correlation``, ``template_distance_mv``: Pearson correlation with, and root mean
      square difference from, the same window of `template_`, both after subtraction of the mean.

    Further features:

    - ``r_amplitude_mv``: voltage at R;
    - ``qrs_width_ms``: time between the first and the last slope of at least a fifth of the
      steepest slope; ``qrs_half_width_ms``: time for which the R wave exceeds half its height;
    - ``st_level_mv``, ``st_slope_mv_s``: mean voltage and slope of the ST segment;
    - ``t_over_r_amplitude``: largest absolute voltage in the T window divided by that at R;
    - ``beat_std_mv``, ``beat_skewness``, ``beat_kurtosis``: moments of the whole beat.

    References
    ----------
    P. de Chazal, M. O'Dwyer, R. B. Reilly, Automatic classification of heartbeats using ECG
    morphology and heartbeat interval features, IEEE Trans. Biomed. Eng. 51 (2004) 1196-1206.

    Examples
    --------
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.features import MorphologyFeatures
    >>> beats = make_beats(200, random_state=0, as_frame=True)
    >>> measure = MorphologyFeatures().set_output(transform="pandas")
    >>> table = measure.fit_transform(beats.data)
    >>> means = table.groupby(beats.target)["qrs_width_ms"].mean()
    >>> bool(means["V"] > means["N"])
    True
    """

    def __init__(
        self,
        fs: float = 125.0,
        before: float = 0.5,
        *,
        template: bool = True,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.fs = fs
        self.before = before
        self.template = template
        self.n_leads = n_leads
        self.n_context = n_context

    def _learn(self, waveforms: np.ndarray) -> None:
        self._r_index = check_r_index(self.before, self.fs, self.layout_.n_times)
        self.template_ = waveforms.mean(axis=0, dtype=np.float64).astype(waveforms.dtype)
        silent = np.zeros((self.layout_.n_times, 1), dtype=waveforms.dtype)
        self._feature_names = [name for name, _ in self._lead_measures(silent, self.template_[0])]

    def _names(self) -> list[str]:
        return self._feature_names

    def _measure(self, waveforms: np.ndarray, out: np.ndarray) -> None:
        n = len(self._feature_names)
        for lead, template in enumerate(self.template_):
            beats = np.ascontiguousarray(waveforms[:, lead].T)
            rows = self._lead_measures(beats, template)
            block = np.stack([row for _, row in rows])
            out[:, lead * n : (lead + 1) * n] = block.T

    def _lead_measures(
        self, beats: np.ndarray, template: np.ndarray
    ) -> Iterator[tuple[str, np.ndarray]]:
        """Yield name and values of every feature of one lead, `beats` (n_times, n_beats)."""
        beats = beats - self._isoelectric_level(beats)
        dt = 1000 / float(self.fs)
        times = ((np.arange(len(beats)) - self._r_index) * dt).astype(beats.dtype)
        r_amplitude = beats[self._r_index]
        yield "r_amplitude_mv", r_amplitude
        for name, (start, stop) in _WAVES.items():
            rows = self._window(start, stop)
            wave = beats[rows]
            if not len(wave):
                continue
            measures = shape_measures(wave, times[rows], dt)
            yield from _prefixed(name, measures)
            if name == "qrs":
                widths = width_measures(wave, self._r_index - rows.start, dt)
                yield from _prefixed(name, widths)
            if self.template:
                yield from _prefixed(name, template_measures(wave, template[rows]))
        st = beats[self._window(*_ST_SEGMENT)]
        if len(st):
            yield "st_level_mv", st.mean(axis=0)
        if len(st) > 1:
            yield "st_slope_mv_s", (st[-1] - st[0]) * (1000 / (dt * (len(st) - 1)))
        t = beats[self._window(*_WAVES["t"])]
        if len(t):
            yield "t_over_r_amplitude", ratio(np.abs(t).max(axis=0), np.abs(r_amplitude))
        yield from _prefixed("beat", moment_measures(beats))

    def _isoelectric_level(self, beats: np.ndarray) -> np.ndarray:
        segment = beats[self._window(*_PR_SEGMENT)]
        return exact_mean(segment if len(segment) else beats)

    def _window(self, start: float, stop: float) -> slice:
        return window(start, stop, self._r_index, float(self.fs), self.layout_.n_times)


def _prefixed(prefix: str, measures: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    return ((f"{prefix}_{name}", values) for name, values in measures)
