"""Recordings: reading, holding, resampling and writing them."""

from heartbeat.recording._annotations import Annotations
from heartbeat.recording._recording import Recording

__all__ = ["Annotations", "Recording"]
