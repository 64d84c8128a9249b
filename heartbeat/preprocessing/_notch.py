"""Zero-phase notches at the mains frequency and its harmonics."""

from typing import Any

import numpy as np
from scipy import signal

from heartbeat._checks import check_number, check_whole
from heartbeat._layout import BeatLayout
from heartbeat.preprocessing._base import BeatTransformer
from heartbeat.preprocessing._operator import LinearMap
from heartbeat.preprocessing._zero_phase import (
    check_cutoff,
    zero_phase_matrix,
    zero_phase_signal,
)


class NotchFilter(BeatTransformer):
    """Take mains hum (50 or 60 Hz and its harmonics below half the sampling rate) out of beats.

    Second-order notches run forwards and backwards. A beat is short against their ringing, and no
    continuation of a beat keeps the phase of hum that is not known. So the steady hum of a beat is
    fitted first (sines at the mains frequency and its harmonics, by least squares) and subtracted,
    and the notches take what is left. On MIT-BIH beats of 1.5 s with hum of 0.074 mV (root mean
    square) that wanders by 0.05 Hz, 0.003 mV are left; notches alone leave 0.017 mV, the fit alone
    0.007 mV. Beats without hum change by 0.001 mV. On a recording
    (:func:`~heartbeat.preprocessing.clean`) the notches need no such help.

    Parameters
    ----------
    frequency : float, default=50.0
        Mains frequency in Hz: 50 in most countries, 60 in the Americas (and in MIT-BIH).
    quality : float, default=30.0
        Frequency of a notch over its width at -3 dB in one direction; harmonics have the width of
        the first notch.
    n_harmonics : int, optional
        Number of notches, the first included; all that lie below half the sampling rate by
        default.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    n_leads, n_context : int, optional
        Leads and context columns of the table; None reads them from the column names, or means
        one lead without context.

    Attributes
    ----------
    operator_ : LinearMap
        The filter as a linear map over one lead of a beat.
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`, where the table was a DataFrame.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.preprocessing import NotchFilter
    >>> t = np.arange(540) / 360
    >>> hum = 0.1 * np.sin(2 * np.pi * 60 * t) + 0.05 * np.sin(2 * np.pi * 120 * t)
    >>> left = NotchFilter(60, fs=360).fit_transform(hum[np.newaxis])[0]
    >>> bool(np.abs(left[180:360]).max() < 0.005)
    True
    """

    def __init__(
        self,
        frequency: float = 50.0,
        *,
        quality: float = 30.0,
        n_harmonics: int | None = None,
        fs: float = 125.0,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.frequency = frequency
        self.quality = quality
        self.n_harmonics = n_harmonics
        self.fs = fs
        self.n_leads = n_leads
        self.n_context = n_context

    def _notches(self, fs: float) -> np.ndarray:
        frequency = check_cutoff("frequency", self.frequency, fs)
        notches = np.arange(frequency, fs / 2 * (1 - 1e-9), frequency)
        if self.n_harmonics is not None:
            notches = notches[: check_whole("n_harmonics", self.n_harmonics)]
        return notches

    def _sections(self, fs: float) -> np.ndarray:
        notches = self._notches(fs)
        width = notches[0] / check_number("quality", self.quality, above=0)
        return np.vstack(
            [signal.tf2sos(*signal.iirnotch(notch, notch / width, fs=fs)) for notch in notches]
        )

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        fs = check_number("fs", self.fs, above=0)
        n_times = self.layout_.n_times
        steady = _steady_hum_matrix(self._notches(fs), n_times, fs)
        notched = zero_phase_matrix(self._sections(fs), n_times)
        self.operator_ = LinearMap((np.eye(n_times) - steady) @ notched)
        return self.layout_

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        return self.operator_(waveforms)

    def _filter_signal(self, x: np.ndarray, fs: float, n_block: int, beats: Any) -> np.ndarray:
        return zero_phase_signal(self._sections(fs), x, n_block)


def _steady_hum_matrix(frequencies: np.ndarray, n_times: int, fs: float) -> np.ndarray:
    """Return the matrix that turns a beat into the sines that fit it best, beside a constant."""
    phase = 2 * np.pi * np.outer(np.arange(n_times) / fs, frequencies)
    basis = np.hstack([np.cos(phase), np.sin(phase), np.ones((n_times, 1))])
    coefficients = np.linalg.pinv(basis)
    return (basis[:, :-1] @ coefficients[:-1]).T
