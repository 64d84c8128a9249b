"""The filters for beats, applied to a whole recording."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from heartbeat._checks import check_number
from heartbeat._shown import shown
from heartbeat.preprocessing._bandpass import BandpassFilter
from heartbeat.preprocessing._base import BeatTransformer
from heartbeat.recording import Recording

_SHORT_GAP = 0.05  # s
_LEVEL = 0.6  # s: long enough that a QRS complex does not reach the median


def clean(
    recording: Recording,
    steps: BeatTransformer | Sequence[BeatTransformer] | None = None,
    *,
    beats: Any = None,
    block: float = 60.0,
) -> Recording:
    """Filter a whole recording: remove baseline wander, noise and mains interference.

    Filter recordings rather than beats where you can: a filter that runs over the whole signal has
    no errors at the ends of the beats.

    Parameters
    ----------
    recording : Recording
        Recording with its signal in mV; NaN marks invalid samples. It is not changed.
    steps : transformer or sequence of transformers, default=None
        Filters in the order in which they are applied: instances of :class:`BaselineRemover`,
        :class:`BandpassFilter` and :class:`NotchFilter`. They need not be fitted, and the sampling
        rate of the recording replaces their `fs`. None applies a band-pass filter from 0.5 to
        40 Hz.
    beats : array-like of int, default=None
        R peaks in samples of the recording, for ``BaselineRemover(method="spline")``. None takes
        the annotated beats or, in a recording without annotations, detected beats.
    block : float, default=60.0
        Length of signal that is filtered at a time, in s. Choose a smaller value to use less
        memory; the result is the same.

    Returns
    -------
    Recording
        Copy of the recording with the filtered signal, float32.

    Raises
    ------
    TypeError
        If a step cannot filter recordings.

    See Also
    --------
    heartbeat.segmentation.segment_beats : Cuts a recording into beats.

    Notes
    -----
    Gaps (NaN) are filled by straight lines before the signal is filtered and are NaN again in the
    result. A line joins the medians of the 0.6 s on either side, or, across a gap of at most
    0.05 s, the neighbouring samples. Within about 1 s of a gap the baseline is less exact. A lead
    without any valid sample remains NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from heartbeat.preprocessing import NotchFilter, clean
    >>> from heartbeat.recording import Recording
    >>> t = np.arange(3600) / 360
    >>> hum = np.sin(2 * np.pi * 60 * t)[:, np.newaxis]
    >>> recording = Recording(signal=hum.astype(np.float32), fs=360.0, leads=("MLII",))
    >>> cleaned = clean(recording, NotchFilter(60))
    >>> bool(np.abs(cleaned.signal[720:-720]).max() < 0.01)
    True
    """
    steps = BandpassFilter() if steps is None else steps
    steps = [steps] if isinstance(steps, BeatTransformer) else list(steps)
    for step in steps:
        if not hasattr(step, "_filter_signal"):
            raise TypeError(
                "steps must be instances of BaselineRemover, BandpassFilter or NotchFilter, "
                f"got {shown(step)}."
            )
    n_block = max(int(check_number("block", block, above=0) * recording.fs), 1)

    @cache
    def r_samples() -> np.ndarray:
        return _r_samples(recording, beats)

    gaps = np.isnan(recording.signal)
    has_gaps = gaps.any()
    signal = _bridge(recording.signal, gaps, recording.fs) if has_gaps else recording.signal
    for step in steps:
        signal = step._filter_signal(signal, recording.fs, n_block, r_samples)
    if has_gaps:
        signal = np.where(gaps, np.float32(np.nan), signal)
    return replace(recording, signal=signal)


def _r_samples(recording: Recording, beats: Any) -> np.ndarray:
    if beats is not None:
        return np.asarray(beats, dtype=np.int64)
    if recording.annotations is not None:
        return recording.annotations.beats().sample
    # The detector takes long to import, and most calls need none.
    from heartbeat.detection import detect_beats

    return detect_beats(recording)


def _bridge(signal: np.ndarray, gaps: np.ndarray, fs: float) -> np.ndarray:
    """Return the signal with gaps filled by straight lines, or by a constant at its ends."""
    n_short, n_level = int(_SHORT_GAP * fs), max(int(_LEVEL * fs), 1)
    bridged = signal.copy()
    for lead, missing in enumerate(gaps.T):
        edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
        for start, stop in edges.reshape(-1, 2):
            # An edge may lie on a QRS complex, so that one sample is no measure of the level there.
            n_near = 1 if stop - start <= n_short else n_level
            before = signal[max(start - n_near, 0) : start, lead]
            after = signal[stop : stop + n_near, lead]
            levels = [np.nanmedian(near) for near in (before, after) if len(near)] or [0.0]
            line = np.linspace(levels[0], levels[-1], stop - start + 2)
            bridged[start:stop, lead] = line[1:-1]
    return bridged
