"""Signal quality: readable and unreadable stretches of a lead, and a score for each beat."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import firwin, oaconvolve

from heartbeat.detection import detect_beats
from heartbeat.recording._recording import check_fs
from heartbeat.recording._resample import bridge_gaps

__all__ = ["CELL_S", "REACH_S", "SignalQuality", "assess_quality", "quality_measures"]

CELL_S = 2.0
"""Length of a cell in s. The signal is judged cell by cell."""

REACH_S = 28.0
"""The judgement of a sample depends on the signal up to this many seconds away."""

# Each cell is judged by a window of this many cells around it.
_CELLS = 5
# A readable stretch of fewer cells between two unreadable ones is called unreadable.
_FEWEST_READABLE = 5

# Each QRS complex is compared with this many on either side, at most this many seconds away.
_NEIGHBOURS, _WITHIN_S, _ALIKE = 10, 12.0, 0.8
_QRS_BAND, _QRS_PART = (5.0, 30.0), (-0.1, 0.12)
# Bands in Hz: baseline wander and slow waves; ECG; muscle noise; mains interference.
_BANDS = {"slow": (0.5, 3.0), "ecg": (3.0, 20.0), "fast": (20.0, 45.0), "mains": (45.0, 65.0)}

# A cell is quiet if it contains no beat and its window hardly any, several beats are less than 12 s
# away, and its root mean square at 5-30 Hz is below this share of their R peaks.
_FEW_BEATS, _BEATS_NEAR, _BEATS_WITHIN_S, _QUIET = 2, 3, 12.0, 0.1

# A constant signal for this many seconds is a flat lead, or saturation at an end of the range.
_FLAT_S, _SATURATED_S, _SATURATED_SHARE = 1.0, 0.1, 0.1
_BRIDGED_S = 0.2

REASONS = ("", "missing", "flat", "saturated", "motion", "noise", "mains")
MISSING, FLAT, SATURATED, MOTION, NOISE, MAINS = range(1, 7)

MEASURES = (
    "kurtosis", "quiet_between_beats", "spread", "slow_power", "fast_power", "likeness", "unlike",
)  # fmt: skip
_CENTRE = np.array([2.590, -3.104, -1.275, -0.980, -2.601, 0.9810, 0.0469])
_SCALE = np.array([0.3926, 0.5514, 0.3494, 1.0719, 1.3027, 0.06064, 0.14606])
_WEIGHT = np.array([-0.844, 0.457, 0.358, 2.581, -0.548, -1.296, 0.320])
_THRESHOLD = 9.11
"""Logistic regression, fitted by ``benchmarks/signal_quality.py --choose``."""


@dataclass(frozen=True, eq=False)
class SignalQuality:
    """Unreadable stretches of a lead with their reasons, and the quality at each beat.

    `assess_quality` returns it.

    Attributes
    ----------
    stretches : ndarray of shape (n_stretches, 2), dtype int64
        Start and stop (exclusive) of each unreadable stretch in samples, in order.
    reasons : tuple of str, of length n_stretches
        Reason for each stretch: ``"missing"``, ``"flat"``, ``"saturated"``, ``"motion"`` (large
        slow waves), ``"noise"`` (muscle noise and other noise) or ``"mains"`` (mains
        interference).
    score : ndarray of shape (n_beats,), dtype float32
        Quality at each beat, from 0 to 1; readable beats have at least 0.5.
    readable : ndarray of shape (n_beats,), dtype bool
        Whether the beat lies outside the unreadable stretches.
    n_samples : int
        Length of the lead in samples.

    See Also
    --------
    assess_quality : Find the unreadable stretches of a lead.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.quality import assess_quality
    >>> quality = assess_quality(np.zeros(3600), fs=360)
    >>> quality.reasons, quality.unreadable_share
    (('flat',), 1.0)
    """

    stretches: np.ndarray
    reasons: tuple[str, ...]
    score: np.ndarray
    readable: np.ndarray
    n_samples: int

    @property
    def unreadable_share(self) -> float:
        """Fraction of the lead that is unreadable, from 0 to 1."""
        return float(np.diff(self.stretches, axis=1).sum() / self.n_samples)


def assess_quality(signal: np.ndarray, fs: float, beats: np.ndarray | None = None) -> SignalQuality:
    """Find the stretches of a lead that are too noisy to be read, and score each beat.

    Each interval of two seconds is judged by the ten seconds around it: by how similar the QRS
    complexes are, by the signal between them, and by the power of slow waves and fast noise
    relative to that of the ECG. An interval without beats is readable if its signal is low compared
    with the R peaks around it, as in a pause. The result does not depend on the gain, offset or
    polarity of the lead, nor on signal further away than 28 s.

    Parameters
    ----------
    signal : array-like of shape (n_samples,)
        Samples of one lead in any unit; NaN marks missing samples.
    fs : float
        Sampling rate in Hz, at least 100.
    beats : array-like of int, optional
        R peaks in samples, in order. By default they are found with
        `heartbeat.detection.detect_beats`.

    Returns
    -------
    SignalQuality
        Unreadable stretches with their reasons, and the quality at each beat.

    Raises
    ------
    ValueError
        If the signal is not 1-D, is empty, or has a sampling rate below 100 Hz.

    See Also
    --------
    heartbeat.annotation.BeatAnnotator : Label the readable beats of a recording.
    heartbeat.detection.detect_beats : Detect the R peaks.

    Notes
    -----
    Noise is recognised by a logistic regression on seven measures. It was fitted to tell the first
    halves of the noise records of nstdb (``bw``, ``em`` and ``ma``, which contain no ECG) from the
    first leads of DS1 of mitdb and of svdb. Its threshold calls at most 0.2 % of the reference
    beats of these leads unreadable. ``benchmarks/signal_quality.py`` evaluates it on the second
    halves of the noise records and on DS2.

    Examples
    --------
    >>> from heartbeat.datasets import load_sample_recording
    >>> from heartbeat.quality import assess_quality
    >>> recording = load_sample_recording()
    >>> lead = recording.lead("MLII").copy()
    >>> lead[36_000:54_000] = np.nan  # 50 s that are missing
    >>> quality = assess_quality(lead, recording.fs)
    >>> quality.stretches.tolist(), quality.reasons
    ([[36000, 54000]], ('missing',))
    """
    signal = np.asarray(signal, dtype=np.float32)
    fs = check_fs(fs)
    if signal.ndim != 1 or not len(signal):
        raise ValueError(
            f"signal must be one lead of shape (n_samples,), got an array of shape {signal.shape}."
        )
    if fs < 100:
        raise ValueError(
            f"fs must be at least 100 Hz, because the quality depends on frequencies up to 45 Hz, "
            f"got {fs:g}."
        )
    beats = detect_beats(signal, fs=fs) if beats is None else np.asarray(beats, dtype=np.int64)
    missing = np.isnan(signal)
    filled = _filled(signal, missing)
    cell = round(CELL_S * fs)
    n_cells = -(-len(signal) // cell)
    measures, power, quiet = _measure(filled, fs, beats)
    margin = (measures - _CENTRE) / _SCALE @ _WEIGHT - _THRESHOLD
    bad = _without_islands((margin > 0) & ~quiet)

    # A code for each sample: 0 is readable, others are positions in REASONS.
    slow, _, fast, mains = power.T
    why = np.where(slow > fast, MOTION, NOISE)
    why = np.where(mains > np.maximum(slow, fast), MAINS, why)
    code = np.repeat(np.where(bad, why, 0).astype(np.int8), cell)[: len(signal)]
    saturated, flat = _constant(filled, fs, cell, n_cells)
    gaps = [gap for gap in _runs(missing) if gap[1] - gap[0] > _BRIDGED_S * fs]
    for value, runs in ((SATURATED, saturated), (FLAT, flat), (MISSING, gaps)):
        for start, stop in runs:
            code[start:stop] = value
    stretches, reasons = _stretches(code)
    readable = code[beats] == 0
    score = 1 / (1 + np.exp(np.clip(margin[np.minimum(beats // cell, n_cells - 1)], -30, 30)))
    score = np.where(readable, np.maximum(score, 0.5), np.minimum(score, 0.499))
    return SignalQuality(stretches, reasons, score.astype(np.float32), readable, len(signal))


def quality_measures(
    signal: np.ndarray, fs: float, beats: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Measure each cell of `CELL_S` seconds by the ten seconds around it.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), dtype float32
        Finite.
    fs : float
        Sampling rate in Hz.
    beats : ndarray of shape (n_beats,), dtype int64
        R peaks.

    Returns
    -------
    measures : ndarray of shape (n_cells, 7), dtype float64
        Logarithms of the kurtosis of the signal at 5-30 Hz, of its median over its size at the R
        peaks, and of its 90th over its 99th percentile; of the power at 0.5-3 Hz and at
        20-45 Hz over that at 3-20 Hz; median over the beats of the correlation of each QRS complex
        with the third most alike of its twenty neighbours, and share of beats below 0.8.
    power : ndarray of shape (n_cells, 4)
        Power of slow waves, ECG, fast noise and mains.

    Examples
    --------
    >>> from heartbeat.datasets import make_recording
    >>> recording = make_recording(20, random_state=0)
    >>> beats = recording.annotations.beats().sample
    >>> measures, power = quality_measures(recording.lead(0), recording.fs, beats)
    >>> measures.shape, power.shape
    ((10, 7), (10, 4))
    """
    measures, power, _ = _measure(signal, fs, beats)
    return measures, power


