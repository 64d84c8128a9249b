"""Correct the beats of a recording by hand: `Review`."""

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from heartbeat._files import expanded
from heartbeat._shown import shown
from heartbeat.browser._edits import BeatList, Edit
from heartbeat.browser._journal import Journal
from heartbeat.labels import is_beat
from heartbeat.recording import Annotations, write_annotations

__all__ = ["Review"]


class Review:
    """Correct the beats of a recording by hand, with undo and redo.

    Each edit is written to a journal on disk before it takes effect, so that nothing is lost if the
    program or the machine stops. Open a `Review` with the same recording and journal to continue.

    Parameters
    ----------
    annotated : AnnotatedRecording or MarkedRecording
        Recording with its beats. Only readable beats are reviewed.
    journal : path-like
        File to keep edits in, for example ``"night.review"``. It is created if it does not exist.

    Attributes
    ----------
    beats : BeatList
        Current beats, with `sample` and `symbol`, in order of time.

    Raises
    ------
    BlockingIOError
        If the journal is open in another review.
    ValueError
        If the journal belongs to other beats or is damaged.

    See Also
    --------
    serve_review : Correct the beats in the browser.

    Examples
    --------
    >>> import tempfile
    >>> from heartbeat.browser import MarkedRecording, Review
    >>> from heartbeat.datasets import load_sample_recording
    >>> folder = tempfile.TemporaryDirectory()
    >>> marked = MarkedRecording.from_recording(load_sample_recording())
    >>> with Review(marked, Path(folder.name) / "208.review") as review:
    ...     first = int(review.beats.sample[0])
    ...     print(review.relabel(first, "V"))
    ...     print(review.undo())
    N at 125 is V
    V at 125 is N
    >>> folder.cleanup()
    """

    def __init__(self, annotated: Any, journal: str | os.PathLike):
        self.annotated = annotated
        beats = annotated.beats[annotated.beats["readable"]]
        self.beats = BeatList(beats["sample"], beats["symbol"], annotated.n_samples)
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._saved: set[str] = set()
        self.journal = Journal(
            journal,
            {
                "recording": annotated.name,
                "fs": float(annotated.fs),
                "n_samples": int(annotated.n_samples),
                "beats": self._digest(),
            },
        )
        try:
            for entry in self.journal.entries:
                self._replay(entry)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            self.journal.close()
            raise ValueError(
                f"{self.journal.path} does not fit this recording. Move it away to start again. "
                f"The reason is: {error}"
            ) from error

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Edits that are in effect, oldest first."""
        return tuple(self._done)

    def relabel(self, sample: int, symbol: str) -> Edit | None:
        """Change the symbol of a beat.

        Parameters
        ----------
        sample : int
            R peak of the beat.
        symbol : str
            WFDB symbol of a beat, such as ``"V"``.

        Returns
        -------
        Edit or None
            What changed; None if the beat has the symbol already.
        """
        old = self._beat(sample)
        return None if old[1] == symbol else self._do(Edit((old,), ((old[0], str(symbol)),)))

    def relabel_all(self, start: int, stop: int, symbol: str) -> Edit | None:
        """Change the symbol of all beats in a part of the recording, as one edit.

        Parameters
        ----------
        start, stop : int
            Limits of the part in samples; `stop` is exclusive.
        symbol : str
            WFDB symbol of a beat, such as ``"V"``.

        Returns
        -------
        Edit or None
            What changed; None if nothing did.
        """
        first, last = np.searchsorted(self.beats.sample, [start, stop])
        old = [
            (sample, now)
            for sample, now in zip(
                self.beats.sample[first:last].tolist(), self.beats.symbol[first:last], strict=True
            )
            if now != symbol
        ]
        new = tuple((sample, str(symbol)) for sample, _ in old)
        return self._do(Edit(tuple(old), new)) if old else None

    def add(self, sample: int, symbol: str = "N") -> Edit:
        """Add a beat.

        Parameters
        ----------
        sample : int
            R peak of the beat.
        symbol : str, default="N"
            WFDB symbol of a beat.

        Returns
        -------
        Edit
            What changed.
        """
        return self._do(Edit((), ((int(sample), str(symbol)),)))

    def move(self, sample: int, to: int) -> Edit | None:
        """Move a beat to another sample.

        Parameters
        ----------
        sample : int
            R peak of the beat now.
        to : int
            Its new R peak.

        Returns
        -------
        Edit or None
            What changed; None if the beat is there already.
        """
        old = self._beat(sample)
        return None if int(to) == old[0] else self._do(Edit((old,), ((int(to), old[1]),)))

    def delete(self, sample: int) -> Edit:
        """Delete a beat.

        Parameters
        ----------
        sample : int
            R peak of the beat.

        Returns
        -------
        Edit
            What changed.
        """
        return self._do(Edit((self._beat(sample),), ()))

    def undo(self) -> Edit | None:
        """Undo the last edit and return what changed; None if there is no edit."""
        if not self._done:
            return None
        return self._journalled({"undo": True})

    def redo(self) -> Edit | None:
        """Redo the last edit that was undone; None if there is none."""
        if not self._undone:
            return None
        return self._journalled({"redo": True})

    def annotations(self) -> Annotations:
        """Return the current beats with the other annotations of the recording."""
        others = self.annotated.annotations
        others = others[~is_beat(others.symbol)]
        n_beats = len(self.beats)
        fields = [
            np.concatenate([self.beats.sample, others.sample]),
            np.concatenate([self.beats.symbol.astype(str), others.symbol]),
            *(
                np.concatenate([np.zeros(n_beats, dtype=field.dtype), field])
                for field in (others.aux, others.subtype, others.chan, others.num)
            ),
        ]
        order = np.argsort(fields[0], kind="stable")
        return Annotations(*(field[order] for field in fields))

    def save(self, record: str | os.PathLike, annotator: str = "rev") -> Path:
        """Write the annotations to a WFDB annotation file.

        Parameters
        ----------
        record : path-like
            Record that the annotations belong to, without suffix.
        annotator : str, default="rev"
            Suffix of the file.

        Returns
        -------
        Path
            File that was written.

        Raises
        ------
        FileExistsError
            If the file exists and was not saved by this review. The original annotations of a
            recording are never overwritten.
        """
        record = expanded(record)
        target = record.with_name(f"{record.name}.{annotator}")
        key = str(target.resolve())
        if target.exists() and key not in self._saved:
            raise FileExistsError(
                f"{target} was not written by this review. Choose another annotator than "
                f"{shown(annotator)}, or move the file away."
            )
        # Record it first: after a crash in between, the file still belongs to this review.
        if key not in self._saved:
            self._journalled({"saved": key})
        return write_annotations(record, self.annotations(), annotator, fs=self.annotated.fs)

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def __enter__(self) -> "Review":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _beat(self, sample: int) -> tuple[int, str]:
        index = self.beats.index_of(sample)
        return int(self.beats.sample[index]), str(self.beats.symbol[index])

    def _do(self, edit: Edit) -> Edit:
        self._journalled(edit.to_dict())
        return edit

    def _journalled(self, entry: dict[str, Any]) -> Edit | None:
        """Apply an entry and write it to the journal; revert it if it cannot be written."""
        before = (self.beats.sample, self.beats.symbol, self._done[:], self._undone[:])
        saved = set(self._saved)
        change = self._replay(entry)
        try:
            self.journal.append(entry)
        except BaseException:
            self.beats.sample, self.beats.symbol, self._done, self._undone = before
            self._saved = saved
            raise
        return change

    def _replay(self, entry: dict[str, Any]) -> Edit | None:
        if "saved" in entry:
            self._saved.add(entry["saved"])
            return None
        if "undo" in entry or "redo" in entry:
            source, target = (
                (self._done, self._undone) if "undo" in entry else (self._undone, self._done)
            )
            if not source:
                raise ValueError(f"there is nothing to {'undo' if 'undo' in entry else 'redo'}.")
            change = source[-1].inverse() if "undo" in entry else source[-1]
            self.beats.apply(change)
            target.append(source.pop())
            return change
        edit = Edit.from_dict(entry)
        self.beats.apply(edit)
        self._done.append(edit)
        self._undone.clear()
        return edit

    def _digest(self) -> str:
        content = self.beats.sample.tobytes() + "".join(self.beats.symbol).encode()
        return hashlib.sha256(content).hexdigest()[:16]
