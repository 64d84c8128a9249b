"""Comparison of heart rates, as EC57 requires."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from heartbeat._shown import shown
from heartbeat.metrics._marks import Side, read_side
from heartbeat.metrics._period import check_limits

__all__ = ["HeartRateComparison", "compare_heart_rates"]


@dataclass(frozen=True)
class HeartRateComparison:
    """Difference between the heart rates measured from two sets of annotations.

    `compare_heart_rates` returns it.

    Attributes
    ----------
    n_measurements : int
        Measurements of the test that were compared.
    mean_rate : float
        Mean of the reference measurements that they were compared with, in beats per minute.
    rms_error : float
        Root mean square difference, in beats per minute.
    record : str, default=""
        Name of the recording.

    Examples
    --------
    >>> from heartbeat.metrics import HeartRateComparison
    >>> HeartRateComparison(n_measurements=50, mean_rate=60.0, rms_error=1.5).error
    0.025
    """

    n_measurements: int
    mean_rate: float
    rms_error: float
    record: str = ""

    @property
    def error(self) -> float:
        """The RMS difference as a fraction of the mean rate, as the standard asks for."""
        return self.rms_error / self.mean_rate


def compare_heart_rates(
    reference: Any,
    test: Any,
    *,
    fs: float,
    n_intervals: int = 8,
    window: float = 0.15,
    start: float = 300.0,
    stop: float | None = None,
    convention: str = "ec57",
    record: str = "",
) -> HeartRateComparison:
    """Compare heart rates measured from two sets of annotations (ANSI/AAMI EC57).

    The standard leaves it to the evaluator how the heart rate is measured, but wants it stated.
    Here, at every beat of whatever class: `n_intervals` RR intervals, the last of which ends with
    this beat, divided by the time that they take. Both sides are measured alike.

    Parameters
    ----------
    reference, test : Annotations
        As for `compare_beats`.
    fs : float
        Sampling rate of the positions of both, in Hz.
    n_intervals : int, default=8
        RR intervals of a measurement.
    window : float, default=0.15
        Time, in s, that an unreadable stretch keeps clear of the beats around its mark, see
        `compare_beats`.
    start : float, default=300.0
        Measurements before this time, in s, are left out.
    stop : float, default=None
        Measurements after this time, in s, are left out.
    convention : {"ec57", "literature"}, default="ec57"
        As for `compare_beats`; beats of every class count alike.
    record : str, default=""
        Name of the recording.

    Returns
    -------
    HeartRateComparison
        The RMS difference, in beats per minute and relative to the mean of the reference.

    Raises
    ------
    TypeError
        If an input has no `sample` and `symbol`.
    ValueError
        If positions are out of order, or `fs`, `n_intervals` or the period makes no sense.

    Notes
    -----
    As the program ``mxm`` of the WFDB Software Package has it [1]_, every measurement of the test
    is compared with the reference measurement nearest in time; of two equally near, the later. So
    a stretch without measurements of the test is no error here; the beats missed there are in
    `compare_beats`. No measurement reaches over flutter or an unreadable stretch of its own side.

    References
    ----------
    .. [1] G. B. Moody, manual page of ``mxm``, WFDB Applications Guide.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> reference = SimpleNamespace(sample=range(0, 3600, 300), symbol=["N"] * 12)
    >>> test = SimpleNamespace(sample=range(0, 3600, 360), symbol=["N"] * 10)
    >>> comparison = compare_heart_rates(reference, test, fs=360, start=0)
    >>> round(comparison.mean_rate), round(comparison.rms_error)
    (72, 12)
    >>> round(comparison.error, 3)
    0.167
    """
    window_samples, first, end = check_limits(fs, window, start, stop)
    is_whole = isinstance(n_intervals, int | np.integer) and not isinstance(n_intervals, bool)
    if not (is_whole and n_intervals >= 1):
        raise ValueError(f"n_intervals must be an integer >= 1, got {shown(n_intervals)}.")
    sides = [read_side(reference, "reference", convention), read_side(test, "test", convention)]
    last = max(side.last for side in sides)
    times, rates = zip(
        *(_measure(side, n_intervals, fs, window_samples, first, end, last) for side in sides),
        strict=True,
    )
    if not (len(times[0]) and len(times[1])):
        return HeartRateComparison(0, float("nan"), float("nan"), str(record))
    after = np.searchsorted(times[0], times[1]).clip(1, max(len(times[0]) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(times[0]) - 1)
    is_later = times[0][after] - times[1] <= times[1] - times[0][before]
    compared = rates[0][np.where(is_later, after, before)]
    return HeartRateComparison(
        n_measurements=len(compared),
        mean_rate=float(compared.mean()),
        rms_error=float(np.sqrt(np.mean((rates[1] - compared) ** 2))),
        record=str(record),
    )


def _measure(
    side: Side, n_intervals: int, fs: float, window: int, first: int, end: int, last: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return times (samples) and rates (beats per minute) of the measurements of one side."""
    begin, stop = side.beat[:-n_intervals], side.beat[n_intervals:]
    breaks = np.sort(np.concatenate([side.flutter[:, 0], side.unreadable(window, last)[:, 0]]))
    unbroken = np.searchsorted(breaks, begin) == np.searchsorted(breaks, stop)
    kept = unbroken & (stop >= first) & (stop < end) & (stop > begin)
    return stop[kept], 60 * fs * n_intervals / (stop[kept] - begin[kept])
