"""Find and label the beats of a recording: `BeatAnnotator`."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator

from heartbeat._checks import check_n_jobs
from heartbeat._version import __version__
from heartbeat.annotation._blocks import examine
from heartbeat.annotation._engine import Labelled, label_signals
from heartbeat.annotation._intervals import known_intervals
from heartbeat.annotation._labeller import Labeller, make_labeller
from heartbeat.annotation._lead import choose_leads
from heartbeat.annotation._plausibility import polarity_note, rate_note, unit_note
from heartbeat.annotation._result import AnnotatedRecording
from heartbeat.annotation._source import Source, open_source
from heartbeat.annotation._working import SLOWEST_FS, WorkingSignal
from heartbeat.labels import AAMI_CLASSES
from heartbeat.recording import Recording
from heartbeat.weights._card import was_trained_on

__all__ = ["DEFAULT_WEIGHTS", "BeatAnnotator"]

DEFAULT_WEIGHTS = "any-lead"

# Length of the signal that is used to check whether rate, unit and polarity are plausible.
_EXAMINED_S = 300.0


class BeatAnnotator(BaseEstimator):
    """Find the beats of a recording, mark the unreadable ones and classify the others.

    Parameters
    ----------
    classifier : str, path or estimator, default="any-lead"
        Classifier that labels the beats: the name of weights that come with the package (see
        `heartbeat.weights.list_weights`; those for any lead are a network and boosted trees), a
        file written by `heartbeat.neural.save_classifier`, an ONNX file written by
        `heartbeat.export.export_onnx` (``"NAME.onnx"``, runs without torch), or any fitted
        classifier or Pipeline that takes a table of beats.
    lead : str, int or sequence of them, default="auto"
        Lead to classify, by name (matched as in `heartbeat.recording.find_lead`) or position.
        ``"auto"`` uses the lead that the classifier was trained on. With weights for any lead it
        uses lead II or, if that is often unreadable, the lead that is readable most often; such
        weights also accept several leads or ``"all"``, find the beats in the first lead and average
        the probabilities over the leads.
    segmentation : mapping, optional
        Arguments of `heartbeat.segmentation.segment_beats` with which the training beats were cut,
        such as ``{"leads": "MLII", "context": ("rr", "rhythm")}``. Those that say which beats are
        in the table (``beats`` and ``edges``) have no effect here. Set it for an estimator fitted
        on a plain array. Weights and ONNX files contain it; for an estimator fitted on a DataFrame,
        leads and context blocks are inferred from the column names.
    n_jobs : int, optional
        Number of threads used for one recording. None means 1 unless in a
        `joblib.parallel_config` context; -1 uses all cores.

    See Also
    --------
    annotate_files : Label many recordings and write the results to files.
    BeatStream : Label a lead while it is being recorded.
    heartbeat.quality.assess_quality : Find the unreadable stretches of a lead.
    heartbeat.metrics.compare_beats : Compare annotations with a reference as EC57 specifies.

    Notes
    -----
    Plain WFDB records are read and labelled one hour at a time, so that memory use does not grow
    with their length; other formats are read whole. The labels do not depend on where these parts
    begin.

    Unreadable beats get no class. After ten seconds without a readable beat, RR intervals and
    templates are computed afresh.

    References
    ----------
    .. [1] ANSI/AAMI EC57:2012, Testing and reporting performance results of cardiac rhythm and ST
       segment measurement algorithms.

    Examples
    --------
    >>> from heartbeat.annotation import BeatAnnotator
    >>> from heartbeat.datasets import load_sample_recording
    >>> annotated = BeatAnnotator().annotate(load_sample_recording())
    >>> annotated.beats[["sample", "label"]].head(3)
       sample label
    0     124     N
    1     343     N
    2     550     N
    """

    def __init__(
        self,
        classifier: Any = DEFAULT_WEIGHTS,
        *,
        lead: str | int | Sequence[str | int] = "auto",
        segmentation: Mapping[str, Any] | None = None,
        n_jobs: int | None = None,
    ):
        self.classifier = classifier
        self.lead = lead
        self.segmentation = segmentation
        self.n_jobs = n_jobs

    def annotate(self, recording: Recording | str | PathLike) -> AnnotatedRecording:
        """Label the beats of one recording.

        Parameters
        ----------
        recording : Recording or path-like
            Recording, or the path of one in a format that `heartbeat.recording.read_recording`
            reads. It may have any length and any number of leads; its sampling rate must be at
            least 100 Hz.

        Returns
        -------
        AnnotatedRecording
            Labelled beats and unreadable stretches. If no beat is found, the table is empty; this,
            and beats that are all unreadable, is reported in its `notes`.

        Raises
        ------
        FileNotFoundError
            If the file does not exist.
        ImportError
            If torch (for weights) or onnxruntime (for an ONNX file) is not installed.
        TypeError
            If `recording` is neither a Recording nor a path, `classifier` is not a classifier,
            `lead` neither a lead nor a sequence, or `segmentation` not a mapping of arguments of
            `segment_beats`.
        ValueError
            If the file cannot be read, a lead is missing, the sampling rate is below 100 Hz,
            `n_jobs` is not a number of jobs, or `segmentation` does not give the columns that the
            classifier was fitted on.
        """
        check_n_jobs(self.n_jobs)
        labeller = self._labeller()
        source = open_source(recording)
        if source.fs < SLOWEST_FS:
            raise ValueError(
                f"recording {source.name!r} has a sampling rate of {source.fs:g} Hz, but at least "
                f"{SLOWEST_FS:g} Hz are needed to distinguish the classes of beats."
            )
        positions, notes = choose_leads(source, self.lead, labeller)
        leads = [WorkingSignal(source, position, labeller.fs) for position in positions]
        notes += _seen_before(source, labeller)
        gain, more = _plausible(leads[0], labeller, source.leads[positions[0]])
        labelled = label_signals(leads, labeller, gain=gain, n_jobs=effective_n_jobs(self.n_jobs))
        return _result(source, positions, leads[0], labeller, labelled, [*notes, *more])

    def _labeller(self) -> Labeller:
        """Return the labeller, which is reused while the parameters are the same objects."""
        # The objects themselves are kept, because a new one may have the `id` of one that is gone.
        classifier, segmentation = getattr(self, "_labeller_of", (object(), object()))
        if classifier is not self.classifier or segmentation is not self.segmentation:
            self._labeller_made = make_labeller(self.classifier, self.segmentation)
            self._labeller_of = self.classifier, self.segmentation
        return self._labeller_made

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return {name: value for name, value in state.items() if not name.startswith("_labeller")}


def _plausible(working: WorkingSignal, labeller: Labeller, lead: str) -> tuple[float, list[str]]:
    """Return the factor that converts the lead to mV, and notes on rate, unit and polarity."""
    length = min(round(_EXAMINED_S * working.fs), working.n_samples)
    start = (working.n_samples - length) // 2
    block = examine(working, start, start + length)
    beats = block.beats[block.readable] - start
    gain, notes = 1.0, []
    if labeller.in_millivolts and len(beats):
        gain, note = unit_note(block.signal, working.fs, beats)
        notes.append(note)
        if not labeller.takes_any_lead:
            notes.append(polarity_note(block.signal, working.fs, beats, lead))
    notes.append(rate_note(block.signal, working.fs, beats, working.source.fs))
    return gain, [note for note in notes if note]


def _seen_before(source: Source, labeller: Labeller) -> list[str]:
    """Return a note if the weights were trained on this recording, so that scores mean nothing."""
    if labeller.card is None or not was_trained_on(labeller.card, source.database, source.name):
        return []
    return [
        f"these weights were trained on recording {source.name}, so that scores on it do not "
        f"show how well they label other subjects"
    ]


def _result(
    source: Source,
    positions: list[int],
    working: WorkingSignal,
    labeller: Labeller,
    labelled: Labelled,
    notes: list[str],
) -> AnnotatedRecording:
    sample = working.to_source(labelled.beats)
    unreadable = pd.DataFrame(labelled.unreadable, columns=["start", "stop", "reason"])
    for edge in ("start", "stop"):
        at = unreadable[edge].to_numpy(dtype=np.int64)
        moved = np.rint(at * (source.fs / working.fs)).astype(np.int64)
        unreadable[edge] = np.minimum(moved, source.n_samples)
    begins = np.array([start for start, _, _ in labelled.unreadable], dtype=np.int64)
    table = {
        "sample": sample,
        "time_s": sample / source.fs,
        "symbol": labelled.labels,
        "label": labelled.labels,
    }
    if labelled.probabilities is not None:
        for letter, column in zip(labeller.classes, labelled.probabilities.T, strict=True):
            table[f"p_{letter}"] = column
    table |= {
        "rr_s": known_intervals(labelled.beats, labelled.readable, begins, working.fs),
        "quality": labelled.quality,
        "readable": labelled.readable,
    }
    lead = "+".join(source.leads[position] for position in positions)
    if not len(sample):
        notes.append("no beats were found, so that the lead may be flat or not an ECG")
    elif not labelled.readable.any():
        notes.append("no beat is readable")
    provenance = {
        "heartbeat": __version__,
        "classifier": labeller.description,
        "classes": sorted(labeller.classes, key=_place),
        "lead": lead,
        "segmentation": {name: _plain(value) for name, value in labeller.segmentation.items()},
        "trained on": labeller.card.database if labeller.card is not None else None,
    }
    return AnnotatedRecording(
        name=source.name,
        fs=source.fs,
        n_samples=source.n_samples,
        lead=lead,
        beats=pd.DataFrame(table),
        unreadable=unreadable,
        notes=tuple(notes),
        provenance=provenance,
        recording=source.recording,
        reference=source.reference(),
        path=source.path,
    )


def _place(letter: str) -> tuple[int, str]:
    """Return the place of a class in the usual order; others follow."""
    return (AAMI_CLASSES.index(letter) if letter in AAMI_CLASSES else len(AAMI_CLASSES)), letter


def _plain(value: Any) -> Any:
    """Return a parameter in a form that JSON can hold."""
    if value is None or isinstance(value, (str, float, int)):
        return value
    return [getattr(item, "name", str(item)) for item in value]
