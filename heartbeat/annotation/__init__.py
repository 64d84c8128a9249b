"""Find and label the beats of recordings."""

from heartbeat.annotation._annotator import BeatAnnotator
from heartbeat.annotation._files import annotate_files
from heartbeat.annotation._result import AnnotatedRecording
from heartbeat.annotation._stream import BeatStream, StreamedBeats
from heartbeat.annotation._summary import AnnotationSummary

__all__ = [
    "AnnotatedRecording",
    "AnnotationSummary",
    "BeatAnnotator",
    "BeatStream",
    "StreamedBeats",
    "annotate_files",
]
