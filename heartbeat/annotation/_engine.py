"""A whole recording, part by part: find beats, judge the signal, label."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from heartbeat.annotation._blocks import Block, examine, join_stretches, split
from heartbeat.annotation._labeller import Labeller
from heartbeat.annotation._sequence import BeatGroup, BeatSequencer
from heartbeat.annotation._working import WorkingSignal

__all__ = ["BLOCK_S", "Labelled", "label_signals"]

BLOCK_S = 1800.0
"""Seconds of signal that are worked on at a time."""


@dataclass
class Labelled:
    """Beats of a recording at the working rate, and what became of them.

    Attributes
    ----------
    beats : ndarray of shape (n_beats,), dtype int64
    quality : ndarray of shape (n_beats,), dtype float32
    readable : ndarray of shape (n_beats,), dtype bool
    labels : ndarray of shape (n_beats,), dtype str
        ``""`` where unreadable.
    probabilities : ndarray of shape (n_beats, n_classes), dtype float32, or None
        NaN where unreadable.
    unreadable : list of (int, int, str)
        Stretches and their reasons.
    """

    beats: np.ndarray
    quality: np.ndarray
    readable: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray | None
    unreadable: list[tuple[int, int, str]]


def label_signals(
    leads: list[WorkingSignal],
    labeller: Labeller,
    *,
    gain: float = 1.0,
    n_jobs: int = 1,
    block_s: float = BLOCK_S,
) -> Labelled:
    """Find, judge and label the beats of a recording.

    Parameters
    ----------
    leads : list of WorkingSignal
        Beats are found and judged on the first; all are labelled by.
    labeller : Labeller
        What labels them.
    gain : float, default=1.0
        What samples are multiplied by.
    n_jobs : int, default=1
        Threads that read parts and find beats, ahead of the one that labels.
    block_s : float, default=1800
        Length of a part; the labels do not depend on it.
    """
    found, groups_labels = [], []
    sequencer = BeatSequencer(labeller.fs, labeller.lookback, labeller.lookahead)
    for block in _examined(leads[0], block_s, n_jobs):
        found.append((block.beats, block.quality, block.readable, block.unreadable))
        groups_labels += _label(sequencer.push(block), leads, labeller, gain)
    groups_labels += _label(sequencer.finish(), leads, labeller, gain)
    beats, quality, readable = (np.concatenate([part[i] for part in found]) for i in range(3))
    labels = np.full(len(beats), "", dtype="<U1")
    probabilities = None
    for number, some, p in groups_labels:
        labels[number] = some
        if p is not None:
            if probabilities is None:
                probabilities = np.full((len(beats), p.shape[1]), np.nan, dtype=np.float32)
            probabilities[number] = p
    if probabilities is None and hasattr(labeller.classifier, "predict_proba"):
        probabilities = np.full((len(beats), len(labeller.classes)), np.nan, dtype=np.float32)
    stretches = join_stretches([stretch for part in found for stretch in part[3]])
    return Labelled(beats, quality, readable, labels, probabilities, stretches)


def _examined(working: WorkingSignal, block_s: float, n_jobs: int) -> Iterator[Block]:
    """Yield the blocks in order, while threads work on those to come."""
    parts = split(working.n_samples, max(1, round(block_s * working.fs)))
    if n_jobs == 1 or len(parts) == 1:
        for start, stop in parts:
            yield examine(working, start, stop)
        return
    with ThreadPoolExecutor(n_jobs, "heartbeat-blocks") as pool:
        # No more are read ahead than threads can work on, so that memory stays bounded.
        waiting: deque = deque()
        for start, stop in parts:
            waiting.append(pool.submit(examine, working, start, stop))
            if len(waiting) > n_jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _label(
    groups: list[BeatGroup], leads: list[WorkingSignal], labeller: Labeller, gain: float
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
    labelled = []
    for group in groups:
        signals = [group.signal * np.float32(gain) if gain != 1 else group.signal]
        stop = group.first + len(group.signal)
        signals += [other.read(group.first, stop)[0] * np.float32(gain) for other in leads[1:]]
        labels, probabilities = labeller.label(signals, group.beats, group.wanted)
        labelled.append((group.number, labels, probabilities))
    return labelled
