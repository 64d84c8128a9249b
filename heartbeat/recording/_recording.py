"""An ECG recording in memory: `Recording`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from heartbeat._shown import clock, shown
from heartbeat.recording._annotations import Annotations
from heartbeat.recording._lead_names import find_lead
from heartbeat.recording._resample import resample_leads

__all__ = ["Recording", "check_fs"]

_MANY_LEADS = 256
"""No recording has more leads: more columns than this, and than rows, are an error."""


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """An ECG recording: one or more leads with sampling rate, lead names and annotations.

    A recording cannot be modified. Its methods return new recordings.

    Parameters
    ----------
    signal : array-like of shape (n_samples, n_leads) or (n_samples,)
        Signal of each lead in mV, stored as float32 (a float32 array is not copied). NaN marks
        invalid samples.
    fs : float
        Sampling rate in Hz.
    leads : sequence of str, optional
        Name of each lead; by default ``lead`` for a single lead, else ``lead0``, ``lead1``, ...
    name : str, default=""
        Name of the record.
    subject : str, optional
        Identifier of the person recorded, by default `name`. Give the recordings of one person the
        same subject, so that they can be kept on one side of a split.
    database : str, default=""
        Name of the database that the record belongs to.
    annotations : Annotations, optional
        Reference annotations of the recording, with positions in its samples.
    begin : datetime.datetime, optional
        Date and time of the first sample, used in displays.

    Raises
    ------
    TypeError
        If `signal` does not consist of real numbers, or `fs`, `annotations` or `begin` has a wrong
        type.
    ValueError
        If `signal` is empty, has more than two dimensions or contains infinite values; if `fs` is
        not positive and finite; if the lead names are not unique or their number differs from that
        of the leads; or if an annotation lies outside the signal.

    See Also
    --------
    read_recording : Read a recording from a file.
    heartbeat.segmentation.segment_beats : Cut a recording into a table of beats.

    Examples
    --------
    >>> signal = np.zeros((720, 2))
    >>> recording = Recording(signal, fs=360, leads=("MLII", "V5"), name="r1")
    >>> recording
    Recording('r1': MLII, V5; 360 Hz, 0:00:02; no annotations)
    >>> recording.resample(125).signal.shape
    (250, 2)
    >>> recording.crop(0.5, 1.5).duration
    1.0
    """

    signal: np.ndarray
    fs: float
    leads: tuple[str, ...] = None  # type: ignore[assignment]
    name: str = ""
    subject: str = None  # type: ignore[assignment]
    database: str = ""
    annotations: Annotations | None = None
    begin: datetime | None = None

    if TYPE_CHECKING:
        # The fields have the types above, but the constructor accepts more types.
        def __init__(
            self,
            signal: ArrayLike,
            fs: float,
            leads: Sequence[str] | None = None,
            name: str = "",
            subject: str | None = None,
            database: str = "",
            annotations: Annotations | None = None,
            begin: datetime | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        signal = _checked_signal(self.signal)
        _set(self, "signal", signal)
        _set(self, "fs", check_fs(self.fs))
        _set(self, "leads", _checked_leads(self.leads, signal.shape[1]))
        _set(self, "name", str(self.name))
        _set(self, "subject", self.name if self.subject is None else str(self.subject))
        _set(self, "database", str(self.database))
        marks = self.annotations
        if marks is not None and not isinstance(marks, Annotations):
            raise TypeError(f"annotations must be Annotations or None, got {type(marks).__name__}.")
        if self.begin is not None and not isinstance(self.begin, datetime):
            raise TypeError(f"begin must be a datetime or None, got {self.begin!r}.")
        if marks is not None and len(marks) and marks.sample[-1] >= len(signal):
            raise ValueError(
                f"an annotation is at sample {marks.sample[-1]}, but the signal has "
                f"{len(signal)} samples (0 to {len(signal) - 1}). Check that annotations and "
                f"signal have the same sampling rate, {self.fs:g} Hz."
            )

    def __repr__(self) -> str:
        leads = ", ".join(self.leads[:3]) + (
            f", ... ({self.n_leads} leads)" if self.n_leads > 3 else ""
        )
        marks = self.annotations
        marked = "no annotations" if marks is None else f"{len(marks.beats())} annotated beats"
        return (
            f"Recording({self.name!r}: {leads}; {self.fs:g} Hz, {clock(self.duration)}; {marked})"
        )

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return self.signal.shape[0]

    @property
    def n_leads(self) -> int:
        """Number of leads."""
        return self.signal.shape[1]

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.fs

    def lead(self, lead: str | int = 0) -> np.ndarray:
        """Return the signal of one lead, as a view.

        Parameters
        ----------
        lead : str or int, default=0
            Name or position of the lead. Names are matched as `find_lead` does; ``"MLII"``, for
            instance, gives lead II of a 12-lead recording.

        Returns
        -------
        ndarray of shape (n_samples,), dtype float32
            Signal in mV.

        Raises
        ------
        ValueError
            If there is no such lead.
        """
        return self.signal[:, self._position(lead)]

    def select_leads(self, leads: str | int | Sequence[str | int]) -> "Recording":
        """Return the recording with only the given leads, in the given order.

        Parameters
        ----------
        leads : str, int or sequence of them
            Names or positions of the leads. Names are matched as in `find_lead`: regardless of
            case and of a prefix such as "ECG" or "Lead", and ``"MLII"`` also finds II.

        Returns
        -------
        Recording
            Recording with these leads; their names do not change.

        Raises
        ------
        ValueError
            If a lead is missing, or several leads match a name equally well. The message lists the
            available leads.
        """
        wanted = [leads] if isinstance(leads, (str, int, np.integer)) else list(leads)
        if not wanted:
            raise ValueError(
                f"leads is empty. Name at least one of the leads of recording {self.name!r}: "
                f"{shown(list(self.leads))}."
            )
        positions = [self._position(lead) for lead in wanted]
        if positions == list(range(self.n_leads)):
            return self
        # Indexing the transpose keeps each lead contiguous in memory.
        return replace(
            self,
            signal=self.signal.T[positions].T,
            leads=tuple(self.leads[position] for position in positions),
        )

    def crop(self, start: float = 0.0, stop: float | None = None) -> "Recording":
        """Return the part of the recording from `start` to `stop`.

        The signal is a view. Annotations inside the part are kept, with positions from its first
        sample, and `begin` is adjusted.

        Parameters
        ----------
        start, stop : float
            Limits in seconds from the start of the recording, rounded to the nearest sample. `stop`
            is exclusive; by default it is the end of the recording.

        Returns
        -------
        Recording
            Part of the recording.

        Raises
        ------
        ValueError
            If the part is empty or extends beyond the recording.
        """
        stop = self.duration if stop is None else stop
        if not 0 <= start < stop:
            raise ValueError(
                f"start and stop must satisfy 0 <= start < stop, got start={start}, stop={stop} s."
            )
        first, last = round(start * self.fs), round(stop * self.fs)
        if last > self.n_samples or first == last:
            raise ValueError(
                f"the part from {start} to {stop} s is empty or extends beyond the end of the "
                f"recording, which lasts {self.duration:g} s at {self.fs:g} Hz. Choose a part "
                "inside the recording."
            )
        marks = self.annotations
        if marks is not None:
            inside = slice(*np.searchsorted(marks.sample, [first, last]))
            marks = marks[inside].at(marks.sample[inside] - first)
        begin = None if self.begin is None else self.begin + timedelta(seconds=first / self.fs)
        return replace(self, signal=self.signal[first:last], annotations=marks, begin=begin)

    def resample(self, fs: float) -> "Recording":
        """Return the recording at another sampling rate.

        Parameters
        ----------
        fs : float
            New sampling rate in Hz.

        Returns
        -------
        Recording
            Recording with ``ceil(n_samples * fs / old_fs)`` samples; the recording itself if it has
            the sampling rate `fs` already.

        Notes
        -----
        A polyphase filter without delay prevents aliasing; it halves the amplitude at half of the
        lower sampling rate. Before its start and after its end the signal is extended by its first
        and last sample. The filter works block by block, so that a recording of a day needs little
        more memory than its input and output.

        A new sample is NaN if an original sample next to its position is NaN. For the filter,
        gaps are interpolated linearly. A gap that lies entirely between two new samples is
        therefore filled. Annotations move to the nearest new sample.
        """
        fs = check_fs(fs)
        if fs == self.fs:
            return self
        signal = resample_leads(self.signal, self.fs, fs)
        marks = self.annotations
        if marks is not None:
            moved = np.rint(marks.sample * (fs / self.fs)).astype(np.int64)
            # The last original sample may lie up to half a new sample after the last new one.
            marks = marks.at(np.minimum(moved, len(signal) - 1))
        return replace(self, signal=signal, fs=fs, annotations=marks)

    def _position(self, lead: str | int) -> int:
        return find_lead(self.leads, lead, source=f"recording {self.name!r}")


def check_fs(fs: float, name: str = "fs") -> float:
    """Return a sampling rate as a float, or raise an error if it is not valid."""
    try:
        value = float(fs)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number of Hz, got {shown(fs)}.") from None
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a positive, finite number of Hz, got {shown(fs)}.")
    return value


def _set(recording: Recording, name: str, value: object) -> None:
    # A frozen dataclass may set its own fields during initialisation.
    object.__setattr__(recording, name, value)


def _checked_signal(signal: np.ndarray) -> np.ndarray:
    array = np.asarray(signal)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"signal must be an array of real numbers in mV, got dtype {array.dtype}.")
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(
            f"signal must have shape (n_samples, n_leads) with at least one sample and one lead, "
            f"got {np.shape(signal)}."
        )
    n_samples, n_leads = array.shape
    if n_leads > max(n_samples, _MANY_LEADS):
        raise ValueError(
            f"signal has shape {array.shape}, which is {n_leads} leads of {n_samples} sample(s). "
            "Samples must be in rows and leads in columns. Pass signal.T if the array is the other "
            "way round."
        )
    with np.errstate(over="ignore"):  # infinite values raise an error below
        array = array.astype(np.float32, copy=False)
    for position, lead in enumerate(array.T):
        if np.isinf(lead).any():
            raise ValueError(
                f"lead {position} holds an infinite value at sample "
                f"{np.flatnonzero(np.isinf(lead))[0]}. Mark invalid samples with NaN."
            )
    return array


def _checked_leads(leads: Sequence[str] | None, n_leads: int) -> tuple[str, ...]:
    if leads is None:
        return ("lead",) if n_leads == 1 else tuple(f"lead{i}" for i in range(n_leads))
    names = (leads,) if isinstance(leads, str) else tuple(str(lead) for lead in leads)
    if len(names) != n_leads:
        raise ValueError(
            f"signal has {n_leads} lead(s), but {len(names)} lead name(s) were given: "
            f"{shown(list(names))}. signal must have shape (n_samples, n_leads)."
        )
    if len(set(names)) != n_leads or "" in names:
        raise ValueError(f"lead names must be unique and not empty, got {shown(list(names))}.")
    return names
