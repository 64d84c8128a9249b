"""Label beats during a recording: `BeatStream`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from heartbeat._checks import check_number
from heartbeat.annotation._blocks import MARGIN_S, Block, examine, first_examined, join_stretches
from heartbeat.annotation._growing import GrowingSource
from heartbeat.annotation._intervals import known_intervals
from heartbeat.annotation._labeller import make_labeller
from heartbeat.annotation._sequence import REACH_S, BeatGroup, BeatSequencer
from heartbeat.annotation._working import LEVEL_S, SLOWEST_FS, WorkingSignal, resampling_ratio
from heartbeat.annotation._working import REACH_S as RESAMPLING_REACH_S

__all__ = ["BeatStream", "StreamedBeats"]

_STEP_S = 2.0
"""Length in seconds of the parts in which beats are detected and judged."""

_LEAST_PATIENCE_S = 3.0


@dataclass(frozen=True, eq=False)
class StreamedBeats:
    """Beats and unreadable stretches that became final since the previous call.

    `BeatStream.push` and `BeatStream.finish` return it.

    Attributes
    ----------
    beats : DataFrame
        One row per beat, in order of time, with the columns of `AnnotatedRecording.beats`. Each
        beat is returned once.
    unreadable : DataFrame
        Unreadable stretches: ``start``, ``stop`` (samples) and ``reason``. A stretch that lasts
        over several calls is returned in parts.
    until : float
        Time in seconds from the start up to which the signal has been analysed.

    See Also
    --------
    BeatStream : Label the beats of a lead while it is being recorded.

    Examples
    --------
    >>> from heartbeat.annotation import BeatStream
    >>> told = BeatStream("any-lead-causal", fs=250.0).push([0.0, 0.1, 0.2])
    >>> len(told.beats), len(told.unreadable), told.until
    (0, 0, 0.0)
    """

    beats: pd.DataFrame
    unreadable: pd.DataFrame
    until: float


class BeatStream:
    """Label the beats of a lead while it is being recorded.

    Pass the samples to `push` as they arrive. It returns the beats that have become final.

    Parameters
    ----------
    classifier : str, path or estimator
        Classifier that labels the beats, as for `BeatAnnotator`. Use ``"any-lead-causal"``, or a
        classifier of your own trained with the context blocks ``"rr_causal"``,
        ``"rhythm_causal"`` or ``"template_causal"`` and the scaling None or ``"qrs_causal"``:
        these need no later beats. With other blocks a label waits for `lookahead` later beats.
    fs : float
        Sampling rate of the lead in Hz, at least 100.
    segmentation : mapping, optional
        Arguments of `heartbeat.segmentation.segment_beats` with which the training beats were cut,
        see `BeatAnnotator`.
    patience : float, default=53
        Seconds of signal after a beat that detection and quality assessment may use, at least 3.
        The default gives the same beats and labels as `BeatAnnotator` on the whole recording.
        Choose less to get beats earlier; near the start and the end of noise, different beats may
        then be found readable.

    Attributes
    ----------
    latency : float
        Longest time in seconds from the R peak of a beat to the `push` that returns it, apart from
        waiting for `lookahead` later beats. The first beats are returned after ten seconds at the
        earliest.
    lookahead : int
        Number of later beats that a label waits for.

    Raises
    ------
    TypeError
        If `classifier` is not a classifier, or `segmentation` not a mapping of arguments of
        `segment_beats`.
    ValueError
        If the sampling rate or `patience` is too low, the classifier takes several leads, or a
        context block needs the whole recording.

    See Also
    --------
    BeatAnnotator : Label a complete recording.
    heartbeat.context.list_context_blocks : Names of the context blocks.

    Notes
    -----
    The signal is analysed in steps of two seconds that do not depend on the lengths of the blocks
    passed to `push`; neither does the result. The stream keeps about one minute of signal and the
    beats that the context blocks need, so that memory use does not grow.

    Weights trained on signals in mV need signals in mV: unlike `BeatAnnotator`, a stream cannot
    infer the unit, which takes minutes of signal. Weights for any lead accept any unit.

    Examples
    --------
    >>> from heartbeat.annotation import BeatStream
    >>> from heartbeat.datasets import load_sample_recording
    >>> recording = load_sample_recording()
    >>> stream = BeatStream("any-lead-causal", fs=360.0)
    >>> for block in np.split(recording.lead("MLII")[: 360 * 60], 60):
    ...     new = stream.push(block)
    >>> len(stream.finish().beats) > 0
    True
    """

    def __init__(
        self,
        classifier: Any,
        fs: float,
        *,
        segmentation: Mapping[str, Any] | None = None,
        patience: float = MARGIN_S,
    ):
        labeller = make_labeller(classifier, segmentation)
        if len(labeller.leads) > 1:
            raise ValueError(
                f"BeatStream labels one lead, but the classifier needs {list(labeller.leads)}. Use "
                "a classifier for one lead."
            )
        if labeller.lookahead is None or labeller.lookback is None:
            raise ValueError(
                "the classifier needs the whole recording, because it, its layout or a context "
                "block is transductive. Train a classifier that is not on causal blocks, such as "
                "rr_causal and rhythm_causal."
            )
        self.fs = check_number("fs", fs, least=SLOWEST_FS)
        self.patience = min(check_number("patience", patience, least=_LEAST_PATIENCE_S), MARGIN_S)
        self.lookahead = labeller.lookahead
        self._labeller = labeller
        self._source = GrowingSource(self.fs)
        self._working: WorkingSignal | None = None
        self._step = round(_STEP_S * labeller.fs)
        self._start = 0
        self._sequencer = BeatSequencer(labeller.fs, labeller.lookback, labeller.lookahead)
        self._waiting = _Waiting(labeller.classes, hasattr(labeller.classifier, "predict_proba"))
        self._finished = False

    @property
    def latency(self) -> float:
        """Longest time in seconds from an R peak to its beat, apart from `lookahead` beats."""
        # Samples are resampled in whole units: a fifth of a second at 360 Hz, more at odd rates.
        unit = resampling_ratio(self.fs, self._labeller.fs)[1] / self.fs
        return REACH_S + _STEP_S + self.patience + RESAMPLING_REACH_S + 2 * unit

    def push(self, samples: np.ndarray) -> StreamedBeats:
        """Add the next samples and return the beats that have become final.

        Parameters
        ----------
        samples : array-like of shape (n_samples,)
            Next samples of the lead, any number of them; NaN marks missing samples.

        Returns
        -------
        StreamedBeats
            Beats that have become final with these samples.

        Raises
        ------
        TypeError
            If the samples are not real numbers.
        ValueError
            If the samples are not 1-D, one is infinite, or the stream is finished.
        """
        samples = np.asarray(samples)
        if samples.ndim != 1:
            raise ValueError(
                f"samples must be of one lead, shape (n_samples,), got shape {samples.shape}."
            )
        if samples.dtype.kind not in "fiu":
            raise TypeError(f"samples must be real numbers, got dtype {samples.dtype}.")
        self._check_open()
        with np.errstate(over="ignore"):
            samples = samples.astype(np.float32)
        if np.isinf(samples).any():
            raise ValueError("samples must not be infinite. Mark invalid samples with NaN.")
        self._source.append(samples)
        if self._working is None:
            if self._source.n_samples < LEVEL_S * self.fs:
                return self._told([])
            self._working = WorkingSignal(self._source, 0, self._labeller.fs)
        self._working.follow()
        blocks = []
        ahead = round(self.patience * self._labeller.fs)
        while self._working.needs(self._start + self._step + ahead) <= self._source.n_samples:
            blocks.append(self._next_block(self._working, self._start + self._step))
        return self._told(blocks)

    def finish(self) -> StreamedBeats:
        """End the stream and return the remaining beats.

        Returns
        -------
        StreamedBeats
            Beats that `push` has not returned yet.

        Raises
        ------
        ValueError
            If the stream is already finished.
        """
        self._check_open()
        self._finished = True
        if not self._source.n_samples:
            return self._told([])
        if self._working is None:
            self._working = WorkingSignal(self._source, 0, self._labeller.fs)
        blocks = []
        n_samples = self._working.n_samples
        while self._start < n_samples:
            stop = min(self._start + self._step, n_samples)
            blocks.append(self._next_block(self._working, stop))
        self._label(self._sequencer.finish())
        return self._told(blocks)

    def _check_open(self) -> None:
        if self._finished:
            raise ValueError("the stream is already finished. Create a new BeatStream.")

    def _next_block(self, working: WorkingSignal, stop: int) -> Block:
        block = examine(working, self._start, stop, ahead_s=self.patience)
        self._start = stop
        self._waiting.add(block)
        self._label(self._sequencer.push(block))
        self._source.forget(working.first_needed(first_examined(working, stop)))
        return block

    def _label(self, groups: list[BeatGroup]) -> None:
        for group in groups:
            labels, probabilities = self._labeller.label([group.signal], group.beats, group.wanted)
            self._waiting.label(group.number, labels, probabilities)

    def _told(self, blocks: list[Block]) -> StreamedBeats:
        stretches = join_stretches([stretch for block in blocks for stretch in block.unreadable])
        table = pd.DataFrame(stretches, columns=["start", "stop", "reason"])
        fs = self._labeller.fs
        for edge in ("start", "stop"):
            at = table[edge].to_numpy(dtype=np.int64) * (self.fs / fs)
            table[edge] = np.minimum(np.rint(at).astype(np.int64), self._source.n_samples)
        beats = self._waiting.certain(fs)
        moved = beats["sample"].to_numpy()
        if self._working is not None:
            moved = self._working.to_source(moved)
        beats["sample"], beats["time_s"] = moved, moved / self.fs
        return StreamedBeats(beats, table, self._start / fs)


class _Waiting:
    """Beats in order of time, returned when they and all earlier beats are final."""

    def __init__(self, classes: tuple[str, ...], has_probabilities: bool):
        self._classes = classes if has_probabilities else ()
        self._n_gone = 0
        self._last: tuple[int, bool] | None = None
        self._stretches: list[int] = []
        self._sample = np.empty(0, dtype=np.int64)
        self._quality = np.empty(0, dtype=np.float32)
        self._readable = np.empty(0, dtype=bool)
        self._label = np.empty(0, dtype="<U1")
        self._p = np.empty((0, len(self._classes)), dtype=np.float32)

    def add(self, block: Block) -> None:
        """Add detected beats that are not labelled yet."""
        n = len(block.beats)
        self._sample = np.concatenate([self._sample, block.beats])
        self._quality = np.concatenate([self._quality, block.quality])
        self._readable = np.concatenate([self._readable, block.readable])
        self._label = np.concatenate([self._label, np.full(n, "", dtype="<U1")])
        unknown = np.full((n, self._p.shape[1]), np.nan, dtype=np.float32)
        self._p = np.concatenate([self._p, unknown])
        self._stretches += [start for start, _, _ in block.unreadable]

    def label(self, number: np.ndarray, labels: np.ndarray, p: np.ndarray | None) -> None:
        """Set the labels of beats, given by their number among all beats."""
        self._label[number - self._n_gone] = labels
        if p is not None:
            self._p[number - self._n_gone] = p

    def certain(self, fs: float) -> pd.DataFrame:
        """Return the beats before the first one that still waits for its label."""
        pending = np.flatnonzero(self._readable & (self._label == ""))
        n = int(pending[0]) if len(pending) else len(self._sample)
        sample, readable = self._sample[:n], self._readable[:n]
        before = [] if self._last is None else [self._last]
        at = np.array([*(b[0] for b in before), *sample], dtype=np.int64)
        seen = np.array([*(b[1] for b in before), *readable], dtype=bool)
        rr = known_intervals(at, seen, np.array(self._stretches, dtype=np.int64), fs)
        table = {
            "sample": sample,
            "time_s": sample / fs,
            "symbol": self._label[:n],
            "label": self._label[:n],
            **{f"p_{c}": column for c, column in zip(self._classes, self._p[:n].T, strict=True)},
            "rr_s": rr[len(before) :],
            "quality": self._quality[:n],
            "readable": readable,
        }
        if n:
            self._last = int(sample[-1]), bool(readable[-1])
            self._stretches = [start for start in self._stretches if start > self._last[0]]
        for name in ("_sample", "_quality", "_readable", "_label", "_p"):
            setattr(self, name, getattr(self, name)[n:].copy())
        self._n_gone += n
        return pd.DataFrame(table)
