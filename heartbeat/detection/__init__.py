"""Finding R peaks: where the beats of a recording are that nobody has annotated."""

from heartbeat.detection._detect import REACH_S, detect_beats

__all__ = ["REACH_S", "detect_beats"]
