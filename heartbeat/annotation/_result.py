"""The result of labelling a recording: `AnnotatedRecording`."""

from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heartbeat._files import expanded
from heartbeat.annotation._save import check_target, rounded, write_csv, write_json
from heartbeat.annotation._summary import AnnotationSummary, summarize
from heartbeat.recording import Annotations, Recording, write_annotations

__all__ = ["AnnotatedRecording"]

# Subtype of a noise mark that tells EC57 programs that both signals are unreadable.
_UNREADABLE, _READABLE = 0x33, 0


@dataclass(frozen=True, eq=False, repr=False)
class AnnotatedRecording:
    """Labelled beats and unreadable stretches of a recording.

    `BeatAnnotator.annotate` returns it. Printing it shows a summary; `save` writes the labels to a
    file, `report` an HTML page.

    Attributes
    ----------
    name : str
        Name of the recording.
    fs : float
        Sampling rate in Hz, to which all sample positions refer.
    n_samples : int
        Length in samples.
    lead : str
        Lead that was labelled; several are joined by ``+``.
    beats : DataFrame
        One row per beat, in order of time, with the columns

        - ``sample``, ``time_s``: position of the R peak in samples and in seconds;
        - ``symbol``, ``label``: WFDB symbol and AAMI class, ``""`` for unreadable beats;
        - ``p_N``, ``p_S``, ...: probability of each class, if the classifier gives probabilities;
        - ``rr_s``: RR interval to the previous beat in seconds; NaN for the first beat and after
          an unreadable stretch;
        - ``quality``: signal quality from 0 to 1;
        - ``readable``: whether the beat could be classified.
    unreadable : DataFrame
        One row per unreadable stretch: ``start`` and ``stop`` in samples (`stop` is exclusive) and
        ``reason``, see `heartbeat.quality.SignalQuality`.
    notes : tuple of str
        Remarks to read before using the labels, for example that the lead is not the one that the
        classifier was trained on.
    provenance : dict
        How the labels were made: classifier, lead, segmentation and version of the package.
    recording : Recording or None
        The recording, if it was in memory.
    reference : Annotations or None
        Annotations that came with the recording.
    path : Path or None
        File that the recording was read from.

    See Also
    --------
    BeatAnnotator : Labels a recording.
    AnnotationSummary : Counts, runs, heart rate and pauses of a labelled recording.

    Examples
    --------
    >>> from heartbeat.annotation import BeatAnnotator
    >>> from heartbeat.datasets import load_sample_recording
    >>> annotated = BeatAnnotator().annotate(load_sample_recording())
    >>> annotated.lead, annotated.beats.columns[:4].tolist()
    ('MLII', ['sample', 'time_s', 'symbol', 'label'])
    """

    name: str
    fs: float
    n_samples: int
    lead: str
    beats: pd.DataFrame
    unreadable: pd.DataFrame
    notes: tuple[str, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)
    recording: Recording | None = None
    reference: Annotations | None = None
    path: Path | None = None

    @property
    def duration(self) -> float:
        """Length of the recording in seconds."""
        return self.n_samples / self.fs

    @cached_property
    def annotations(self) -> Annotations:
        """Readable beats, and noise marks (``~``) at both ends of each unreadable stretch.

        `heartbeat.metrics.compare_beats` and the WFDB programs ignore beats between such marks.
        """
        beats = self.beats[self.beats["readable"]]
        edges = self.unreadable[["start", "stop"]].to_numpy(dtype=np.int64)
        # Between two adjacent stretches nothing is readable, so no mark is needed.
        ends = edges[:, 1][~np.isin(edges[:, 1], edges[:, 0]) & (edges[:, 1] < self.n_samples)]
        begins = edges[:, 0][~np.isin(edges[:, 0], edges[:, 1])]
        sample = np.concatenate([beats["sample"].to_numpy(dtype=np.int64), begins, ends])
        n_marks = len(begins) + len(ends)
        symbol = np.concatenate([beats["symbol"].to_numpy(dtype=str), np.full(n_marks, "~")])
        subtype = np.zeros(len(sample), dtype=np.int64)
        subtype[len(beats) : len(beats) + len(begins)] = _UNREADABLE
        order = np.argsort(sample, kind="stable")
        return Annotations(sample[order], symbol[order], subtype=subtype[order])

    def summary(self) -> AnnotationSummary:
        """Return counts and burden by class, couplets, runs, heart rate, pauses and notes."""
        seconds = (self.unreadable["stop"] - self.unreadable["start"]) / self.fs
        reasons = seconds.groupby(self.unreadable["reason"]).sum().sort_values(ascending=False)
        return summarize(
            self.name,
            self.duration,
            self.beats["label"].to_numpy(dtype=str),
            self.beats["time_s"].to_numpy(),
            self.beats["rr_s"].to_numpy(),
            seconds.sum(),
            self.notes,
            lead=self.lead,
            reasons={str(reason): float(length) for reason, length in reasons.items()},
        )

    def save(
        self, path: str | PathLike, format: str | None = None, *, overwrite: bool = False
    ) -> Path:
        """Write the labels to a file.

        A file is never left half-written: if writing fails, there is no new file.

        Parameters
        ----------
        path : path-like
            File to write. WFDB annotations are named after their record, ``night.hb`` for the
            record ``night``.
        format : {"wfdb", "csv", "json"}, optional
            ``"wfdb"`` writes an annotation file for WFDB software, ``"csv"`` the table `beats`, and
            ``"json"`` beats, unreadable stretches, summary and provenance. By default the suffix
            decides: ``.csv``, ``.json``, or WFDB for any other.
        overwrite : bool, default=False
            Whether to replace an existing file.

        Returns
        -------
        Path
            File that was written.

        Raises
        ------
        FileExistsError
            If the file exists and `overwrite` is False.
        ValueError
            If the format is unknown, or the path has no suffix (WFDB format) or the suffix of a
            signal file.
        """
        path = expanded(path)
        format = check_target(path, format, overwrite=overwrite)
        if format == "csv":
            return write_csv(self.beats, path)
        if format == "json":
            return write_json(self._document(), path)
        return write_annotations(
            path.with_suffix(""), self.annotations, path.suffix[1:], fs=self.fs
        )

    def _document(self) -> dict[str, Any]:
        """Return what the JSON file holds."""
        beats = rounded(self.beats).astype(object)
        return {
            "recording": self.name,
            "fs": self.fs,
            "n_samples": self.n_samples,
            "lead": self.lead,
            "summary": self.summary().to_dict(),
            "unreadable": self.unreadable.to_dict("records"),
            "beats": beats.where(beats.notna(), None).to_dict("list"),
            "provenance": self.provenance,
        }

    def report(self, path: str | PathLike) -> Path:
        """Write a report with summary, charts and ECG strips to one HTML file.

        The file can be opened without a network connection and prints to scale on A4. Needs the
        extra ``browser``.

        Parameters
        ----------
        path : path-like
            File to write, ``NAME.html``. An existing file is replaced.

        Returns
        -------
        Path
            File that was written.

        Raises
        ------
        ImportError
            If jinja2 or matplotlib is not installed.

        See Also
        --------
        heartbeat.browser.write_report : Write the report for any annotated recording.
        heartbeat.browser.serve_review : View and correct the beats in a browser.
        """
        from heartbeat.browser import write_report

        return write_report(self, path)

    def __repr__(self) -> str:
        labels = self.beats["label"]
        counts = labels[labels != ""].value_counts()
        listed = ", ".join(f"{letter} {n}" for letter, n in counts.items()) or "none"
        return f"AnnotatedRecording({self.name!r}: lead {self.lead}; beats: {listed})"

    def __str__(self) -> str:
        return str(self.summary())

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()
