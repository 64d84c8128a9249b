"""Largest strengths of the changes to beats, and checks of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from heartbeat._checks import check_number
from heartbeat._shown import shown

__all__ = ["BOUNDS", "SNR_BOUNDS", "check_snr", "check_strength"]

BOUNDS: Mapping[str, float] = MappingProxyType(
    {
        # Gain of up to 2 either way: QRS voltages of healthy adults differ by more than that, and
        # voltage alone does not change a beat's class.
        "amplitude": 1.0,
        # Share of the beat's peak-to-peak amplitude.
        "offset": 0.5,
        # Heart rate, and with it QT, by up to a quarter: the normal QTc of 350-460 ms spans 27 %
        # (Rautaharju et al., AHA/ACCF/HRS recommendations part IV, 2009).
        "stretch": 0.25,
        # A QRS of 90 ms may become 104 ms, still below the 120 ms of a bundle branch block.
        "qrs_stretch": 0.15,
        # Seconds. Annotators place R within a few samples; more than a third of EC57's match
        # window of 150 ms would be another fiducial point.
        "shift": 0.05,
        # Standard deviation as a share of peak-to-peak; respiration moves the baseline by about
        # 15 % of the ECG's peak-to-peak amplitude (the noise model of Friesen et al., 1990).
        "wander": 0.15,
    }
)
"""Largest strength of each change that is physiologically plausible."""

SNR_BOUNDS = (-6.0, 60.0)
"""Range of SNR in dB: from the worst step of the MIT-BIH noise stress test to invisible noise."""


def check_strength(name: str, strength: float) -> float:
    """Return `strength` if it is within the bounds of the change `name`."""
    number = check_number(f"strength of {name}", strength)
    if not 0 <= number <= BOUNDS[name]:
        raise ValueError(
            f"strength of {name} must be between 0 and {BOUNDS[name]} to be physiologically "
            f"plausible, got {shown(strength)}."
        )
    return number


def check_snr(snr: Any, name: str = "snr") -> tuple[float, float]:
    """Return the lowest and highest SNR in dB of `snr`, which is a number or a pair."""
    pair = tuple(snr) if isinstance(snr, (tuple, list)) else (snr, snr)
    pair = tuple(check_number(name, value) for value in pair)
    low, high = SNR_BOUNDS
    if len(pair) != 2 or not low <= pair[0] <= pair[1] <= high:
        raise ValueError(
            f"{name} must be a number of dB between {low:g} and {high:g} or a pair (lowest, "
            f"highest) of them, got {shown(snr)}."
        )
    return pair
