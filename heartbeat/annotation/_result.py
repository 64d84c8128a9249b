"""A recording with labelled beats: the table, the annotations, the summary, the files."""

from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heartbeat.annotation._save import check_target, rounded, write_csv, write_json
from heartbeat.annotation._summary import AnnotationSummary, summarize
from heartbeat.recording import Annotations, Recording, write_annotations

__all__ = ["AnnotatedRecording"]

# In the subtype of a noise mark: both signals are unreadable, as EC57 programs read it.
_UNREADABLE, _READABLE = 0x33, 0


@dataclass(frozen=True, eq=False, repr=False)
class AnnotatedRecording:
    """Labelled beats of a recording, with what cannot be read of it.

    `BeatAnnotator` returns it. ``print`` shows a summary; `save` writes the beats to a file.

    Attributes
    ----------
    name : str
        Name of the recording.
    fs : float
        Its sampling rate in Hz; positions count its samples.
    n_samples : int
        Its length.
    lead : str
        The lead that beats were found in, or several joined by ``+``.
    beats : DataFrame
        One row a beat, in order of time: ``sample``, ``time_s``, ``symbol`` (WFDB's), ``label``
        (AAMI class, ``""`` where unreadable), ``p_N`` and so on (probability of each class, where
        the classifier has them), ``rr_s`` (seconds since the beat before; NaN for the first and
        where unreadable signal lies between), ``quality`` (0 to 1), ``readable``.
    unreadable : DataFrame
        One row a stretch that cannot be read: ``start``, ``stop`` (samples, `stop` exclusive) and
        ``reason``, see `heartbeat.quality.SignalQuality`.
    notes : tuple of str
        What the reader has to know, such as another lead than the classifier has learnt.
    provenance : dict
        What made the labels: classifier, lead, settings, version.
    recording : Recording or None
        The recording, where it was in memory.
    reference : Annotations or None
        Annotations that came with the recording.
    path : Path or None
        Where it was read from.

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
        """The readable beats and, as noise marks ``~``, where unreadable stretches begin and end.

        Programs for WFDB files, `heartbeat.metrics.compare_beats` among them, leave beats in
        stretches marked so out of account.
        """
        beats = self.beats[self.beats["readable"]]
        edges = self.unreadable[["start", "stop"]].to_numpy(dtype=np.int64)
        # Where one stretch follows another, nothing becomes readable between them.
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
        """Sum up: beats and burden by class, couplets and runs, heart rate, pauses, notes."""
        unreadable = (self.unreadable["stop"] - self.unreadable["start"]).sum() / self.fs
        return summarize(
            self.name,
            self.duration,
            self.beats["label"].to_numpy(dtype=str),
            self.beats["time_s"].to_numpy(),
            self.beats["rr_s"].to_numpy(),
            unreadable,
            self.notes,
        )

    def save(
        self, path: str | PathLike, format: str | None = None, *, overwrite: bool = False
    ) -> Path:
        """Write the labels to a file, whole or not at all.

        Parameters
        ----------
        path : path-like
            File to write. WFDB annotations are named after their record, ``night.hb`` for the
            record ``night``.
        format : {"wfdb", "csv", "json"}, optional
            ``"wfdb"``: an annotation file that PhysioNet's programs read. ``"csv"``: the table
            `beats`. ``"json"``: beats, unreadable stretches, summary and provenance. By default
            what the suffix says: ``.csv``, ``.json``, anything else WFDB.
        overwrite : bool, default=False
            Replace a file that is there.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        FileExistsError
            If the file is there and `overwrite` is False.
        ValueError
            If the format is unknown, or a WFDB file has no suffix.
        """
        path = Path(path)
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
        """Write a report as one HTML page: summary, charts, and strips on ECG paper.

        The page needs no network and can be mailed, archived, and printed to scale on A4. Needs
        the extra ``browser``.

        Parameters
        ----------
        path : path-like
            The file, ``.html``. One that is there is replaced, whole or not at all.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        ImportError
            If jinja2 or matplotlib is missing; the message names the extra.

        See Also
        --------
        heartbeat.browser.write_report : The same as a function, also for annotations of others.
        heartbeat.browser.serve_review : A page on which beats are looked at and corrected.
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
