"""Label a recording part by part: detect beats, assess the signal, classify."""

import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from heartbeat.annotation._blocks import Block, examine, join_stretches, split
from heartbeat.annotation._labeller import Labeller
from heartbeat.annotation._sequence import BeatGroup, BeatSequencer
from heartbeat.annotation._working import WorkingSignal

__all__ = ["BLOCK_S", "Labelled", "label_signals"]

BLOCK_S = 3600.0
"""Length in seconds of the parts in which a signal is processed."""


@dataclass
class Labelled:
    """Beats of a recording at the working rate, with their labels.

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
        Beats are detected and judged on the first lead, and labelled by all leads.
    labeller : Labeller
        Labels the beats.
    gain : float, default=1.0
        Factor by which samples are multiplied.
    n_jobs : int, default=1
        Number of threads that read parts, detect beats and label them.
    block_s : float, default=3600
        Length of a part; the labels do not depend on it.
    """
    found, groups_labels = [], []
    sequencer = BeatSequencer(labeller.fs, labeller.lookback, labeller.lookahead)
    with _workers(n_jobs) as submit:
        # At most one task per thread is under way, so that memory use is bounded.
        waiting: deque = deque()
        for block in _examined(leads[0], block_s, n_jobs, submit):
            found.append((block.beats, block.quality, block.readable, block.unreadable))
            for group in sequencer.push(block):
                waiting.append(submit(_label, group, leads, labeller, gain))
            while len(waiting) > n_jobs:
                groups_labels.append(waiting.popleft().result())
        for group in sequencer.finish():
            waiting.append(submit(_label, group, leads, labeller, gain))
        groups_labels += [labelled.result() for labelled in waiting]
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


def _examined(
    working: WorkingSignal, block_s: float, n_jobs: int, submit: Callable[..., Future]
) -> Iterator[Block]:
    """Yield the blocks in order, while threads compute the next ones."""
    parts = split(working.n_samples, max(1, round(block_s * working.fs)))
    waiting: deque = deque()
    for start, stop in parts:
        waiting.append(submit(examine, working, start, stop))
        if len(waiting) > n_jobs:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@contextmanager
def _workers(n_jobs: int) -> Iterator[Callable[..., Future]]:
    """Give a function that runs another one in a thread pool, or directly for one thread."""
    # Each thread computes its matrix products by itself. They are small: threads that share them
    # mostly wait for each other, which takes processor time.
    with threadpool_limits(1, "blas"):
        if n_jobs == 1:
            yield _call
            return
        pool = ThreadPoolExecutor(n_jobs, "heartbeat-blocks", _one_torch_thread)
        try:
            yield pool.submit
        finally:
            pool.shutdown(cancel_futures=True)


def _call(function: Callable, *arguments: Any) -> Future:
    done: Future = Future()
    done.set_result(function(*arguments))
    return done


def _one_torch_thread() -> None:
    """Restrict networks to one thread here, because the other threads already use all cores."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _label(
    group: BeatGroup, leads: list[WorkingSignal], labeller: Labeller, gain: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    signals = [group.signal * np.float32(gain) if gain != 1 else group.signal]
    stop = group.first + len(group.signal)
    signals += [other.read(group.first, stop)[0] * np.float32(gain) for other in leads[1:]]
    labels, probabilities = labeller.label(signals, group.beats, group.wanted)
    return group.number, labels, probabilities
