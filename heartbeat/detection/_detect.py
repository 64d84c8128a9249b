"""Detect the R peaks of a recording, in one lead or in several together: `detect_beats`."""

from collections.abc import Sequence

import numpy as np
from scipy.signal import firwin, upfirdn

from heartbeat.detection._peak import PEAK_REACH_S, move_to_peaks
from heartbeat.detection._search import SEARCH_REACH_S, search
from heartbeat.detection._selection import ROUNDS, select_strongest
from heartbeat.recording import Recording
from heartbeat.recording._recording import check_fs
from heartbeat.recording._resample import bridge_gaps

__all__ = ["REACH_S", "detect_beats", "every", "working_step"]

# Seconds. Gaps up to the first value are bridged; stretches below the second are not searched.
_BRIDGED_GAP = 0.2
_SHORTEST_STRETCH = 1.0

# Beats are searched at this rate (Hz) or up to twice this rate: every second, third, ... sample.
_WORKING_FS = 110.0
_SLOWEST_FS = 75.0
# Limits of the pass band and the stop band of the decimation filter (Hz), which removes what would
# appear below 36 Hz, and the shape of its Kaiser window (80 dB).
_PASS_HZ, _STOP_HZ, _KAISER_BETA = 34.0, 74.0, 8.0

# Number of samples at the working rate that are searched at a time, which fit in the CPU cache.
_CHUNK = 1 << 17

# Minimum distance of two beats after marks have been moved to their peaks (s).
_SHORTEST_RR = 0.2

REACH_S = float(np.ceil(SEARCH_REACH_S + PEAK_REACH_S + ROUNDS * _SHORTEST_RR + 0.2))
"""The detection of a beat may depend on this many seconds of signal before and after it."""


