"""Envelopes of the signal in the bands of QRS complexes, slow waves and muscle noise."""

from dataclasses import dataclass

import numpy as np

from heartbeat.detection._filter import band_taps, filter_valid
from heartbeat.detection._sliding import sliding_sum

__all__ = ["BANDS", "ENVELOPE_REACH_S", "Envelopes", "envelopes"]

# Bands in Hz, and the length of the filters in seconds. Mains interference is attenuated by 80 dB,
# including that of 60 Hz which appears at 40 Hz in recordings at 100 Hz.
_BANDS = {"qrs": (6.0, 22.0, 0.5), "slow": (2.5, 9.0, 0.8), "fast": (20.0, 32.0, 0.5)}
_KAISER_BETA = 8.0

BANDS = tuple(_BANDS)
"""Bands of QRS complexes, slow waves (T waves, wide ventricular beats) and muscle noise."""

# Energy is averaged with a triangular window of twice this length (s).
_SMOOTHING_S = 0.06

# Leads are added after dividing each by its own mean over this many seconds.
_UNIT_S = 8.0

ENVELOPE_REACH_S = 1.5 + _UNIT_S / 2
"""An envelope depends on this many seconds on either side."""

_TINY = np.float32(1e-20)


@dataclass(frozen=True)
class Envelopes:
    """Envelopes of one lead, or of several leads combined.

    Attributes
    ----------
    level : dict of str to ndarray of shape (n_samples,), dtype float32
        Envelope of each of `BANDS`.
    wave : dict of str to ndarray of shape (n_leads, n_samples), dtype float32
        The filtered leads of the bands ``"qrs"`` and ``"slow"``; in units of the lead's mean
        envelope if there are several.
    by_lead : ndarray of shape (n_leads, n_samples), dtype float32, or None
        Envelope of the QRS band of each lead in units of its own mean; 0 where the lead is ignored.
        None for one lead.
    lead_level : ndarray of shape (n_leads, n_samples), dtype float32, or None
        Envelope of the QRS band of each lead in the unit of the lead. None for one lead.
    """

    level: dict[str, np.ndarray]
    wave: dict[str, np.ndarray]
    by_lead: np.ndarray | None
    lead_level: np.ndarray | None = None


def envelopes(leads: np.ndarray, fs: float, valid: np.ndarray | None = None) -> Envelopes:
    """Measure the energy in each band around every sample.

    Parameters
    ----------
    leads : ndarray of shape (n_leads, n_samples), dtype float64
        Finite.
    fs : float
        Sampling rate in Hz, from 100 to 220.
    valid : ndarray of shape (n_leads, n_samples), dtype bool, optional
        Whether each sample of a lead is used; by default all are.
    """
    waves = _waves(leads, fs)
    levels = {band: _level(wave, fs) for band, wave in waves.items()}
    del waves["fast"]
    if len(leads) == 1:
        return Envelopes({band: level[0] for band, level in levels.items()}, waves, None)
    looked_at = np.ones_like(levels["qrs"]) if valid is None else _inside(valid, fs)
    mean = _mean(levels["qrs"] * looked_at, looked_at, fs)
    looked_at *= mean > _TINY
    unit = looked_at / np.maximum(mean, _TINY)
    by_lead = levels["qrs"] * unit
    unit /= np.maximum(looked_at.sum(axis=0), 1)
    # Amplitudes are added, not energies, so that a burst of noise in one lead has less weight.
    level = {band: (level * unit).sum(axis=0) for band, level in levels.items()}
    return Envelopes(
        level, {band: wave * unit for band, wave in waves.items()}, by_lead, levels["qrs"]
    )


def _waves(leads: np.ndarray, fs: float) -> dict[str, np.ndarray]:
    waves = {band: np.empty(leads.shape, dtype=np.float32) for band in BANDS}
    for number, lead in enumerate(leads):
        # Computed from differences, so that a constant is exactly zero, however large it is.
        steps = np.diff(lead).astype(np.float32)
        for band, wave in waves.items():
            taps = -np.cumsum(band_taps(*_BANDS[band], _KAISER_BETA, fs))[:-1].astype(np.float32)
            wave[number] = filter_valid(np.pad(steps, len(taps) // 2, mode="symmetric"), taps)
    return waves


def _odd(seconds: float, fs: float) -> int:
    return 2 * round(seconds * fs / 2 - 0.5) + 1


def _smooth(values: np.ndarray, seconds: float, fs: float, times: int) -> np.ndarray:
    width = _odd(seconds, fs)
    pad = times * (width // 2)
    values = np.pad(values, ((0, 0), (pad, pad)))
    for _ in range(times):
        values = sliding_sum(values, width)
    return values * np.float32(1 / width**times)


def _level(wave: np.ndarray, fs: float) -> np.ndarray:
    return np.sqrt(_smooth(np.square(wave), _SMOOTHING_S, fs, 2))


def _inside(valid: np.ndarray, fs: float) -> np.ndarray:
    """Return 1 where the filters cover only valid samples, else 0."""
    reach = round(0.5 * fs)
    padded = np.pad((~valid).astype(np.float32), ((0, 0), (reach, reach)))
    return (sliding_sum(padded, 2 * reach + 1) == 0).astype(np.float32)


def _mean(level: np.ndarray, looked_at: np.ndarray, fs: float) -> np.ndarray:
    """Return the mean over the window around each sample."""
    width = _odd(_UNIT_S, fs)
    pad = ((0, 0), (width // 2, width // 2))
    total, n = (sliding_sum(np.pad(x, pad, mode="symmetric"), width) for x in (level, looked_at))
    return total / np.maximum(n, 1)
