"""A recording with existing beat annotations, to report or review: `MarkedRecording`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heartbeat.annotation._summary import AnnotationSummary, summarize
from heartbeat.labels import AAMI_CLASSES, classes_of_symbols
from heartbeat.recording import Annotations, Recording

__all__ = ["MarkedRecording", "beats_table"]

_LONGEST_RR_S = 10.0
"""After this many seconds without a beat, beats may be missing."""


@dataclass(frozen=True, eq=False, repr=False)
class MarkedRecording:
    """A recording with existing beat annotations, for reports and reviews.

    Use it to report or review the beats of a WFDB annotation file in the same way as those found by
    `heartbeat.annotation.BeatAnnotator`. Create it with `from_recording`.

    Attributes
    ----------
    recording : Recording
        Recording with the signal.
    annotations : Annotations
        All annotations, including those that are not beats.
    lead : str
        Name of the lead that is shown.
    beats : DataFrame
        One row per beat: `sample`, `time_s`, `symbol`, `label` (AAMI class), `rr_s` (RR interval to
        the previous beat in seconds; NaN for the first beat and after a gap of ten seconds),
        `quality` (1) and `readable` (True).
    unreadable : DataFrame
        Empty table with the columns `start`, `stop` and `reason`.
    path : Path or None
        File that the recording was read from.
    notes : tuple of str, default=()
        Remarks to read before using the labels.

    See Also
    --------
    heartbeat.annotation.AnnotatedRecording : A recording labelled by a classifier.
    write_report : Write a report as an HTML file.
    serve_review : View and correct the beats in the browser.

    Examples
    --------
    >>> from heartbeat.browser import MarkedRecording
    >>> from heartbeat.datasets import load_sample_recording
    >>> MarkedRecording.from_recording(load_sample_recording())
    MarkedRecording('208': 509 beats; N 358, V 93, F 56, Q 2)
    """

    recording: Recording
    annotations: Annotations
    lead: str
    beats: pd.DataFrame
    unreadable: pd.DataFrame
    path: Path | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def from_recording(
        cls,
        recording: Recording,
        annotations: Annotations | None = None,
        *,
        lead: str | int = 0,
        path: Path | None = None,
    ) -> "MarkedRecording":
        """Create a marked recording from the beats in a recording's annotations.

        Parameters
        ----------
        recording : Recording
            Recording to show.
        annotations : Annotations, optional
            Annotations with the beats; by default those of the recording.
        lead : str or int, default=0
            Lead to show.
        path : Path, optional
            File that the recording was read from.

        Returns
        -------
        MarkedRecording
            Recording with the beats of the annotations.

        Raises
        ------
        ValueError
            If there are no annotations.
        """
        annotations = recording.annotations if annotations is None else annotations
        if annotations is None:
            raise ValueError(
                f"recording {recording.name!r} has no annotations. Label it with BeatAnnotator, or "
                "read it with its annotations."
            )
        marks = annotations.beats()
        # Some annotators mark a beat twice at the same sample; the first mark counts.
        marks = marks[np.unique(marks.sample, return_index=True)[1]]
        beats = beats_table(marks.sample, marks.symbol, recording.fs)
        nothing = pd.DataFrame(
            {"start": np.empty(0, np.int64), "stop": np.empty(0, np.int64), "reason": []}
        )
        name = recording.select_leads(lead).leads[0]
        return cls(recording, annotations, name, beats, nothing, path)

    @property
    def name(self) -> str:
        """Name of the recording."""
        return self.recording.name or "recording"

    @property
    def fs(self) -> float:
        """Sampling rate in Hz."""
        return self.recording.fs

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return self.recording.n_samples

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.recording.duration

    @property
    def reference(self) -> Annotations | None:
        """Annotations of the recording; None if the beats were taken from them."""
        own = self.recording.annotations
        return None if own is self.annotations else own

    def summary(self) -> AnnotationSummary:
        """Return counts and burden by class, couplets, runs, heart rate and pauses."""
        beats = self.beats
        return summarize(
            self.name,
            self.duration,
            beats["label"].to_numpy(str),
            beats["time_s"].to_numpy(),
            beats["rr_s"].to_numpy(),
            unreadable=0.0,
            lead=self.lead,
        )

    @property
    def provenance(self) -> dict[str, Any]:
        """Origin of the beats."""
        return {"beats": "annotations that came with the recording", "lead": self.lead}

    def __repr__(self) -> str:
        counts = self.beats["label"].value_counts()
        classes = ", ".join(f"{c} {counts[c]:,}" for c in AAMI_CLASSES if c in counts)
        return f"MarkedRecording({self.name!r}: {len(self.beats):,} beats; {classes})"


def beats_table(sample: np.ndarray, symbol: np.ndarray, fs: float) -> pd.DataFrame:
    """Return the table of annotated beats, all of them readable."""
    rr = np.diff(sample, prepend=np.nan) / fs if len(sample) else np.empty(0)
    return pd.DataFrame(
        {
            "sample": sample,
            "time_s": sample / fs,
            "symbol": symbol.astype(object),
            "label": classes_of_symbols(symbol).astype(object),
            "rr_s": np.where(rr <= _LONGEST_RR_S, rr, np.nan),
            "quality": np.ones(len(sample)),
            "readable": np.ones(len(sample), dtype=bool),
        }
    )
