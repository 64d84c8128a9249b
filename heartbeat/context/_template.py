"""Context blocks ``template...``: similarity of the waves of a beat to those of other beats."""

import numpy as np

from heartbeat.context._medians import neighbour_medians
from heartbeat.context._registry import BeatSequence, register_context_block

__all__ = ["template", "template_causal", "template_record"]

PARTS = {"p": (-0.27, -0.07), "qrs": (-0.1, 0.12), "t": (0.14, 0.44)}
"""Windows of P, QRS and T in s relative to R."""

_LIKENESS = (
    "p_corr", "p_distance", "qrs_corr", "qrs_distance", "t_corr", "t_distance", "log_qrs_size",
)  # fmt: skip
_FURTHEST = 10.0
_FLAT_MV = 1e-5
"""Root mean square below which a line is flat: rounding of a flat line at 10 mV gives less."""

_LAST, _AROUND = 12, 10
_BEFORE = (-_LAST, -1)
_BESIDE = (-_AROUND, -1), (1, _AROUND)
_N_ROUNDS = 4


@register_context_block(
    "template",
    [
        *(f"template_{column}_last{_LAST}" for column in _LIKENESS),
        *(f"template_{column}_around{_AROUND}" for column in _LIKENESS),
        "template_p_energy",
    ],
    n_lookahead=_AROUND,
)
def template(beats: BeatSequence) -> np.ndarray:
    """Similarity of P, QRS and T to the twelve beats before and the ten on either side.

    Columns
    -------
    template_{p,qrs,t}_corr_{last12,around10}
        Correlation (-1 to 1) with the median of those beats; 0 if one of the two is flat.
    template_{p,qrs,t}_distance_{last12,around10}
        Root-mean-square difference from that median, divided by the root mean square of its QRS
        complex; at most 10.
    template_log_qrs_size_{last12,around10}
        Natural logarithm of the root mean square of the QRS complex divided by that of the median,
        between -log 10 and log 10.
    template_p_energy
        Root mean square of the P window divided by that of the median QRS complex of the beats
        around; at most 10. It is small if the P wave is missing.

    A straight line is subtracted from each window first, so that offset and baseline wander have no
    effect. Several leads are compared as one longer wave. If there are too few beats on one side,
    the first or last beat of the recording is repeated; the first beat is compared with itself.
    """
    parts = _detrended_parts(beats)
    last = [neighbour_medians(part, _BEFORE) for part in parts]
    around = [neighbour_medians(part, *_BESIDE) for part in parts]
    p_energy = np.minimum(_over(_size(parts[0]), _size(around[1])), _FURTHEST)
    return np.column_stack([*_likeness(parts, last), *_likeness(parts, around), p_energy])


@register_context_block(
    "template_causal",
    [f"template_causal_{column}_last{_LAST}" for column in _LIKENESS]
    + ["template_causal_p_energy"],
    n_lookahead=0,
)
def template_causal(beats: BeatSequence) -> np.ndarray:
    """Similarity of P, QRS and T to the twelve beats before.

    The columns are those of ``template``; ``p_energy`` is relative to the median QRS complex of the
    last twelve beats. The waveform of the beat itself is used until 0.5 s after R.
    """
    parts = _detrended_parts(beats)
    last = [neighbour_medians(part, _BEFORE) for part in parts]
    p_energy = np.minimum(_over(_size(parts[0]), _size(last[1])), _FURTHEST)
    return np.column_stack([*_likeness(parts, last), p_energy])


@register_context_block(
    "template_record",
    [f"template_record_{column}" for column in (*_LIKENESS, "p_energy")],
    n_lookahead=None,
)
def template_record(beats: BeatSequence) -> np.ndarray:
    """Similarity of P, QRS and T to the dominant beat of the recording (transductive).

    The dominant beat is the median of half of the beats, which are chosen in four rounds. Each
    round takes the median of the beats chosen before, at first all, and chooses the half of all
    beats whose QRS complexes are nearest to it. The whole recording is used, even if it is a test
    record. Scores obtained with this block are *transductive* and must be reported as such.
    """
    parts = _detrended_parts(beats)
    chosen = np.arange(len(beats))
    for _ in range(_N_ROUNDS):
        qrs = np.median(parts[1][chosen], axis=0, keepdims=True)
        distance = _size(parts[1] - qrs)
        chosen = np.argsort(distance, kind="stable")[: (len(beats) + 1) // 2]
    dominant = [np.median(part[chosen], axis=0, keepdims=True) for part in parts]
    p_energy = np.minimum(_over(_size(parts[0]), _size(dominant[1])), _FURTHEST)
    return np.column_stack([*_likeness(parts, dominant), p_energy])


def _detrended_parts(beats: BeatSequence) -> list[np.ndarray]:
    """Return P, QRS and T windows, (n_beats, n_leads * n) each, without their straight lines."""
    parts = []
    for start, stop in PARTS.values():
        part = beats.part(start, stop)
        parts.append(without_line(part).reshape(len(part), -1))
    return parts


def without_line(part: np.ndarray) -> np.ndarray:
    """Subtract a straight line from each wave of an array (n_beats, n_leads, n_times)."""
    x = np.linspace(-1, 1, part.shape[2], dtype=np.float32)
    x /= max(np.linalg.norm(x), np.finfo(np.float32).tiny)
    part = part - part.mean(axis=2, keepdims=True)
    part -= (part @ x)[:, :, None] * x
    return part


def _likeness(parts: list[np.ndarray], reference: list[np.ndarray]) -> list[np.ndarray]:
    """Return the columns `_LIKENESS` of beats against reference beats."""
    scale = _size(reference[1])
    columns = []
    for part, other in zip(parts, reference, strict=True):
        product = np.einsum("ij,ij->i", part, np.broadcast_to(other, part.shape))
        correlation = _over(_over(product / part.shape[1], _size(part)), _size(other))
        columns.append(np.clip(correlation, -1, 1))
        columns.append(np.minimum(_over(_size(part - other), scale), _FURTHEST))
    ratio = np.clip(_over(_size(parts[1]), scale, where_flat=1.0), 1 / _FURTHEST, _FURTHEST)
    return [*columns, np.log(ratio)]


def _size(part: np.ndarray) -> np.ndarray:
    """Return the root mean square of each row."""
    return np.sqrt(np.einsum("ij,ij->i", part, part) / part.shape[1])


def _over(value: np.ndarray, scale: np.ndarray, where_flat: float = 0.0) -> np.ndarray:
    """Return value / scale, or `where_flat` where the scale is that of a flat line."""
    value, scale = np.broadcast_arrays(value, scale)
    flat = scale < _FLAT_MV
    return np.where(flat, where_flat, value / np.where(flat, 1, scale))
