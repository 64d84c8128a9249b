"""Waveform to waveform: filters, scaling, resampling, cropping and alignment of beats.

Every transformer takes a beats table and returns one; leads are treated alike and context columns
pass through untouched. :func:`clean` applies the filters to a whole recording.
"""

from heartbeat.preprocessing._bandpass import BandpassFilter
from heartbeat.preprocessing._baseline import BaselineRemover
from heartbeat.preprocessing._scaler import BeatScaler

__all__ = [
    "BandpassFilter",
    "BaselineRemover",
    "BeatScaler",
]
