"""The page of a review: its contents, keyboard shortcuts and buttons."""

from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from heartbeat.browser import _controls as controls
from heartbeat.browser import _figures as figures
from heartbeat.browser._desk import Desk
from heartbeat.browser._strip import clock
from heartbeat.labels import AAMI_CLASSES
from heartbeat.metrics._plotting import CLASS_COLORS

__all__ = ["ReviewPage"]

_MARGIN = 1.0
"""Data beyond the visible strip, in strips on either side, so that panning shows no edge."""


_LONGEST_PAPER_S = 60.0
"""Length in seconds of a strip beyond which its 0.04 s grid is not drawn."""


class ReviewPage:
    """One browser tab that shows a desk.

    Parameters
    ----------
    desk : Desk
        The review, which all tabs share.
    document : Document
        Empty Bokeh document.
    """

    def __init__(self, desk: Desk, document: Any):
        from bokeh.models import BoxAnnotation, ColumnDataSource, Range1d, Span

        self.desk = desk
        self.document = document
        self.selected: int | None = None
        self._loaded = (0.0, 0.0)
        self._event = -1
        self._source = {
            name: ColumnDataSource(columns)
            for name, columns in {
                "curve": {"time": [], "value": []},
                "beats": {"time": [], "y": [], "label": [], "color": []},
                "second": {"time": [], "y": [], "label": []},
                "rate": {"time": [], "height": []},
                "marks": {"time": [], "top": [], "bottom": [], "color": []},
                "stretches": desk.stretches(),
                "events": {"time": [], "clock": [], "text": []},
            }.items()
        }
        self.x_range = Range1d(0, min(10.0, desk.duration), bounds=(0, desk.duration))
        self.window = BoxAnnotation(
            left=0, right=1, fill_color="#0072B2", fill_alpha=0.2, line_color="#0072B2"
        )
        self.span = Span(
            location=-1, dimension="height", line_color="#0072B2", line_width=14, line_alpha=0.25
        )
        self.does: dict[str, Callable[[], Any]] = {
            "ArrowLeft": lambda: self.step(-1),
            "ArrowRight": lambda: self.step(1),
            "[": lambda: self.turn(-1),
            "]": lambda: self.turn(1),
            "j": lambda: self.to_event(1),
            "k": lambda: self.to_event(-1),
            "e": self.to_ectopic,
            ",": lambda: self.nudge(-1),
            ".": lambda: self.nudge(1),
            "a": self.add,
            "x": self.delete,
            "Delete": self.delete,
            "u": self.undo,
            "r": self.redo,
            "w": self.save,
            "+": lambda: self.zoom(0.5),
            "-": lambda: self.zoom(2),
            **{letter.lower(): partial(self.relabel, letter) for letter in AAMI_CLASSES},
        }
        self._lay_out()
        desk.pages.append(self)
        document.on_session_destroyed(lambda _: desk.pages.remove(self))
        self.refresh()
        self.show_window()

    # Contents of the page -----------------------------------------------------------------------

    def _lay_out(self) -> None:
        from bokeh import events
        from bokeh.layouts import column
        from bokeh.models import DataTable, Div, TableColumn

        source = self._source
        self.timeline = figures.timeline_figure(
            self.desk.duration, source["rate"], source["marks"], source["stretches"], self.window
        )
        self.strip = figures.strip_figure(
            self.x_range, source["curve"], source["beats"], source["second"], self.span
        )
        self.timeline.on_event(events.Tap, lambda event: self.go_to(event.x))
        self.strip.on_event(events.Tap, lambda event: self.select_near(event.x))
        self.strip.on_event(events.DoubleTap, lambda event: self.add(event.x))
        self.x_range.on_change("start", lambda attr, old, new: self.show_window())
        self.x_range.on_change("end", lambda attr, old, new: self.show_window())
        self.strip.on_change("inner_width", lambda attr, old, new: self.to_scale())
        title = Div(
            text=f"<h1 style='font-size:1.2rem;margin:0'>{escape(self.desk.title)}</h1>"
            "<small>Not a medical device.</small>",
            sizing_mode="stretch_width",
        )
        self.status = Div(text="", name="status", sizing_mode="stretch_width")
        pressed = controls.key_listener(self.document, list(self.does), self.do)
        table = DataTable(
            source=source["events"],
            columns=[
                TableColumn(field="clock", title="time", width=70, sortable=False),
                TableColumn(field="text", title="runs, pauses, doubtful beats", sortable=False),
            ],
            index_position=None,
            reorderable=False,
            height=220,
            sizing_mode="stretch_width",
            name="events",
        )
        source["events"].selected.on_change("indices", self._on_event_chosen)
        self.document.title = f"{self.desk.title} - review"
        self.document.add_root(
            column(
                title,
                self.timeline,
                self.strip,
                controls.button_row(self.do),
                self.status,
                table,
                Div(text=controls.HELP, sizing_mode="stretch_width"),
                pressed,
                sizing_mode="stretch_width",
            )
        )

    # Display ------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the current beats."""
        rate, marks = self.desk.timeline()
        self._source["rate"].data, self._source["marks"].data = rate, marks
        listed = self.desk.events()
        self._source["events"].data = {
            "time": [event.start for event in listed],
            "clock": [clock(event.start) for event in listed],
            "text": [event.text for event in listed],
        }
        if self.selected is not None and not self.desk.has_beat(self.selected):
            self.select(None)
        self._load(force=True)

    def tell(self, text: str) -> None:
        """Show a status message."""
        self.status.text = f"<div role='status'>{escape(text)}</div>"

    def show_window(self) -> None:
        """Load the data of the strip if they are not loaded yet."""
        self.window.left, self.window.right = self.x_range.start, self.x_range.end
        # Grid lines closer than a pixel would keep the browser busy for minutes.
        self.strip.xgrid.visible = self.x_range.end - self.x_range.start <= _LONGEST_PAPER_S
        self._load()

    def to_scale(self) -> None:
        """Scale the strip to 25 mm/s, whatever its width."""
        if self.strip.inner_width:
            self._set_window(self.x_range.start, self.strip.inner_width / figures.PIXELS_PER_S)

    def _load(self, force: bool = False) -> None:
        start, stop = float(self.x_range.start), float(self.x_range.end)
        length = stop - start
        known = (
            self._loaded[0] <= max(start, 0) and min(stop, self.desk.duration) <= self._loaded[1]
        )
        zoomed = self._loaded[1] - self._loaded[0] > 8 * length
        if known and not force and not zoomed:
            return
        margin = _MARGIN * length
        first, last = max(start - margin, 0.0), min(stop + margin, self.desk.duration)
        time, value = self.desk.curve(first, last)
        seen = value[np.isfinite(value)]
        if seen.size:
            # The grid follows the baseline in steps of half a millivolt.
            middle = np.rint(np.percentile(seen, 1) + np.percentile(seen, 99)) / 2
            self.strip.y_range.start, self.strip.y_range.end = middle - 3.0, middle + 3.0
        top = self.strip.y_range.end
        self._source["curve"].data = {"time": time, "value": value}
        # The letters are hidden if they would overlap.
        many = last - first > 120
        time, label = self.desk.beats_between(first, last)
        keep = label != "N" if many else np.ones(len(label), dtype=bool)
        time, label = time[keep][:2000], label[keep][:2000]
        self._source["beats"].data = {
            "time": time,
            "y": np.full(len(time), top - 0.55),
            "label": label,
            "color": [CLASS_COLORS.get(letter, "#555") for letter in label],
        }
        time, label = self.desk.second_between(first, last) if not many else (time[:0], label[:0])
        self._source["second"].data = {
            "time": time,
            "y": np.full(len(time), top - 5.9),
            "label": label,
        }
        # Parts that the thread has not read yet are gaps: check again until it has.
        complete = self.desk.extremes.is_complete
        self._loaded = (first, last)
        if not complete and len(value) and np.isnan(value).any():
            self._loaded = (0.0, 0.0)
            self.document.add_timeout_callback(self._load, 500)

    # Navigation ---------------------------------------------------------------------------------

    def go_to(self, second: float) -> None:
        """Center the strip on a moment."""
        length = self.x_range.end - self.x_range.start
        self._set_window(second - length / 2, length)

    def turn(self, pages: int) -> None:
        """Move by nine tenths of the visible strip."""
        length = self.x_range.end - self.x_range.start
        self._set_window(self.x_range.start + 0.9 * pages * length, length)

    def zoom(self, factor: float) -> None:
        """Zoom around the middle of the strip."""
        middle = (self.x_range.start + self.x_range.end) / 2
        length = float(np.clip((self.x_range.end - self.x_range.start) * factor, 0.5, 1e9))
        self._set_window(middle - length / 2, length)

    def select(self, sample: int | None) -> None:
        """Select the beat at a sample, and show it."""
        self.selected = sample
        self.span.location = -1 if sample is None else sample / self.desk.fs
        if sample is None:
            return
        second = sample / self.desk.fs
        margin = 0.05 * (self.x_range.end - self.x_range.start)
        if not self.x_range.start + margin <= second <= self.x_range.end - margin:
            self.go_to(second)
        self.tell(f"{self.desk.symbol_of(sample)} at {clock(second)} (sample {sample})")

    def select_near(self, second: float) -> None:
        """Select the beat nearest to a moment."""
        if len(self.desk.review.beats):
            index = self.desk.review.beats.nearest(second * self.desk.fs)
            self.select(int(self.desk.review.beats.sample[index]))

    def step(self, by: int) -> None:
        """Select the beat before or after."""
        sample = self.desk.neighbour(self._here(), by)
        if sample is not None:
            self.select(sample)

    def to_event(self, by: int) -> None:
        """Go to the next or the previous event."""
        times = self._source["events"].data["time"]
        if not len(times):
            self.tell("There are no events.")
            return
        self._event = int(np.clip(self._event + by, 0, len(times) - 1))
        self._source["events"].selected.indices = [self._event]

    def to_ectopic(self) -> None:
        """Select the next beat that is not N."""
        sample = self.desk.next_ectopic(self._here())
        if sample is None:
            self.tell("There is no later ectopic beat.")
        else:
            self.select(sample)

    def _on_event_chosen(self, attr: str, old: list, new: list) -> None:
        if new:
            self._event = new[0]
            events = self._source["events"].data
            second = events["time"][new[0]]
            length = self.x_range.end - self.x_range.start
            self._set_window(second - 0.3 * length, length)
            self.select_near(second)
            self.tell(f"{events['text'][new[0]]} at {events['clock'][new[0]]}")

    def _here(self) -> float:
        """Return the sample of the selected beat, or of the middle of the strip."""
        if self.selected is not None:
            second = self.selected / self.desk.fs
            if self.x_range.start <= second <= self.x_range.end:
                return self.selected
        return (self.x_range.start + self.x_range.end) / 2 * self.desk.fs

    def _set_window(self, start: float, length: float) -> None:
        length = min(length, self.desk.duration)
        start = float(np.clip(start, 0, self.desk.duration - length))
        self.x_range.update(start=start, end=start + length)
        self.show_window()

    # Editing ------------------------------------------------------------------------------------

    def do(self, key: str) -> None:
        """Perform the action of a key, and show an error if it fails."""
        try:
            self.does[key]()
        except (KeyError, OSError, ValueError) as error:
            self.tell(f"Not done: {error}")

    def relabel(self, letter: str) -> None:
        """Change the class of the selected beat."""
        self._edited(self.desk.review.relabel(self._chosen(), letter))

    def delete(self) -> None:
        """Delete the selected beat."""
        here = self._chosen()
        edit = self.desk.review.delete(here)
        self.selected = None
        self.span.location = -1
        self._edited(edit)

    def nudge(self, by: int) -> None:
        """Move the selected beat by samples."""
        here = self._chosen()
        edit = self.desk.review.move(here, here + by)
        self.selected = here + by
        self.span.location = self.selected / self.desk.fs
        self._edited(edit)

    def add(self, second: float | None = None) -> None:
        """Add a beat at the peak nearest to a moment."""
        if second is None:
            second = (self.x_range.start + self.x_range.end) / 2
        sample = self.desk.peak_near(second)
        edit = self.desk.review.add(sample, "N")
        self.select(sample)
        self._edited(edit)

    def undo(self) -> None:
        """Undo the last edit."""
        self._edited(self.desk.review.undo(), "There is nothing to undo.")

    def redo(self) -> None:
        """Redo the last undone edit."""
        self._edited(self.desk.review.redo(), "There is nothing to redo.")

    def save(self) -> None:
        """Write the annotations."""
        path: Path = self.desk.save()
        self.tell(f"Saved {len(self.desk.review.beats):,} beats to {path}.")

    def _chosen(self) -> int:
        if self.selected is None:
            raise ValueError("no beat is selected. Tap a beat, or use the arrow keys.")
        return self.selected

    def _edited(self, edit: Any, nothing: str = "It is that already.") -> None:
        if edit is None:
            self.tell(nothing)
            return
        self.desk.changed(self)
        self.tell(f"{edit}. Edits: {len(self.desk.review.edits)}, all kept in the journal.")
        if (
            edit.added
            and not self.x_range.start <= edit.added[0][0] / self.desk.fs <= self.x_range.end
        ):
            self.select(edit.added[0][0])
