"""Segment recordings into tables of beats."""

from heartbeat.segmentation._positions import find_beats
from heartbeat.segmentation._segment import ANY_LEAD, LAYOUTS, segment_beats
from heartbeat.segmentation._segment import check_layout as check_layout
from heartbeat.segmentation._segment import framed as framed

# Names imported `as` themselves are for other parts of the package and not public.
__all__ = ["ANY_LEAD", "LAYOUTS", "find_beats", "segment_beats"]
