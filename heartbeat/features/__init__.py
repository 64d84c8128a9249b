"""Compute features of beats: clinical measures, wavelet coefficients, random convolutions.

Every transformer replaces the leads of a beats table, such as that of
:func:`~heartbeat.datasets.load_beats`, by named features and keeps the context columns behind them.
The result is the input of a classifier such as a random forest or a linear model.
"""

from heartbeat.features._morphology import MorphologyFeatures
from heartbeat.features._random_convolutions import RandomConvolutionFeatures
from heartbeat.features._wavelet import WaveletFeatures

__all__ = ["MorphologyFeatures", "RandomConvolutionFeatures", "WaveletFeatures"]
