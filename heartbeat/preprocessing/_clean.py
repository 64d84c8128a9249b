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
    """Filter a recording, before beats are cut from it.

    Parameters
    ----------
    recording : Recording
        Signal in mV; NaN marks invalid samples. It is left as it is.
    steps : transformer or sequence of transformers, optional
        :class:`BaselineRemover`, :class:`BandpassFilter` and :class:`NotchFilter` instances,
        applied in their order; one band-pass from 0.5 to 40 Hz by default. They need not be
        fitted, and the recording's sampling rate stands for their `fs`.
    beats : array-like of int, optional
        R peaks in samples, for ``BaselineRemover(method="spline")``; by default the recording's
        annotated beats, or else detected ones.
    block : float, default=60.0
        Seconds filtered at a time, which bounds the memory of intermediate results. The result
        does not depend on it.

    Returns
    -------
    Recording
        The same recording with another signal, float32.

    Raises
    ------
    TypeError
        If a step cannot filter recordings.

    Notes
    -----
    A gap (NaN) is bridged by a straight line, the filters run over the bridge, and the gap is NaN
    again in the result. The line joins the medians of 0.6 s on either side, or the neighbouring
    samples where the gap is at most 0.05 s. Within about a second of a gap, baselines are less
    exact. A lead without any valid sample stays so.

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
                "clean applies BaselineRemover, BandpassFilter and NotchFilter instances, "
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
    # Only loaded by those who need it.
    from heartbeat.detection import detect_beats

    return detect_beats(recording)


def _bridge(signal: np.ndarray, gaps: np.ndarray, fs: float) -> np.ndarray:
    """Return the signal with straight lines over its gaps, held levels at its ends."""
    n_short, n_level = int(_SHORT_GAP * fs), max(int(_LEVEL * fs), 1)
    bridged = signal.copy()
    for lead, missing in enumerate(gaps.T):
        edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
        for start, stop in edges.reshape(-1, 2):
            # An edge may lie on a QRS complex, so that one sample says nothing of the level there.
            n_near = 1 if stop - start <= n_short else n_level
            before = signal[max(start - n_near, 0) : start, lead]
            after = signal[stop : stop + n_near, lead]
            levels = [np.nanmedian(near) for near in (before, after) if len(near)] or [0.0]
            line = np.linspace(levels[0], levels[-1], stop - start + 2)
            bridged[start:stop, lead] = line[1:-1]
    return bridged
