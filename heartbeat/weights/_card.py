"""Model cards: the input, the origin and the scores of a file of weights."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from numbers import Real
from pathlib import Path
from typing import Any

__all__ = ["ModelCard", "are_words", "card_from_entries", "read_card", "was_trained_on"]

_TUPLES = ("leads", "context", "context_blocks", "classes", "records", "subjects", "citation")


@dataclass(frozen=True)
class ModelCard:
    """Model card: what a pretrained network expects, what it was trained on, how well it does.

    `model_card` returns it. `segmentation` gives the parameters that cut beats as the network
    expects them.

    Attributes
    ----------
    name, title : str
        Name to load the weights by, and a short description.
    architecture : str
        Architecture, one of `heartbeat.neural.list_architectures`.
    knobs : mapping of str to number
        Parameters ``width``, ``depth``, ``kernel_size`` and ``dropout`` of the architecture.
    classes : tuple of str
        Classes that the network predicts, in the order of its outputs.
    layout : {"centered", "kaggle"}
        How beats are cut, see `heartbeat.segmentation.segment_beats`.
    fs : float
        Sampling rate of the beats in Hz.
    before, after : float
        Time before and after the R peak in s (Kaggle layout: 0, and the padded length).
    n_times : int
        Number of samples per lead.
    leads : tuple of str
        Leads, in the order of the columns.
    units : str
        Unit of the waveform: ``"mV"``, or ``"scaled to [0, 1]"`` in the Kaggle layout.
    scaling : str
        How a waveform is scaled before the first convolution, and where that happens.
    context_blocks : tuple of str
        Blocks of `heartbeat.context` whose columns follow the waveform.
    context : tuple of str
        Names of these columns.
    convention : {"literature", "ec57"}
        AAMI class of escape beats, see `heartbeat.labels.classes_of_symbols`.
    database : str
        Database of the training beats.
    records, subjects : tuple of str
        Records and subjects of the training beats. Do not test the weights on them.
    class_counts : mapping of str to int
        Number of training beats of each class.
    training : mapping
        Parameters of `CNNClassifier`, other than those of the architecture. ``"rearranged"`` is the
        number of further beats in rhythms that `heartbeat.datasets.augment_rhythm` made.
    seed : int
        `random_state` of the training.
    protocol : str
        How the scores were obtained.
    scores : mapping of str to list
        Value and 95 % interval over subjects (low, high) of each score.
    licence : str
        Licence of the weights.
    data_licence : str
        Licence of the training data.
    citation : tuple of str
        What to cite when the weights are used.
    versions : mapping of str to str
        Versions of the libraries used for training.
    sha256 : str
        SHA256 hash of the file.
    n_bytes : int
        Size of the file in bytes.
    beat_scaling : {None, "qrs", "qrs_causal"}
        Parameter `scaling` of `heartbeat.segmentation.segment_beats`.
    trees : mapping or None
        Boosted trees trained on the same beats, or None if there are none. ``"sha256"`` and
        ``"n_bytes"`` are of their file, ``"training"`` are the parameters of
        `heartbeat.boosting.BoostedTreesClassifier`, and ``"scores"`` are those of the mean of both,
        which `heartbeat.pipelines.load_interpatient_classifier` loads.

    See Also
    --------
    list_weights : Names of the weights.
    heartbeat.neural.load_classifier : Loads the network.
    heartbeat.transfer.BeatEncoder : Uses the network to compute features.

    Examples
    --------
    >>> from heartbeat.weights import model_card
    >>> card = model_card("mitdb-ds1-kaggle")
    >>> card.layout, card.fs, card.classes
    ('kaggle', 125.0, ('F', 'N', 'Q', 'S', 'V'))
    """

    name: str
    title: str
    architecture: str
    knobs: Mapping[str, float]
    classes: tuple[str, ...]
    layout: str
    fs: float
    before: float
    after: float
    n_times: int
    leads: tuple[str, ...]
    units: str
    scaling: str
    context_blocks: tuple[str, ...]
    context: tuple[str, ...]
    convention: str
    database: str
    records: tuple[str, ...]
    subjects: tuple[str, ...]
    class_counts: Mapping[str, int]
    training: Mapping[str, Any]
    seed: int
    protocol: str
    scores: Mapping[str, list[float]]
    licence: str
    data_licence: str
    citation: tuple[str, ...]
    versions: Mapping[str, str]
    sha256: str
    n_bytes: int
    beat_scaling: str | None = None
    trees: Mapping[str, Any] | None = None

    @property
    def segmentation(self) -> dict[str, Any]:
        """Parameters of `segment_beats` and `load_beats` that cut beats as the network expects.

        Examples
        --------
        >>> from heartbeat.datasets import load_sample_recording
        >>> from heartbeat.segmentation import segment_beats
        >>> from heartbeat.weights import model_card
        >>> card = model_card("mitdb-ds1-centered")
        >>> beats = segment_beats(load_sample_recording(), **card.segmentation)
        >>> beats.data.shape[1] == card.n_times + len(card.context)
        True
        """
        cut = {"before": self.before, "after": self.after} if self.layout == "centered" else {}
        return {
            "layout": self.layout,
            "fs": self.fs,
            **cut,
            "leads": self.leads,
            "context": self.context_blocks,
            "scaling": self.beat_scaling,
            "convention": self.convention,
        }

    def __str__(self) -> str:
        knobs = ", ".join(f"{name} {value:g}" for name, value in self.knobs.items())
        counts = ", ".join(f"{n:,} {name}" for name, n in self.class_counts.items())
        rows = {
            "network": f"{self.architecture} ({knobs}), {self.n_bytes / 1024:.0f} KiB",
            "beats": f"{self.layout} layout, {self.n_times} samples at {self.fs:g} Hz, "
            f"lead {' and '.join(self.leads)}, {self.units}",
            "scaling": self.scaling,
            "context": ", ".join(self.context_blocks) or "none",
            "trained on": f"{self.database}, {len(self.subjects)} subjects: {counts}",
            "protocol": f"{self.protocol}; seed {self.seed}",
            "scores": _scores_in_words(self.scores),
            "licence": f"{self.licence}; data: {self.data_licence}",
        }
        if self.trees is not None:
            rows["with trees"] = _scores_in_words(self.trees["scores"])
        lines = [f"{self.name}: {self.title}"]
        return "\n".join(lines + [f"  {name:<10}  {value}" for name, value in rows.items()])


def was_trained_on(card: ModelCard, database: str, record: str) -> bool:
    """Tell whether weights were trained on a record of a database, such as ``"mitdb"``."""
    # Cards of weights trained on mitdb only name its records without the database.
    seen = {name if "/" in name else f"mitdb/{name}" for name in card.records}
    return f"{database}/{record}" in seen


def _scores_in_words(scores: Mapping[str, list[float]]) -> str:
    return ", ".join(
        f"{name} {value:.3f} ({low:.3f}-{high:.3f})" for name, (value, low, high) in scores.items()
    )


def are_words(value: Any) -> bool:
    """Tell whether a value of a JSON file is a list of strings."""
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _of(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Return a check that a mapping's values pass another check."""
    return lambda value: isinstance(value, dict) and all(map(holds, value.values()))


