"""Filter, scale, resample, crop and align beats.

Every transformer takes a beats table and returns a beats table. All leads are treated in the same
way, and context columns are not changed. :func:`clean` applies the filters to a whole recording.

The column names of a DataFrame say which columns belong to which lead and which are context. The
result is then a DataFrame too, so that every step of a pipeline has the names. A plain array is
taken as one lead without context unless `n_leads` and `n_context` say otherwise. If a step of
another library returns an array without names, the next step of this package warns; call
``set_output(transform="pandas")`` on that step to keep the names.
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
