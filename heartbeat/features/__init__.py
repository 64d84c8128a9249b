"""Transformers from waveforms to features: a beat becomes a row of named numbers.

Every transformer here reads the leads of a beats table, replaces them by features and passes the
context columns through behind them, so that one step turns a table of
:func:`~heartbeat.datasets.load_beats` into what a classical classifier wants.
"""

from heartbeat.features._morphology import MorphologyFeatures
from heartbeat.features._random_convolutions import RandomConvolutionFeatures
from heartbeat.features._wavelet import WaveletFeatures

__all__ = ["MorphologyFeatures", "RandomConvolutionFeatures", "WaveletFeatures"]
