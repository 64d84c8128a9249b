"""Start a network from the weights of another."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from heartbeat._layout import BeatLayout
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural._state import Weights, read_weights
from heartbeat.neural.architectures import architecture_defaults

if TYPE_CHECKING:
    from heartbeat.neural._classifier import CNNClassifier

__all__ = ["pretrained_start"]

_KNOBS = ("width", "depth", "kernel_size")


def pretrained_start(
    classifier: "CNNClassifier", layout: BeatLayout, classes: np.ndarray
) -> Callable[[BeatNetwork, int, np.ndarray], Weights]:
    """Return a function that gives each member its first weights.

    The body and the scaling of the leads come from the file. The scaling and the layers of the
    context come along if the context columns are the same, the head if the classes are too.

    Raises
    ------
    ValueError
        If the file's architecture, leads or length differ.
    """
    source = _source(classifier.pretrained)
    _check_architecture(source, classifier)
    theirs = source.layout_
    if (theirs.n_leads, theirs.n_times) != (layout.n_leads, layout.n_times):
        raise ValueError(
            f"pretrained={str(classifier.pretrained)!r} was trained on {theirs.n_leads} lead(s) of "
            f"{theirs.n_times} samples; these beats have {layout.n_leads} of {layout.n_times}. "
            "Segment or resample them alike."
        )
    same_context = theirs.context == layout.context
    same_classes = np.array_equal(source.classes_, classes)

    def start(network: BeatNetwork, number: int, rows: np.ndarray) -> Weights:
        network.set_scale(rows)
        own = read_weights(network)
        other = source.members_[number % len(source.members_)]
        for name, array in other.items():
            part = name.split(".")[0].split("_")[0]
            if (
                part in ("body", "lead")
                or (part in ("context", "join") and same_context)
                or (part == "head" and same_context and same_classes)
            ):
                own[name] = array
        return own

    return start


def _source(pretrained: str | os.PathLike) -> "CNNClassifier":
    from heartbeat.neural._persistence import load_classifier

    if isinstance(pretrained, str) and not Path(pretrained).is_file():
        raise ValueError(
            f"pretrained={pretrained!r} is neither a file written by save_classifier nor the name "
            "of weights that come with this version of heartbeat (none do)."
        )
    return load_classifier(pretrained)


def _check_architecture(source: "CNNClassifier", classifier: "CNNClassifier") -> None:
    names = ("architecture", *_KNOBS)
    theirs, ours = (_resolved(estimator) for estimator in (source, classifier))
    different = [name for name in names if theirs[name] != ours[name]]
    if different:
        wanted = ", ".join(f"{name}={theirs[name]!r}" for name in different)
        raise ValueError(
            f"pretrained={str(classifier.pretrained)!r} is another network; to start from it, set "
            f"{wanted}."
        )


def _resolved(estimator: "CNNClassifier") -> dict:
    defaults = architecture_defaults(estimator.architecture)
    chosen = {
        knob: defaults[knob] if getattr(estimator, knob) is None else getattr(estimator, knob)
        for knob in _KNOBS
    }
    return {"architecture": estimator.architecture, **chosen}
