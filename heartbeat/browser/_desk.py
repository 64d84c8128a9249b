"""State shared by the pages of a review: `Desk`."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heartbeat.browser._events import Event, certainty, find_events
from heartbeat.browser._extremes import ExtremesReader
from heartbeat.browser._figures import timeline_data
from heartbeat.browser._marked import beats_table
from heartbeat.browser._review import Review
from heartbeat.browser._signal import SignalReader
from heartbeat.labels import classes_of_symbols
from heartbeat.recording import Annotations
from heartbeat.recording._lead_names import lead_title

__all__ = ["Desk"]

_N_COLUMNS = 3000
_MOST_EVENTS = 2000
_PEAK_S = 0.08


class Desk:
    """A review with its signal and, optionally, a second annotator; shared by all tabs.

    Parameters
    ----------
    review : Review
        The beats.
    record : path-like
        Record that annotations are saved for, without suffix.
    annotator : str
        Suffix of the saved file.
    second : Annotations, optional
        Beats of another annotator, shown below.
    """

    def __init__(
        self,
        review: Review,
        record: str | os.PathLike,
        annotator: str = "rev",
        second: Annotations | None = None,
    ):
        annotated = review.annotated
        self.review = review
        self.record = Path(record)
        self.annotator = annotator
        self.second = None if second is None else second.beats()
        self.fs = float(annotated.fs)
        self.duration = float(annotated.duration)
        self.title = ", ".join(filter(None, (annotated.name, lead_title(annotated.lead))))
        self.reader = SignalReader(annotated)
        self.extremes = ExtremesReader(self.reader)
        self.pages: list[Any] = []
        found = annotated.beats[annotated.beats["readable"]]
        self._found = found["sample"].to_numpy()
        self._sure = certainty(found)
        self._table: pd.DataFrame | None = None

    def table(self) -> pd.DataFrame:
        """Return the current beats, with the annotator's results for those that it found."""
        if self._table is None:
            beats = self.review.beats
            table = beats_table(beats.sample, beats.symbol.astype(str), self.fs)
            # It is not known what lies between two beats if the signal there is unreadable.
            after = np.searchsorted(beats.sample, self.review.annotated.unreadable["start"])
            table.loc[after[after < len(table)], "rr_s"] = np.nan
            if self._sure is not None:
                found = self._found
                at = np.searchsorted(found, beats.sample)
                known = (at < len(found)) & (found[np.minimum(at, len(found) - 1)] == beats.sample)
                edited = {sample for edit in self.review.edits for sample, _ in edit.added}
                known &= ~np.isin(beats.sample, list(edited))
                table["p_N"] = np.where(known, self._sure[np.minimum(at, len(found) - 1)], np.nan)
            self._table = table
        return self._table

    def timeline(self) -> tuple[dict, dict]:
        """Return the data of the time line."""
        return timeline_data(self.table(), self.duration)

    def events(self) -> list[Event]:
        """Return the events to navigate to, in order of time."""
        events = [event for event in find_events(self.table()) if event.kind != "class"]
        events.sort(key=lambda event: -event.weight)
        return sorted(events[:_MOST_EVENTS], key=lambda event: event.start)

    def stretches(self) -> dict[str, list[float]]:
        """Return the unreadable stretches in seconds."""
        unreadable = self.review.annotated.unreadable
        return {
            name: (np.asarray(unreadable[name], dtype=float) / self.fs).tolist()
            for name in ("start", "stop")
        }

    def curve(self, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
        """Return times and values of a line that shows a stretch at the screen's resolution."""
        first, last = round(start * self.fs), round(stop * self.fs)
        sample, low, high = self.extremes.read(first, last, _N_COLUMNS)
        if np.array_equal(low, high, equal_nan=True):
            return sample / self.fs, low
        return np.repeat(sample / self.fs, 2), np.stack([low, high], axis=1).ravel()

    def beats_between(self, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
        """Return seconds and symbols of the beats of a stretch."""
        beats = self.review.beats
        first, last = np.searchsorted(beats.sample, [start * self.fs, stop * self.fs])
        return beats.sample[first:last] / self.fs, beats.symbol[first:last].astype(str)

    def second_between(self, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
        """Return seconds and symbols of the beats of the second annotator in a stretch."""
        if self.second is None:
            return np.empty(0), np.empty(0, dtype=str)
        first, last = np.searchsorted(self.second.sample, [start * self.fs, stop * self.fs])
        return self.second.sample[first:last] / self.fs, self.second.symbol[first:last]

    def has_beat(self, sample: int) -> bool:
        """Tell whether there is a beat at a sample."""
        beats = self.review.beats.sample
        at = np.searchsorted(beats, sample)
        return bool(at < len(beats) and beats[at] == sample)

    def symbol_of(self, sample: int) -> str:
        """Return the symbol of the beat at a sample."""
        return str(self.review.beats.symbol[self.review.beats.index_of(sample)])

    def neighbour(self, sample: float, by: int) -> int | None:
        """Return the sample of the beat before (-1) or after (1), or None if there is none."""
        beats = self.review.beats.sample
        at = (
            np.searchsorted(beats, sample) - 1
            if by < 0
            else np.searchsorted(beats, sample, "right")
        )
        return int(beats[at]) if 0 <= at < len(beats) else None

    def next_ectopic(self, sample: float) -> int | None:
        """Return the sample of the next beat that is not N."""
        beats = self.review.beats
        after = np.flatnonzero(
            (beats.sample > sample) & (classes_of_symbols(beats.symbol.astype(str)) != "N")
        )
        return int(beats.sample[after[0]]) if len(after) else None

    def peak_near(self, second: float) -> int:
        """Return the sample within 80 ms of a moment that is farthest from the local baseline."""
        middle, reach = round(second * self.fs), round(_PEAK_S * self.fs)
        around = self.reader.read(middle - reach, middle + reach + 1)
        if np.isfinite(around).any():
            middle += int(np.nanargmax(np.abs(around - np.nanmedian(around)))) - reach
        return int(np.clip(middle, 0, self.review.beats.n_samples - 1))

    def save(self) -> Path:
        """Write the annotations."""
        return self.review.save(self.record, self.annotator)

    def changed(self, by: Any) -> None:
        """Show an edit in all tabs, immediately in the one in which it was made."""
        self._table = None
        by.refresh()
        for page in self.pages:
            if page is not by:
                page.document.add_next_tick_callback(page.refresh)

    def close(self) -> None:
        """Stop reading and close the journal."""
        self.extremes.close()
        self.review.close()
