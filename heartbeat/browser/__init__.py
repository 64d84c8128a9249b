"""Reports of labelled recordings, and review and correction of beats in the browser."""

from heartbeat.browser._edits import BeatList, Edit
from heartbeat.browser._marked import MarkedRecording
from heartbeat.browser._report import write_report
from heartbeat.browser._review import Review
from heartbeat.browser._serve import serve_review

__all__ = ["BeatList", "Edit", "MarkedRecording", "Review", "serve_review", "write_report"]
