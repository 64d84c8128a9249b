"""Check whether beats are in the unit that the weights expect."""

import warnings

import numpy as np

__all__ = ["check_units"]

_ROUNDING = 1e-4
_LARGEST_MV = 50.0
_SMALLEST_MV = 0.02
# Number of beats of a table that are checked.
_N_EXAMINED = 1000
_FEWEST_SCALED = 5


def check_units(waveforms: np.ndarray, name: str, layout: str, *, only_warn: bool = False) -> None:
    """Raise an error or warn if beats cannot be what weights expect.

    Parameters
    ----------
    waveforms : ndarray of shape (n_beats, n_leads, n_times)
        The beats.
    name, layout : str
        Name and layout of the weights, from their card.
    only_warn : bool, default=False
        Warn instead of raising an error, because beats to predict may have noise on purpose.

    Raises
    ------
    ValueError
        If weights of the Kaggle layout get beats outside [0, 1].

    Warns
    -----
    UserWarning
        If weights for mV get beats that are too large or too small, or all scaled to [0, 1].
    """
    if layout != "kaggle":
        _check_millivolts(waveforms, name)
        return
    try:
        _check_scaled(waveforms, name)
    except ValueError as error:
        if not only_warn:
            raise
        warnings.warn(str(error), stacklevel=4)


def _check_scaled(waveforms: np.ndarray, name: str) -> None:
    low, high = waveforms.min(), waveforms.max()
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        raise ValueError(
            f"the weights {name!r} need beats scaled to [0, 1], but these range from {low:.4g} "
            f"to {high:.4g}. Segment them with segment_beats(layout='kaggle') or load_beats("
            "layout='kaggle'), or choose weights of the centered layout, which need mV."
        )


def _check_millivolts(waveforms: np.ndarray, name: str) -> None:
    some = waveforms[:: -(-len(waveforms) // _N_EXAMINED)]
    low, high = some.min(axis=2), some.max(axis=2)
    height = np.median(high - low)
    if height > _LARGEST_MV:
        warnings.warn(
            f"the weights {name!r} need beats in mV, but half of these have a peak-to-peak "
            f"amplitude above {height:.4g}, as in ADC units or microvolts. Divide them by the "
            "number of units per mV.",
            stacklevel=4,
        )
    # A lead without any amplitude is disconnected, whatever its unit.
    if 0 < height < _SMALLEST_MV:
        warnings.warn(
            f"the weights {name!r} need beats in mV, but half of these have a peak-to-peak "
            f"amplitude below {height:.4g}, as in volts. Multiply them by 1000.",
            stacklevel=4,
        )
    # No beat in mV has exactly these extremes, but nearly all beats of a scaled table do.
    scaled = (np.abs(low) < 1e-6) & (np.abs(high - 1) < 1e-6)
    if len(some) >= _FEWEST_SCALED and scaled.mean() > 0.9:
        warnings.warn(
            f"the weights {name!r} need beats in mV, but each of these ranges from 0 to 1, as in "
            "the Kaggle layout. Pass beats in mV, or choose weights of the Kaggle layout.",
            stacklevel=4,
        )
