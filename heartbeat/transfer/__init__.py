"""What a network has learnt from many beats, for those who have few."""

from heartbeat.transfer._encoder import BeatEncoder
from heartbeat.weights import list_weights

__all__ = ["BeatEncoder", "list_weights"]