def _measure(
    signal: np.ndarray, fs: float, beats: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `quality_measures` and which cells are quiet."""
    cell = round(CELL_S * fs)
    n_cells = -(-len(signal) // cell)
    padded = np.pad(signal, (0, n_cells * cell - len(signal)), mode="edge")
    qrs = _qrs_signal(padded, fs)
    size = np.abs(qrs)
    cells = size.reshape(n_cells, cell)
    squares = np.square(cells, dtype=np.float64)
    second, fourth = (_around(moment.mean(axis=1)) for moment in (squares, np.square(squares)))
    tiny = np.finfo(np.float32).tiny
    kurtosis = fourth / np.maximum(np.square(second), tiny)
    # About every fourth sample is enough for the percentiles.
    few = cells[:, :: max(1, round(fs / 32))]
    windows = _window(few, n_cells)
    # Sorting whole rows is much faster than numpy.partition at several positions.
    ordered = np.sort(windows, axis=1)
    median, high, top = (_quantile(ordered, share) for share in (0.5, 0.9, 0.99))
    likeness, unlike, peak = _beat_measures(qrs, fs, beats, n_cells, top)
    power = _powers(padded.reshape(n_cells, cell), fs)
    slow, ecg, fast, _ = power.T
    ecg = np.maximum(ecg, tiny)
    measures = np.column_stack(
        [
            np.log(np.maximum(kurtosis, 1)),
            np.log(median / np.maximum(peak, tiny) + 1e-6),
            np.log(high / np.maximum(top, tiny) + 1e-6),
            np.log(slow / ecg + 1e-6),
            np.log(fast / ecg + 1e-6),
            likeness,
            unlike,
        ]
    )
    return measures, power, _quiet(squares.mean(axis=1), size, beats, fs)


def _quiet(power: np.ndarray, size: np.ndarray, beats: np.ndarray, fs: float) -> np.ndarray:
    """Return which cells lie in a pause: the signal is so low that no beat can be hidden in it."""
    cell, within = round(CELL_S * fs), _BEATS_WITHIN_S * fs
    begin = np.arange(len(power)) * cell
    first, last = _window_bounds(len(power))
    starts, stops = np.searchsorted(beats, [begin - within, begin + cell + within])
    quiet = stops - starts >= _BEATS_NEAR
    quiet &= np.diff(np.searchsorted(beats, [begin, begin + cell]), axis=0)[0] == 0
    window = np.searchsorted(beats, [first * cell, (last + 1) * cell])
    quiet &= np.diff(window, axis=0)[0] <= _FEW_BEATS
    if quiet.any():
        peak = _medians(size[beats], starts[quiet], stops[quiet])
        quiet[quiet] = power[quiet] < np.square(_QUIET * peak)
    return quiet


def _filled(signal: np.ndarray, missing: np.ndarray) -> np.ndarray:
    if not missing.any():
        return signal
    return np.zeros_like(signal) if missing.all() else bridge_gaps(signal, missing)


def _qrs_signal(signal: np.ndarray, fs: float) -> np.ndarray:
    n_taps = 2 * round(0.5 * fs) + 1
    taps = firwin(n_taps, _QRS_BAND, pass_zero=False, fs=fs)
    # Without this, a few percent of a constant level would pass the filter.
    shape = np.hamming(n_taps)
    taps = (taps - shape * (taps.sum() / shape.sum())).astype(np.float32)
    half = n_taps // 2
    return oaconvolve(np.pad(signal - signal[0], half, mode="edge"), taps, mode="valid")


def _beat_measures(
    qrs: np.ndarray, fs: float, beats: np.ndarray, n_cells: int, top: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the similarity of the QRS complexes, the share of dissimilar ones, R amplitudes."""
    alike = _likeness(qrs, fs, beats)
    size = np.abs(qrs[beats])
    likeness, unlike = np.full(n_cells, -1.0), np.ones(n_cells)
    peak = top.astype(np.float64)
    cell = len(qrs) // n_cells
    first, last = _window_bounds(n_cells)
    starts = np.searchsorted(beats, first * cell)
    stops = np.searchsorted(beats, (last + 1) * cell)
    some = stops > starts
    starts, stops = starts[some], stops[some]
    n_unlike = np.concatenate([[0], np.cumsum(alike < _ALIKE)])
    likeness[some] = _medians(alike, starts, stops)
    unlike[some] = (n_unlike[stops] - n_unlike[starts]) / (stops - starts)
    peak[some] = _medians(size, starts, stops)
    return likeness, unlike, peak


def _quantile(ordered: np.ndarray, share: float) -> np.ndarray:
    """Return a quantile of each sorted row, interpolated."""
    place, rest = divmod(share * (ordered.shape[1] - 1), 1)
    below = ordered[:, int(place)]
    return below + rest * (ordered[:, min(int(place) + 1, ordered.shape[1] - 1)] - below)


def _medians(values: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Return the median of ``values[start:stop]`` for each pair, none of which is empty."""
    counts = stops - starts
    place = np.arange(counts.max(initial=1))
    rows = values[np.minimum(starts[:, np.newaxis] + place, len(values) - 1)]
    rows[place >= counts[:, np.newaxis]] = np.inf
    rows.sort(axis=1)
    row = np.arange(len(rows))
    return (rows[row, (counts - 1) // 2] + rows[row, counts // 2]) / 2


def _likeness(qrs: np.ndarray, fs: float, beats: np.ndarray) -> np.ndarray:
    """Return the third highest correlation of each beat with a neighbour; -1 if it has fewer."""
    before, after = (round(abs(edge) * fs) for edge in _QRS_PART)
    length = before + after + 1
    padded = np.pad(qrs, (before, after), mode="edge")
    complexes = sliding_window_view(padded, length)[beats].astype(np.float32)
    complexes -= complexes.mean(axis=1, keepdims=True)
    norm = np.sqrt(np.square(complexes).sum(axis=1, keepdims=True))
    complexes /= np.maximum(norm, np.finfo(np.float32).tiny)
    n = len(beats)
    alike = np.full((2 * _NEIGHBOURS, n), -1.0, dtype=np.float32)
    for k in range(1, min(_NEIGHBOURS, n - 1) + 1):
        likeness = np.einsum("ij,ij->i", complexes[:-k], complexes[k:])
        likeness[beats[k:] - beats[:-k] > _WITHIN_S * fs] = -1
        alike[k - 1, k:], alike[_NEIGHBOURS + k - 1, :-k] = likeness, likeness
    return np.partition(alike, -3, axis=0)[-3]


def _powers(cells: np.ndarray, fs: float) -> np.ndarray:
    """Return the power in each band around each cell, shape (n_cells, n_bands)."""
    shape = np.hanning(cells.shape[1]).astype(np.float32)
    spectrum = np.fft.rfft((cells - cells.mean(axis=1, keepdims=True)) * shape, axis=1)
    power = np.square(np.abs(spectrum))
    hz = np.fft.rfftfreq(cells.shape[1], 1 / fs)
    bands = [power[:, (hz >= low) & (hz < high)].sum(axis=1) for low, high in _BANDS.values()]
    return _around(np.column_stack(bands))


def _window_bounds(n_cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last cell of the window around each cell, moved inwards at the ends."""
    width = min(_CELLS, n_cells)
    first = np.clip(np.arange(n_cells) - width // 2, 0, n_cells - width)
    return first, first + width - 1


def _window(cells: np.ndarray, n_cells: int) -> np.ndarray:
    """Return the samples of the window around each cell, one row per cell."""
    first, last = _window_bounds(n_cells)
    width = last[0] - first[0] + 1
    windows = sliding_window_view(cells.reshape(-1), width * cells.shape[1])
    return windows[:: cells.shape[1]][first]


def _around(values: np.ndarray) -> np.ndarray:
    """Return the mean over the window around each cell."""
    first, last = _window_bounds(len(values))
    width = last[0] - first[0] + 1
    return sliding_window_view(values, width, axis=0)[first].mean(axis=-1)


def _without_islands(bad: np.ndarray) -> np.ndarray:
    """Mark short readable stretches between unreadable ones as unreadable."""
    bad = bad.copy()
    good = _runs(~bad)
    for start, stop in good:
        if 0 < start and stop < len(bad) and stop - start < _FEWEST_READABLE:
            bad[start:stop] = True
    return bad


def _constant(
    signal: np.ndarray, fs: float, cell: int, n_cells: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return saturated stretches (constant at an end of the range) and flat ones."""
    tolerance = 1e-6 * np.abs(signal) + np.finfo(np.float32).tiny
    still = np.abs(np.diff(signal)) <= tolerance[1:]
    flat, clipped = [], np.zeros(n_cells)
    for start, stop in _runs(still):
        if stop - start >= _FLAT_S * fs:
            flat.append((start, stop + 1))
        elif stop - start >= _SATURATED_S * fs:
            near = signal[max(start - 2 * cell, 0) : stop + 2 * cell]
            is_end = min(near.max() - signal[start], signal[start] - near.min()) <= tolerance[start]
            clipped[start // cell] += is_end * (stop - start)
    saturated = [
        (start * cell, min(stop * cell, len(signal)))
        for start, stop in _runs(clipped > _SATURATED_SHARE * cell)
    ]
    return saturated, flat


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _stretches(code: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the unreadable stretches, each of one reason, and their reasons."""
    starts = np.flatnonzero(np.diff(code, prepend=code[0] + 1))
    stops = np.append(starts[1:], len(code))
    bad = code[starts] != 0
    stretches = np.column_stack([starts, stops])[bad].astype(np.int64)
    return stretches, tuple(REASONS[value] for value in code[starts[bad]])
