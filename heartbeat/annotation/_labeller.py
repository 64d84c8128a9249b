"""A classifier together with the segmentation of its training beats."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch
from sklearn.utils.validation import check_is_fitted

from heartbeat._checks import check_number
from heartbeat._layout import resolve_layout
from heartbeat._shown import shown
from heartbeat.context import resolve_context
from heartbeat.recording import Recording
from heartbeat.recording._wfdb_library import WFDB_SYMBOLS
from heartbeat.segmentation import ANY_LEAD, segment_beats
from heartbeat.segmentation._qrs_units import QRS_UNITS
from heartbeat.weights import ModelCard, find_card

__all__ = ["Labeller", "make_labeller"]

_DEFAULT_FS = 125.0
# Number of earlier beats that a label may depend on: "rhythm" compares the last 150, and blocks of
# the user may use as many.
_LOOKBACK = 160
_PROBABILITIES = 1e-7
_OF_THE_TABLE = ("as_frame", "beats", "convention", "edges")
"""Arguments of `segment_beats` that a table for training needs; here every beat gets a label."""


@dataclass(frozen=True)
class Labeller:
    """A classifier with the segmentation of its beats.

    Attributes
    ----------
    classifier : estimator
        Fitted classifier.
    segmentation : dict
        Arguments of `segment_beats`, without `leads`.
    leads : tuple of str
        Leads in the column names; ``("any",)`` for a classifier of any lead.
    card : ModelCard or None
        Model card of shipped weights.
    description : str
        One line that describes the classifier in the results.
    """

    classifier: Any
    segmentation: dict[str, Any]
    leads: tuple[str, ...]
    card: ModelCard | None
    description: str

    @property
    def fs(self) -> float:
        """Sampling rate of the segmented beats, in Hz."""
        return float(self.segmentation.get("fs", _DEFAULT_FS))

    @property
    def takes_any_lead(self) -> bool:
        """Whether the classifier was trained on beats of any lead, unit and polarity."""
        return self.leads == (ANY_LEAD,)

    @property
    def in_millivolts(self) -> bool:
        """Whether the labels depend on the gain of the lead."""
        return (
            self.segmentation.get("scaling") is None
            and self.segmentation.get("layout", "centered") == "centered"
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the classifier."""
        return tuple(map(str, self.classifier.classes_))

    @property
    def lookback(self) -> int | None:
        """Number of earlier beats that a label depends on; None for the whole recording."""
        return None if self._needs_all else _LOOKBACK

    @property
    def lookahead(self) -> int | None:
        """Number of later beats that a label depends on; None for the whole recording."""
        if self._needs_all:
            return None
        blocks = resolve_context(self.segmentation.get("context", ()))
        ahead = [block.n_lookahead or 0 for block in blocks]
        scaling = self.segmentation.get("scaling")
        if scaling is not None:
            ahead.append(QRS_UNITS[scaling][1])
        return max(ahead, default=0)

    @cached_property
    def _likeliest_wins(self) -> bool:
        """Whether labels are known to be those of the highest probability."""
        from heartbeat.export import OnnxClassifier

        return self.card is not None or isinstance(self.classifier, OnnxClassifier)

    @property
    def _needs_all(self) -> bool:
        blocks = resolve_context(self.segmentation.get("context", ()))
        is_kaggle = self.segmentation.get("layout") == "kaggle"
        return (
            is_kaggle or self._takes_whole_recording or any(block.transductive for block in blocks)
        )

    @property
    def _takes_whole_recording(self) -> bool:
        """Whether the classifier, or a part of it, labels a beat by all beats of its recording."""
        parts = [self.classifier]
        if hasattr(self.classifier, "get_params"):
            parts += self.classifier.get_params().values()
        return any(getattr(part, "transductive", False) is True for part in parts)

    def label(
        self, signals: list[np.ndarray], beats: np.ndarray, wanted: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Label beats in a part of a signal.

        Parameters
        ----------
        signals : list of ndarray of shape (n_samples,)
            Leads at `fs`, in the order of the classifier's leads. For a classifier of any lead,
            the probabilities of the given leads are averaged.
        beats : ndarray of shape (n_beats,)
            R peaks, in samples of `signals`.
        wanted : ndarray of int
            Indices of the beats to label.

        Returns
        -------
        labels : ndarray of shape (n_wanted,), dtype str
        probabilities : ndarray of shape (n_wanted, n_classes) or None
            None if the classifier has no `predict_proba`.
        """
        if not self.takes_any_lead:
            return self._predict(self._cut(signals, self.leads, beats), wanted)
        views = [self._predict(self._cut([one], self.leads, beats), wanted) for one in signals]
        if len(views) == 1:
            return views[0]
        known = [probabilities for _, probabilities in views if probabilities is not None]
        if not known:
            raise ValueError(
                "several leads need a classifier with predict_proba. Use one, or give one lead."
            )
        logs = np.mean([np.log(np.maximum(p, _PROBABILITIES)) for p in known], axis=0)
        mean = np.exp(logs - logs.max(axis=1, keepdims=True))
        mean /= mean.sum(axis=1, keepdims=True)
        return np.array(self.classes)[mean.argmax(axis=1)], mean

    def _cut(self, signals: list[np.ndarray], leads: tuple[str, ...], beats: np.ndarray) -> Bunch:
        recording = Recording(np.stack(signals).T, self.fs, leads)
        return segment_beats(
            recording, beats=beats, leads=tuple(range(len(leads))), **self.segmentation
        )

    def _predict(self, table: Bunch, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        rows: Any = table.data[wanted]
        names = getattr(self.classifier, "feature_names_in_", None)
        if names is not None:
            import pandas as pd

            rows = pd.DataFrame(rows, columns=table.feature_names, copy=False)
        probabilities = None
        if hasattr(self.classifier, "predict_proba"):
            probabilities = np.asarray(self.classifier.predict_proba(rows), dtype=np.float32)
        if probabilities is not None and self._likeliest_wins:
            return np.array(self.classes)[probabilities.argmax(axis=1)], probabilities
        # Some classifiers do not choose the highest probability, or abstain.
        return np.asarray(self.classifier.predict(rows)).astype(str), probabilities


def make_labeller(classifier: Any, segmentation: Mapping[str, Any] | None) -> Labeller:
    """Return the labeller for shipped weights, a file of `save_classifier`, or an estimator.

    Raises
    ------
    TypeError
        If `classifier` is none of these, or `segmentation` not a mapping of arguments of
        `segment_beats`.
    ValueError
        If `segmentation` does not give the columns that it was fitted on, or its classes are not
        symbols of beats.
    """
    card, described = None, ""
    if isinstance(classifier, (str, os.PathLike)):
        described = f"weights {os.fspath(classifier)!r}"
        card = find_card(classifier)
        classifier = _read_classifier(classifier, card)
    elif not hasattr(classifier, "predict"):
        raise TypeError(
            f"classifier must be the name of weights (see heartbeat.weights.list_weights), a file "
            f"that save_classifier wrote, or a fitted classifier, got {shown(classifier)}."
        )
    check_is_fitted(classifier)
    card = card or getattr(classifier, "card_", None)
    if card is not None and described and card.name not in described:
        described += f" ({card.name!r})"
    own = segmentation if segmentation is not None else getattr(classifier, "segmentation", None)
    if own is not None:
        cut = _how_beats_look(own)
    elif card is not None:
        cut = _how_beats_look(card.segmentation)
    else:
        cut = _from_names(classifier)
    leads = cut.pop("leads", None)
    if leads is None:
        leads = card.leads if card is not None else _leads_from_names(classifier)
    leads = (leads,) if isinstance(leads, str) else tuple(map(str, leads))
    labeller = Labeller(
        classifier, cut, leads, card, described or f"{type(classifier).__name__} of the user's"
    )
    _check(labeller)
    return labeller


def _how_beats_look(segmentation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `segment_beats` without those on which beats are in the table.

    Raises
    ------
    TypeError
        If these are not arguments of `segment_beats`.
    """
    known = set(signature(segment_beats).parameters) - {"recording"}
    if not isinstance(segmentation, Mapping) or not set(segmentation) <= known:
        raise TypeError(
            "segmentation must be a mapping of arguments of segment_beats to their values, such as "
            f'{{"leads": "MLII", "context": "rr"}}, got {shown(segmentation)}.'
        )
    return {name: value for name, value in segmentation.items() if name not in _OF_THE_TABLE}


def _read_classifier(source: str | os.PathLike, card: ModelCard | None) -> Any:
    """Open an ONNX file, without torch, or weights or a saved network, with torch."""
    if Path(source).suffix == ".onnx":
        from heartbeat.export import OnnxClassifier

        return OnnxClassifier(source).fit()
    try:
        from heartbeat.neural import load_classifier
        from heartbeat.pipelines import load_interpatient_classifier
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{os.fspath(source)!r} is a network that requires {error.name}, which is not "
            "installed. Install it, or give an ONNX file that heartbeat.export.export_onnx wrote "
            "on another machine."
        ) from error
    if card is not None and card.trees is not None:
        return load_interpatient_classifier(card.name)
    return load_classifier(source)


