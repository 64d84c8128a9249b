"""Inspect classifiers: robustness to noise, and the parts of a beat that matter."""

from heartbeat.inspection._beat_noise import add_noise_to_beats
from heartbeat.inspection._gradients import integrated_gradients
from heartbeat.inspection._noise import add_noise, noise_gain, noise_rms, qrs_amplitude
from heartbeat.inspection._noise_stress import noise_stress
from heartbeat.inspection._occlusion import occlusion_saliency
from heartbeat.inspection._saliency_display import SaliencyDisplay

__all__ = [
    "SaliencyDisplay",
    "add_noise",
    "add_noise_to_beats",
    "integrated_gradients",
    "noise_gain",
    "noise_rms",
    "noise_stress",
    "occlusion_saliency",
    "qrs_amplitude",
]
