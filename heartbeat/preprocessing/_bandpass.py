"""Zero-phase band-pass filter."""

from typing import Any

import numpy as np

from heartbeat._checks import check_number
from heartbeat._layout import BeatLayout
from heartbeat.preprocessing._base import BeatTransformer
from heartbeat.preprocessing._operator import LinearMap
from heartbeat.preprocessing._zero_phase import (
    check_cutoff,
    design,
    zero_phase_matrix,
    zero_phase_signal,
)


class BandpassFilter(BeatTransformer):
    """Band-pass filter beats with zero phase, to remove baseline wander and muscle noise.

    A Butterworth high-pass and a Butterworth low-pass filter run forwards and then backwards. The
    waves are therefore not shifted in time, and the attenuation is doubled: 6 dB at each cut-off
    frequency.

    The transient of a high-pass filter near 0.5 Hz is longer than a beat. Each beat is therefore
    extended by its mirror image at both ends before it is filtered. The outermost 0.2 s of a beat
    are nevertheless less exact than its middle. If you have the whole recording, filter it with
    :func:`~heartbeat.preprocessing.clean` before you cut the beats.

    Parameters
    ----------
    low : float or None, default=0.5
        Cut-off frequency of the high-pass filter in Hz. None applies no high-pass filter. Values
        above about 0.67 Hz distort the ST segment and the T wave [1]_.
    high : float or None, default=40.0
        Cut-off frequency of the low-pass filter in Hz, below half of `fs`. None applies no low-pass
        filter. 40 Hz is the usual bandwidth of monitors; choose 150 Hz if notches in the QRS
        complex or diagnostic amplitudes matter [1]_.
    order : int, default=2
        Order of each filter in one direction. Higher orders separate the frequencies more sharply
        and have longer transients.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    operator_ : LinearMap
        The filter as a linear map that is applied to each lead of a beat.
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    BaselineRemover : Removes baseline wander only.
    NotchFilter : Removes mains interference.
    clean : Applies the filter to a recording.

    References
    ----------
    .. [1] Kligfield et al., Recommendations for the standardization and interpretation of the
       electrocardiogram, part I, Circulation 115 (2007) 1306-1324.

    Examples
    --------
    A slow drift is removed and a wave of 10 Hz is kept:

    >>> import numpy as np
    >>> from heartbeat.preprocessing import BandpassFilter
    >>> t = np.arange(187) / 125
    >>> wave = np.sin(2 * np.pi * 10 * t)
    >>> X = (wave + 0.4 * t)[np.newaxis]
    >>> middle = slice(40, 147)
    >>> bool(np.abs(BandpassFilter().fit_transform(X)[0] - wave)[middle].max() < 0.1)
    True
    """

    def __init__(
        self,
        low: float | None = 0.5,
        high: float | None = 40.0,
        *,
        order: int = 2,
        fs: float = 125.0,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.low = low
        self.high = high
        self.order = order
        self.fs = fs
        self.n_leads = n_leads
        self.n_context = n_context

    def _sections(self, fs: Any) -> np.ndarray:
        fs = check_number("fs", fs, above=0)
        if self.low is None and self.high is None:
            raise ValueError(
                "low and high must not both be None. Set at least one cut-off frequency."
            )
        sections = []
        if self.low is not None:
            low = check_cutoff("low", self.low, fs)
            sections.append(design("highpass", low, fs, self.order))
        if self.high is not None:
            high = check_cutoff("high", self.high, fs)
            if self.low is not None and high <= low:
                raise ValueError(f"high={high:g} Hz must be above low={low:g} Hz.")
            sections.append(design("lowpass", high, fs, self.order))
        return np.vstack(sections)

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        matrix = zero_phase_matrix(self._sections(self.fs), self.layout_.n_times)
        self.operator_ = LinearMap(matrix)
        return self.layout_

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        return self.operator_(waveforms)

    def _filter_signal(self, x: np.ndarray, fs: float, n_block: int, beats: Any) -> np.ndarray:
        return zero_phase_signal(self._sections(fs), x, n_block)
