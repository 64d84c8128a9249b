"""From a recording to a table of beats."""

from heartbeat.segmentation._positions import find_beats
from heartbeat.segmentation._segment import ANY_LEAD, LAYOUTS, check_layout, framed, segment_beats

__all__ = ["ANY_LEAD", "LAYOUTS", "check_layout", "find_beats", "framed", "segment_beats"]
