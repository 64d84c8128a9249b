"""The layout of the Kaggle heartbeat files (Kachuee, Fazeli and Sarrafzadeh, 2018).

The paper describes it as follows. The signal is divided into windows of ten seconds. T is the
median RR interval of a window. A beat consists of the 1.2 T after its R peak, at 125 Hz, scaled to
[0, 1] and padded with zeros to a fixed length.

A comparison of the published rows with the database shows more. They begin within three samples of
a reference annotation, on lead MLII. Each row is x / d with integers x and d, so that the resampled
signal was rounded to ADC units (200 per mV) before it was scaled. Linear resampling comes close to
them. It is not known which resampler was used, where the windows begin, which detector shifted the
rows by a few samples, and which 48 of the 109,494 beats are missing. Beats segmented here are
therefore similar to the published rows, not equal to them.
"""

import numpy as np

from heartbeat.segmentation._signal import cut

__all__ = ["KAGGLE_FS", "KAGGLE_LENGTH", "crop_lengths", "cut_kaggle", "to_adc_units"]

KAGGLE_FS = 125.0
KAGGLE_LENGTH = 187
_WINDOW_S = 10.0
_CROP = 1.2
_UNITS_PER_MV = 200


def to_adc_units(signal: np.ndarray) -> np.ndarray:
    """Round a signal in mV to the ADC units of the database."""
    return np.rint(signal * _UNITS_PER_MV) / np.float32(_UNITS_PER_MV)


def crop_lengths(times: np.ndarray) -> np.ndarray:
    """Return the number of samples to keep of each beat: 1.2 median RR intervals of its window.

    For a window with fewer than two beats the median of the whole recording is used, and the beat
    of a recording with one beat is kept as a whole.

    Parameters
    ----------
    times : ndarray of shape (n_beats,)
        R peaks in seconds, in order.

    Returns
    -------
    ndarray of shape (n_beats,), dtype int
        At most `KAGGLE_LENGTH`, at least 1.
    """
    if len(times) < 2:
        return np.full(len(times), KAGGLE_LENGTH)
    window = (times // _WINDOW_S).astype(np.int64)
    inside = window[:-1] == window[1:]
    rr = np.diff(times)
    median = np.full(window[-1] + 1, np.median(rr))
    # Sorted by window, then by length, the middle entry of each window is its median.
    order = np.lexsort((rr[inside], window[:-1][inside]))
    of_window, first, count = np.unique(
        window[:-1][inside][order], return_index=True, return_counts=True
    )
    rr = rr[inside][order]
    median[of_window] = (rr[first + (count - 1) // 2] + rr[first + count // 2]) / 2
    lengths = np.rint(_CROP * median[window] * KAGGLE_FS).astype(np.int64)
    return np.clip(lengths, 1, KAGGLE_LENGTH)


def cut_kaggle(
    signal: np.ndarray, r: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Cut, scale and pad beats.

    Parameters
    ----------
    signal : ndarray of shape (n_leads, n_samples)
        At 125 Hz.
    r : ndarray of shape (n_beats,), dtype int
        R peaks, in samples of `signal`.
    lengths : ndarray of shape (n_beats,), dtype int
        Samples to keep of each.

    Returns
    -------
    beats : ndarray of shape (n_beats, n_leads, 187)
        Each lead of each beat from 0 to 1 (all 0 where it is constant), then zeros.
    complete : ndarray of shape (n_beats,), dtype bool
        Whether the kept stretch lies inside the signal.
    """
    beats, _ = cut(signal, r, KAGGLE_LENGTH)
    n = signal.shape[1]
    outside = np.arange(KAGGLE_LENGTH) >= np.minimum(lengths, n - r)[:, None]
    outside = np.broadcast_to(outside[:, None], beats.shape)
    low = np.where(outside, np.inf, beats).min(axis=2, keepdims=True)
    high = np.where(outside, -np.inf, beats).max(axis=2, keepdims=True)
    height = high - low
    beats = ((beats - low) / np.where(height > 0, height, 1)).astype(signal.dtype)
    beats[outside] = 0
    return beats, r + lengths <= n
