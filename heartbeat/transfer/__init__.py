"""Use networks that were trained on many beats for data sets with few beats."""

from heartbeat.transfer._encoder import BeatEncoder
from heartbeat.weights import list_weights

__all__ = ["BeatEncoder", "list_weights"]
