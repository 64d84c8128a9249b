"""Resample and augment heartbeats, with the API of imbalanced-learn.

The samplers, and imbalanced-learn with them, are imported when they are first used. The functions
that change beats do not need imbalanced-learn.
"""

from typing import TYPE_CHECKING, Any

from heartbeat._lazy import load_name
from heartbeat.resampling._augmentations import (
    change_amplitude,
    change_offset,
    drop_leads,
    flip_polarity,
    shift_time,
    stretch_time,
    warp_time,
)
from heartbeat.resampling._bounds import BOUNDS
from heartbeat.resampling._noisy import (
    add_electrode_noise,
    add_mains_noise,
    add_muscle_noise,
    add_wander,
    add_white_noise,
)
from heartbeat.resampling._resample_with import resample_with

if TYPE_CHECKING:
    from heartbeat.resampling._beat_augmenter import BeatAugmenter
    from heartbeat.resampling._beat_mixup import BeatMixup
    from heartbeat.resampling._beat_smote import BeatSMOTE
    from heartbeat.resampling._subject_balancer import SubjectBalancer
    from heartbeat.resampling._subject_sampler import SubjectSampler
    from heartbeat.resampling._subject_under_sampler import SubjectUnderSampler

__all__ = [
    "BOUNDS",
    "BeatAugmenter",
    "BeatMixup",
    "BeatSMOTE",
    "SubjectBalancer",
    "SubjectSampler",
    "SubjectUnderSampler",
    "add_electrode_noise",
    "add_mains_noise",
    "add_muscle_noise",
    "add_wander",
    "add_white_noise",
    "change_amplitude",
    "change_offset",
    "drop_leads",
    "flip_polarity",
    "resample_with",
    "shift_time",
    "stretch_time",
    "warp_time",
]

_SAMPLERS = {
    "BeatAugmenter": "_beat_augmenter",
    "BeatMixup": "_beat_mixup",
    "BeatSMOTE": "_beat_smote",
    "SubjectBalancer": "_subject_balancer",
    "SubjectSampler": "_subject_sampler",
    "SubjectUnderSampler": "_subject_under_sampler",
}


def __getattr__(name: str) -> Any:
    return load_name(__name__, _SAMPLERS, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