def detect_beats(
    recording: Recording | np.ndarray,
    lead: str | int | Sequence[str | int] = "all",
    fs: float | None = None,
) -> np.ndarray:
    """Detect the R peaks of a recording.

    It works for a lead in any unit and of either polarity. Several leads are combined, so that a
    beat is found even if one of them is noisy. Noise, too, can have peaks that look like beats; use
    `heartbeat.quality.assess_quality` to find the readable stretches.

    Parameters
    ----------
    recording : Recording or array-like of shape (n_samples,)
        Recording, or the samples of one lead in any unit. NaN marks invalid samples.
    lead : str, int or sequence of them, default="all"
        Leads of the recording to search, by name or position. ``"all"`` combines every lead; name
        one lead to exclude the others. The position of a beat is the R peak in the first lead, or,
        if the beat is not visible there, in the lead where it is most visible.
    fs : float, optional
        Sampling rate in Hz; required for an array and taken from a `Recording`. It must be at least
        75 Hz, and should be 100 Hz or more.

    Returns
    -------
    ndarray of shape (n_beats,), dtype int64
        Sample indices of the R peaks, in order and at least 0.2 s apart. An R peak is the highest
        or lowest point of the QRS complex after filtering the lead to 5-30 Hz. Scaling a lead,
        adding a constant to it or inverting it does not change the result.

    Raises
    ------
    TypeError
        If the signal does not consist of real numbers.
    ValueError
        If a lead is missing, an array is not 1-D or given without `fs`, or `fs` is too low or
        differs from the sampling rate of the recording.

    See Also
    --------
    heartbeat.quality.assess_quality : Find the unreadable stretches of a lead.
    heartbeat.metrics.compare_beats : Compare detected with reference beats as EC57 specifies.
    heartbeat.annotation.BeatAnnotator : Detect the beats of a recording and classify them.

    Notes
    -----
    Candidates are the peaks of the signal energy in the band of the QRS complex. Three logistic
    regressions select beats among them. The first compares each candidate with the eight seconds
    before and after it: with the height of other peaks, with the signal between peaks, and with
    slow (T wave) and fast (muscle noise) components. The second compares it with the beats
    selected by the first: with their distance, height and shape. The envelopes of several leads
    are each divided by their mean and averaged. The third rejects noise and P waves in pauses. It
    is used where much taller beats before and after the candidate are more than 2.2 s apart, and
    the candidate must have a higher score, the lower it is and the longer this interval. Pauses of
    up to 15 s contain hardly any false beats; in the middle of longer ones, with no beat within
    8 s, noise is still taken for beats.

    A beat depends on no signal further away than `REACH_S` (25 s). A long recording can therefore
    be searched in blocks that overlap by 25 s on either side, with the same result, if each block
    begins at a multiple of the step ``max(1, fs // 110)``, in samples. Candidates are searched at
    the sampling rate divided by this step, and the R peaks then located at the full rate.

    Invalid stretches of up to 0.2 s are interpolated linearly. Longer ones divide the lead into
    parts that are searched separately. No beat is reported inside an invalid stretch, in a part
    shorter than one second, in a constant part, or within 0.06 s of the ends of a part.

    The regressions were fitted on DS1 of mitdb and on svdb, on each lead and on both together, the
    third one also on these records with pauses of 2.5 to 15 s inserted.
    The table gives the performance on whole records, matched within 150 ms and without
    ventricular flutter. ``benchmarks/detection.py`` computes it and compares other detectors.

    ================== ======== ======== ========
    records, leads     Se       +P       V missed
    ================== ======== ======== ========
    DS2, MLII          99.97 %  99.91 %  0.03 %
    DS2, both          99.93 %  99.83 %  0.16 %
    mitdb (48), MLII   99.93 %  99.92 %  0.25 %
    mitdb (48), both   99.94 %  99.89 %  0.18 %
    svdb, first        99.95 %  99.94 %  0.38 %
    svdb, both         99.98 %  99.97 %  0.23 %
    ================== ======== ======== ========

    Examples
    --------
    >>> from heartbeat.datasets import load_sample_recording
    >>> from heartbeat.detection import detect_beats
    >>> recording = load_sample_recording()
    >>> beats = detect_beats(recording)
    >>> beats.dtype, len(beats) > 400
    (dtype('int64'), True)
    """
    leads, fs = _leads(recording, lead, fs)
    if fs < _SLOWEST_FS:
        raise ValueError(
            f"fs must be at least {_SLOWEST_FS:g} Hz, because beats are detected in a band up to "
            f"32 Hz, got {fs:g}."
        )
    missing = ~np.isfinite(leads)
    nothing = missing.all(axis=0)
    found = []
    for start, stop in _stretches(nothing, max_gap=_BRIDGED_GAP * fs):
        if stop - start >= _SHORTEST_STRETCH * fs:
            beats = _detect(leads, missing, start, stop, fs)
            found.append(beats[~nothing[beats]])
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _leads(
    recording: Recording | np.ndarray, lead: str | int | Sequence[str | int], fs: float | None
) -> tuple[np.ndarray, float]:
    """Return the leads, of shape (n_leads, n_samples), and their sampling rate."""
    if isinstance(recording, Recording):
        if fs is not None and check_fs(fs) != recording.fs:
            raise ValueError(
                f"fs={fs:g} contradicts the sampling rate of the recording, {recording.fs:g} Hz. "
                "Omit fs."
            )
        if isinstance(lead, str) and lead == "all":
            return recording.signal.T, recording.fs
        named = [lead] if isinstance(lead, str | int | np.integer) else list(lead)
        if not named:
            raise ValueError(f"lead is empty. Name at least one of {list(recording.leads)}.")
        return np.stack([recording.lead(name) for name in named]), recording.fs
    signal = np.asarray(recording)
    if signal.ndim != 1:
        raise ValueError(
            f"an array must hold one lead, of shape (n_samples,), got shape {signal.shape}. Pass "
            f"several leads as a Recording."
        )
    if fs is None:
        raise ValueError("fs is required for an array, which has no sampling rate. Give fs in Hz.")
    if signal.dtype.kind not in "fiu":
        raise TypeError(f"the signal must hold real numbers, got dtype {signal.dtype}.")
    return signal[np.newaxis], check_fs(fs)


