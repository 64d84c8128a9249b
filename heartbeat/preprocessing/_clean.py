"""The filters for beats, applied to a whole recording."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from heartbeat.preprocessing._bandpass import BandpassFilter
from heartbeat.preprocessing._base import BeatTransformer, check_number
from heartbeat.recording import Recording


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
    A gap (NaN) is bridged by the straight line between its neighbours, the filters run over the
    bridge, and the gap is NaN again in the result: no ringing starts at its edges as long as the
    signal is about as high behind it as before it. A lead without any valid sample stays so.

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
                f"got {step!r}."
            )
    n_block = max(int(check_number("block", block, above=0) * recording.fs), 1)

    @cache
    def r_samples() -> np.ndarray:
        return _r_samples(recording, beats)

    gaps = np.isnan(recording.signal)
    has_gaps = gaps.any()
    signal = _bridge(recording.signal, gaps) if has_gaps else recording.signal
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
    from heartbeat.detection import detect_beats

    return detect_beats(recording)


def _bridge(signal: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Return the signal with straight lines over its gaps, held values at its ends."""
    bridged = signal.copy()
    for lead in np.flatnonzero(gaps.any(axis=0)):
        missing = gaps[:, lead]
        known = np.flatnonzero(~missing)
        if len(known):
            at = np.flatnonzero(missing)
            bridged[at, lead] = np.interp(at, known, signal[known, lead])
        else:
            bridged[:, lead] = 0
    return bridged
