"""Read, represent, resample and write ECG recordings."""

from heartbeat.recording._annotations import Annotations
from heartbeat.recording._lead_names import find_lead
from heartbeat.recording._npz import write_recording
from heartbeat.recording._read import read_recording
from heartbeat.recording._recording import Recording
from heartbeat.recording._write import write_annotations

__all__ = [
    "Annotations",
    "Recording",
    "find_lead",
    "read_recording",
    "write_annotations",
    "write_recording",
]