def _stretches(missing: np.ndarray, max_gap: float) -> list[tuple[int, int]]:
    """Return start and stop of the stretches without gaps of more than `max_gap` samples."""
    valid = np.flatnonzero(np.diff(~missing, prepend=False, append=False)).reshape(-1, 2)
    if not len(valid):
        return []
    wide = valid[1:, 0] - valid[:-1, 1] > max_gap
    starts = valid[np.concatenate(([True], wide)), 0]
    stops = valid[np.concatenate((wide, [True])), 1]
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _detect(leads: np.ndarray, missing: np.ndarray, start: int, stop: int, fs: float) -> np.ndarray:
    """Return the R peaks of a stretch, chunk by chunk; the result does not depend on the chunks."""
    step = working_step(fs)
    first, last = -(-start // step), (stop - 1) // step + 1
    margin = int(np.ceil(REACH_S * fs / step))
    found = []
    for begin in range(first, last, _CHUNK):
        end = min(begin + _CHUNK, last)
        part = slice(max(begin - margin, first), min(end + margin, last))
        low = max(part.start * step, start)
        if part.start == first:
            low = start
        high = stop if part.stop == last else part.stop * step
        beats = _detect_part(leads[:, low:high], missing[:, low:high], -low % step, step, fs) + low
        in_chunk = (beats >= begin * step) & (beats < end * step)
        if begin == first:
            in_chunk |= beats < begin * step
        if end == last:
            in_chunk |= beats >= end * step
        found.append(beats[in_chunk])
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _detect_part(
    leads: np.ndarray, missing: np.ndarray, phase: int, step: int, fs: float
) -> np.ndarray:
    """Return the R peaks of a part that is searched as a whole.

    Every `step`-th sample is searched, from `phase` on.
    """
    whole, valid = leads.astype(np.float64, order="C"), None
    if missing.any():
        valid = np.ones(leads.shape, dtype=bool)
        for lead, gaps, seen in zip(whole, missing, valid, strict=True):
            _bridge(lead, gaps, seen, _BRIDGED_GAP * fs)
        valid = None if valid.all() else valid[:, phase::step]
    few = np.stack([every(lead, step, phase, fs) for lead in whole])
    found = search(few, fs / step, valid)
    marks = found.position * step + phase
    peaks = np.empty_like(marks)
    for lead in np.unique(found.lead):
        shown = found.lead == lead
        peaks[shown] = move_to_peaks(whole[lead], marks, fs)[shown]
    order = np.argsort(peaks, kind="stable")
    peaks, score = peaks[order], found.score[order]
    return peaks[select_strongest(peaks, score, _SHORTEST_RR * fs)]


def _bridge(lead: np.ndarray, gaps: np.ndarray, seen: np.ndarray, max_gap: float) -> None:
    """Fill the gaps of a lead in place; return which samples are unknown."""
    if gaps.all():
        lead[:], seen[:] = 0, False
    elif gaps.any():
        lead[:] = bridge_gaps(lead, gaps)
        edges = np.flatnonzero(np.diff(gaps, prepend=False, append=False)).reshape(-1, 2)
        for start, stop in edges.tolist():
            seen[start:stop] = stop - start <= max_gap


def working_step(fs: float) -> int:
    """Return the decimation factor at a sampling rate of `fs` Hz."""
    return max(1, int(fs // _WORKING_FS))


def every(lead: np.ndarray, step: int, phase: int, fs: float) -> np.ndarray:
    """Return every `step`-th sample from `phase` on, after an anti-aliasing filter.

    Parameters
    ----------
    lead : ndarray of shape (n_samples,), dtype float64
        Finite.
    step, phase : int
        Step and first sample.
    fs : float
        Rate of the lead in Hz.
    """
    if step == 1:
        return lead
    half = round(2.5 * fs / (_STOP_HZ - _PASS_HZ))
    taps = firwin(2 * half + 1, (_PASS_HZ + _STOP_HZ) / 2, fs=fs, window=("kaiser", _KAISER_BETA))
    # Where the filter, shifted by half its length, falls on multiples of `step`.
    ahead = half + -2 * half % step
    padded = np.pad(lead[phase:], (ahead, half), mode="reflect", reflect_type="odd")
    begin = (ahead + half) // step
    return upfirdn(taps, padded, down=step)[begin : begin + -(-(len(lead) - phase) // step)]
