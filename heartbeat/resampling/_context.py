"""Change context columns as the waveform is changed."""

import re
from collections.abc import Sequence
from typing import Any

from heartbeat.resampling._augmentations import QRS
from heartbeat.resampling._dice import Dice

__all__ = ["change_context"]

_SECONDS = re.compile(r"(rr|rhythm)_.*_s\Z")
_NEXT = re.compile(r"rr_(causal_)?next_s\Z")
_PREVIOUS = re.compile(r"rr_(causal_)?prev_s\Z")
_MILLIVOLTS = re.compile(r".*_mV\Z")


def change_context(
    dice: Dice,
    context: Any,
    names: Sequence[str],
    *,
    gain: Any,
    stretch: Any,
    qrs_stretch: Any,
    shift: Any,
    fs: float,
) -> Any:
    """Return the context columns of beats that were changed by `warp_time` and a gain.

    Intervals in seconds are multiplied by `stretch`. In the intervals before and after the beat,
    the part within the QRS complex is multiplied by `qrs_stretch` instead. If the beat is moved to
    the right by `shift` samples, R is marked that much too early: the interval before becomes
    shorter and the interval after longer. Columns in millivolts are multiplied by the gain. All
    other columns, such as ratios of intervals, are kept.

    Parameters
    ----------
    dice : Dice
        Array operations for the kind of array.
    context : ndarray or torch.Tensor of shape (n_beats, n_context)
        Context columns.
    names : sequence of str
        Names of the columns.
    gain, stretch, qrs_stretch, shift : float or array of shape (n_beats,)
        Changes made to the waveforms; `shift` in samples.
    fs : float
        Sampling rate of the beats in Hz.
    """
    before, after = QRS
    moved = dice.array(shift) / fs
    columns = []
    for i, name in enumerate(names):
        column = context[:, i]
        if _NEXT.match(name):
            column = _stretched(column, after, stretch, qrs_stretch) + moved
        elif _PREVIOUS.match(name):
            column = _stretched(column, before, stretch, qrs_stretch) - moved
        elif _SECONDS.match(name):
            column = column * stretch
        elif _MILLIVOLTS.match(name):
            column = column * gain
        columns.append(column)
    return dice.xp.stack(columns, 1) if columns else context


def _stretched(interval: Any, qrs: float, stretch: Any, qrs_stretch: Any) -> Any:
    inside = interval.clip(0, qrs)
    return inside * qrs_stretch + (interval - inside) * stretch
