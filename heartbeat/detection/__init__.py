"""Detection of R peaks in recordings without annotations."""

from heartbeat.detection._detect import REACH_S, detect_beats

__all__ = ["REACH_S", "detect_beats"]
