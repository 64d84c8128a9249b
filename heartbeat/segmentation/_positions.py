"""Positions and annotated classes of the beats of a recording."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from heartbeat.recording import Recording

from heartbeat._shown import shown

__all__ = ["find_beats"]

_MATCH_S = 0.15
"""A detected beat matches a reference beat within this many seconds, as in ANSI/AAMI EC57."""


def find_beats(
    recording: "Recording", beats: str | np.ndarray = "annotations", lead: int | str = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Find the beats of a recording and their annotation symbols.

    Parameters
    ----------
    recording : Recording
        The recording.
    beats : {"annotations", "detect"} or array-like of int, default="annotations"
        Where the beats are: at the reference annotations, where R peaks are detected, or at these
        positions, in samples of the recording and in order.
    lead : int or str, default=0
        Lead on which R peaks are detected.

    Returns
    -------
    sample : ndarray of shape (n_beats,), dtype int64
        Positions in samples of the recording.
    symbol : ndarray of shape (n_beats,), dtype str
        Annotation symbols. A detected or given beat has the symbol of the nearest reference beat
        if that lies within 150 ms and is not nearer to another beat. Otherwise, and if the
        recording has no annotations, the symbol is ``""``.

    Raises
    ------
    ValueError
        If `beats` is ``"annotations"`` and the recording has no annotations or only others than
        beats, or if positions are not in order or lie outside the recording.

    See Also
    --------
    segment_beats : Cuts the beats.
    heartbeat.detection.detect_beats : Detects R peaks.

    Examples
    --------
    >>> from heartbeat.datasets import make_recording
    >>> from heartbeat.segmentation import find_beats
    >>> recording = make_recording(10, random_state=0)
    >>> sample, symbol = find_beats(recording, [450, 600])
    >>> sample.tolist(), len(find_beats(recording)[0]) == len(recording.annotations.beats())
    ([450, 600], True)
    """
    if isinstance(beats, str):
        if beats == "annotations":
            reference = _reference(recording)
            if reference is None or recording.annotations is None:
                raise ValueError(
                    f"recording {recording.name!r} has no annotations. "
                    f'Use beats="detect", or pass the sample positions of its R peaks.'
                )
            if not len(reference[0]) and len(recording.annotations):
                raise ValueError(
                    f"none of the {len(recording.annotations)} annotations of recording "
                    f"{recording.name!r} is a beat. "
                    f'Use beats="detect", or pass the sample positions of its R peaks.'
                )
            return _checked(reference[0], recording), reference[1]
        if beats != "detect":
            raise ValueError(
                f'beats must be "annotations", "detect" or an array, got {shown(beats)}.'
            )
        # Importing the detector takes longer than segmenting a record, and most calls need none.
        from heartbeat.detection import detect_beats

        beats = detect_beats(recording, lead=lead)
    sample = _checked(np.asarray(beats), recording)
    return sample, _symbols_nearby(sample, recording)


def _reference(recording: "Recording") -> tuple[np.ndarray, np.ndarray] | None:
    if recording.annotations is None:
        return None
    annotations = recording.annotations.beats()
    return annotations.sample, annotations.symbol


def _checked(sample: np.ndarray, recording: "Recording") -> np.ndarray:
    if sample.ndim != 1:
        raise ValueError(f"beats must be one-dimensional, got shape {sample.shape}.")
    if not np.issubdtype(sample.dtype, np.integer) and len(sample):
        raise ValueError(
            f"beats must be sample positions of an integer type, got dtype {sample.dtype}. "
            f"Multiply times in seconds by fs={recording.fs:g} and round them."
        )
    sample = sample.astype(np.int64)
    outside = np.flatnonzero((sample < 0) | (sample >= recording.n_samples))
    if len(outside):
        raise ValueError(
            f"beats must be inside the {recording.n_samples} samples of recording "
            f"{recording.name!r}, but beat {outside[0]} is at sample {sample[outside[0]]}."
        )
    backwards = np.flatnonzero(np.diff(sample) < 0)
    if len(backwards):
        i = backwards[0]
        raise ValueError(
            f"beats must be in order, but sample {sample[i + 1]} (beat {i + 1}) follows "
            f"{sample[i]}. Sort them first."
        )
    return sample


def _symbols_nearby(sample: np.ndarray, recording: "Recording") -> np.ndarray:
    reference = _reference(recording)
    if reference is None or not len(reference[0]) or not len(sample):
        return np.full(len(sample), "", dtype="<U1")
    positions, symbols = reference
    nearest = _nearest(positions, sample)
    distance = np.abs(positions[nearest] - sample)
    # Both must be nearest to each other, so that no reference beat matches two detections.
    mutual = _nearest(sample, positions)[nearest] == np.arange(len(sample))
    return np.where(mutual & (distance <= _MATCH_S * recording.fs), symbols[nearest], "")


def _nearest(sorted_values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the index of the sorted value nearest to each requested one."""
    right = np.clip(np.searchsorted(sorted_values, wanted), 1, max(len(sorted_values) - 1, 1))
    right = np.minimum(right, len(sorted_values) - 1)
    left = np.maximum(right - 1, 0)
    nearer_left = wanted - sorted_values[left] <= sorted_values[right] - wanted
    return np.where(nearer_left, left, right)