def _from_names(classifier: Any) -> dict[str, Any]:
    """Infer the context blocks from the column names that a classifier was fitted on."""
    from heartbeat.context import context_feature_names, list_context_blocks

    names = list(getattr(classifier, "feature_names_in_", ()))
    blocks = [
        block for block in list_context_blocks() if set(context_feature_names(block)) <= set(names)
    ]
    blocks.sort(key=lambda block: names.index(context_feature_names(block)[0]))
    return {"context": tuple(blocks)} if blocks else {}


def _leads_from_names(classifier: Any) -> tuple[str, ...]:
    names = getattr(classifier, "feature_names_in_", None)
    if names is None:
        return ("MLII",)
    return resolve_layout(len(names), list(names)).leads


def _check(labeller: Labeller) -> None:
    unknown = [letter for letter in labeller.classes if letter not in WFDB_SYMBOLS | {"?"}]
    if unknown:
        raise ValueError(
            f"the classifier has the classes {unknown}, which are not symbols of beats. Train it "
            f"on the AAMI letters N, S, V, F and Q."
        )
    check_number("fs", labeller.segmentation.get("fs", _DEFAULT_FS), above=0)
    n_expected = getattr(labeller.classifier, "n_features_in_", None)
    names = getattr(labeller.classifier, "feature_names_in_", None)
    silence = [np.zeros(round(4 * labeller.fs), dtype=np.float32)] * len(labeller.leads)
    table = labeller._cut(silence, labeller.leads, np.array([round(2 * labeller.fs)]))
    found = table.feature_names
    if n_expected is not None and n_expected != len(found):
        fitted, has = f"{n_expected} columns", f"{len(found)}"
    elif names is not None and list(names) != found:
        at = int(np.argmax(np.asarray(names) != np.asarray(found)))
        fitted, has = f"a column {names[at]!r} at position {at}", f"{found[at]!r} there"
    else:
        return
    raise ValueError(
        f"the classifier was fitted on {fitted}, but beats segmented with "
        f"{labeller.segmentation or 'the defaults of segment_beats'} on {list(labeller.leads)} "
        f"have {has}. Set segmentation to the arguments of segment_beats for the training beats, "
        'such as segmentation={"leads": "MLII", "context": "rr"}.'
    )