def _is_score(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(map(_is_number, value))


def _are_trees(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict)
        and set(value) == {"sha256", "n_bytes", "training", "scores"}
        and _is_word(value["sha256"])
        and _is_whole(value["n_bytes"])
        and isinstance(value["training"], dict)
        and _of(_is_score)(value["scores"])
    )


_WORDS = (
    "name", "title", "architecture", "layout", "units", "scaling", "convention", "database",
    "protocol", "licence", "data_licence", "sha256",
)  # fmt: skip
_KINDS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(_WORDS, _is_word),
    **dict.fromkeys(("fs", "before", "after"), _is_number),
    **dict.fromkeys(("n_times", "seed", "n_bytes"), _is_whole),
    "knobs": _of(_is_number),
    "class_counts": _of(_is_whole),
    "training": _of(lambda value: True),
    "scores": _of(_is_score),
    "versions": _of(_is_word),
    "beat_scaling": lambda value: value in (None, "qrs", "qrs_causal"),
    "trees": _are_trees,
}


def read_card(path: Path) -> ModelCard:
    """Read a card.

    Raises
    ------
    ValueError
        If the file is not a card of this version.
    """
    try:
        return card_from_entries(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        known = ", ".join(field.name for field in fields(ModelCard))
        raise ValueError(
            f"{path} is not a model card of this version of heartbeat ({error}). A card has the "
            f"entries {known}."
        ) from error


def card_from_entries(entries: Mapping[str, Any]) -> ModelCard:
    """Make a card from its entries in JSON.

    Raises
    ------
    KeyError, TypeError
        If an entry is missing, unknown or of the wrong type.
    """
    for name in _TUPLES:
        if not are_words(entries[name]):
            raise TypeError(f"{name} must be a list of strings, got {entries[name]!r}")
    card = ModelCard(**{**entries, **{name: tuple(entries[name]) for name in _TUPLES}})
    for name, holds in _KINDS.items():
        if not holds(getattr(card, name)):
            raise TypeError(f"{name} has the invalid value {getattr(card, name)!r}")
    return card
