"""From a recording to labelled beats."""

from heartbeat.annotation._annotator import BeatAnnotator
from heartbeat.annotation._result import AnnotatedRecording
from heartbeat.annotation._summary import AnnotationSummary

__all__ = ["AnnotatedRecording", "AnnotationSummary", "BeatAnnotator"]
