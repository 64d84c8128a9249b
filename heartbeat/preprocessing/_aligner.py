"""Correct R peaks that are marked a few samples off."""

import numpy as np

from heartbeat._beats_table import blocks_in_cache
from heartbeat._checks import check_number, check_r_index
from heartbeat._layout import BeatLayout, n_samples
from heartbeat._shown import shown
from heartbeat.preprocessing._base import BeatTransformer


class BeatAligner(BeatTransformer):
    """Align the QRS complexes of beats whose R peaks are marked a few samples off.

    Annotations and detectors place R a few samples apart from beat to beat. `fit` computes the
    median QRS complex as the template. `transform` shifts each beat by the whole number of samples
    that gives the largest absolute correlation with the template over all leads, so that inverted
    QRS complexes are aligned as well. All leads of a beat are shifted together. The samples that
    become free at one end repeat the first or last value of the beat.

    A beat is not shifted if the best shift is `max_shift` itself, because the true maximum may then
    lie outside the range. A constant beat is not shifted either.

    Parameters
    ----------
    max_shift : float, default=0.05
        Largest shift in either direction in s. Choose about the largest error of the R peaks.
    half_width : float, default=0.1
        Time on either side of R that is compared, in s. The default covers a QRS complex.
    fs : float, default=125.0
        Sampling rate of the beats in Hz.
    before : float, default=0.5
        Time from the first sample of a beat to its R peak in s.
    n_leads, n_context : int or None, default=None
        Number of leads and of context columns in the table. None reads both from the column names
        of a DataFrame; for a plain array it means one lead and no context.

    Attributes
    ----------
    template_ : ndarray of shape (n_leads, 2 * floor(half_width * fs) + 1)
        Median QRS complex, with its mean subtracted and scaled to unit norm over all leads.
    layout_, layout_out_ : BeatLayout
        Layout of the input and of the result.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of str
        Column names seen in `fit`. Defined only if the table was a DataFrame.

    See Also
    --------
    BeatCropper : Keeps a part of each beat.
    heartbeat.detection.detect_beats : Detects R peaks.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.preprocessing import BeatAligner
    >>> at = np.array([62, 62, 62, 65])
    >>> X = np.exp(-(((np.arange(187) - at[:, np.newaxis]) / 3) ** 2))
    >>> BeatAligner().fit_transform(X).argmax(axis=1)
    array([62, 62, 62, 62])
    """

    def __init__(
        self,
        max_shift: float = 0.05,
        *,
        half_width: float = 0.1,
        fs: float = 125.0,
        before: float = 0.5,
        n_leads: int | None = None,
        n_context: int | None = None,
    ):
        self.max_shift = max_shift
        self.half_width = half_width
        self.fs = fs
        self.before = before
        self.n_leads = n_leads
        self.n_context = n_context

    def _prepare(self, X: np.ndarray) -> BeatLayout:
        self._r_index = check_r_index(self.before, self.fs, self.layout_.n_times)
        self._max_shift = n_samples(check_number("max_shift", self.max_shift, least=0), self.fs)
        half_width = n_samples(check_number("half_width", self.half_width, above=0), self.fs)
        if half_width < 1:
            raise ValueError(
                f"half_width must be at least one sample, got {shown(self.half_width)} s at "
                f"fs={self.fs!r} Hz."
            )
        self._half_width = half_width
        complexes = []
        for rows in blocks_in_cache(X):
            waveforms, _ = self.layout_.split(np.ascontiguousarray(X[rows]))
            complexes.append(_unit(self._around_r(waveforms, 0)))
        self.template_ = _unit(np.median(np.concatenate(complexes), axis=0)[np.newaxis])[0]
        return self.layout_

    def _transform_waveforms(self, waveforms: np.ndarray) -> np.ndarray:
        shifts = self._shifts(waveforms)
        n_times = waveforms.shape[-1]
        out = waveforms.copy()
        for shift in np.unique(shifts[shifts != 0]):
            moved = shifts == shift
            source = np.clip(np.arange(n_times) + shift, 0, n_times - 1)
            out[moved] = waveforms[moved][..., source]
        return out

    def _around_r(self, waveforms: np.ndarray, max_shift: int) -> np.ndarray:
        """Return the samples compared, `max_shift` more at either side, ends held if short."""
        reach = self._half_width + max_shift
        source = np.arange(self._r_index - reach, self._r_index + reach + 1)
        return waveforms[..., np.clip(source, 0, waveforms.shape[-1] - 1)]

    def _shifts(self, waveforms: np.ndarray) -> np.ndarray:
        """Return how many samples each beat's QRS complex comes too late."""
        around = self._around_r(waveforms, self._max_shift)
        around = around - around.mean(axis=-1, keepdims=True)
        n_shifts, width = 2 * self._max_shift + 1, 2 * self._half_width + 1
        # Correlation at every shift is a product with a band matrix: for the template, and, for
        # the norm of what it is compared with, for the sum and the sum of squares.
        offset = np.arange(around.shape[-1])[:, np.newaxis] - np.arange(n_shifts)
        inside = (offset >= 0) & (offset < width)
        ones = inside.astype(around.dtype)
        taps = np.where(inside, self.template_[:, np.clip(offset, 0, width - 1)], 0)
        product = np.einsum("lns->ns", around.transpose(1, 0, 2) @ taps.astype(around.dtype))
        energy = np.sum((around**2) @ ones - (around @ ones) ** 2 / width, axis=1)
        enough = np.finfo(around.dtype).eps * np.max(around**2, axis=(1, 2), initial=0) * width
        flat = energy <= 10 * enough[:, np.newaxis]
        match = np.where(flat, 0, np.abs(product) / np.sqrt(np.where(flat, 1, energy)))
        # Equally good shifts: the first one met, outwards from none.
        outwards = np.argsort(np.abs(np.arange(n_shifts) - self._max_shift), kind="stable")
        best = outwards[np.argmax(match[:, outwards], axis=1)] - self._max_shift
        return np.where(np.abs(best) == self._max_shift, 0, best)


def _unit(complexes: np.ndarray) -> np.ndarray:
    """Return complexes (n_beats, n_leads, n_times) without mean, of unit norm over all leads."""
    centered = complexes - complexes.mean(axis=-1, keepdims=True)
    norm = np.sqrt(np.sum(centered**2, axis=(1, 2), keepdims=True))
    return centered / np.where(norm > 0, norm, 1)
