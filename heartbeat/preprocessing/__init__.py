"""Waveform to waveform: filters, scaling, resampling, cropping and alignment of beats.

Every transformer takes a beats table and returns one; leads are treated alike and context columns
pass through untouched. :func:`clean` applies the filters to a whole recording.

A DataFrame tells by its column names which columns are which lead and which are context, and it
comes out as a DataFrame, so that every step of a pipeline knows. A plain array is one lead without
context unless `n_leads` and `n_context` say otherwise. Where a step of another library hands on an
array without names, the next step of this package warns; ``set_output(transform="pandas")`` on
that step keeps them.
"""

from heartbeat.preprocessing._aligner import BeatAligner
from heartbeat.preprocessing._bandpass import BandpassFilter
from heartbeat.preprocessing._baseline import BaselineRemover
from heartbeat.preprocessing._clean import clean
from heartbeat.preprocessing._cropper import BeatCropper
from heartbeat.preprocessing._notch import NotchFilter
from heartbeat.preprocessing._resampler import BeatResampler
from heartbeat.preprocessing._scaler import BeatScaler
from heartbeat.preprocessing._subject import SubjectNormalizer
from heartbeat.preprocessing._wavelet import WaveletDenoiser

__all__ = [
    "BandpassFilter",
    "BaselineRemover",
    "BeatAligner",
    "BeatCropper",
    "BeatResampler",
    "BeatScaler",
    "NotchFilter",
    "SubjectNormalizer",
    "WaveletDenoiser",
    "clean",
]
