"""Start a network from the weights of another."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from heartbeat._layout import BeatLayout, default_context
from heartbeat.neural._file import SavedClassifier, read_file
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural._state import Weights, read_weights
from heartbeat.weights import check_units, find_weights, list_weights, model_card

__all__ = ["PretrainedStart", "pretrained_start"]

# Another dropout is no other network.
_MUST_AGREE = ("architecture", "width", "depth", "kernel_size")
_OF_CONTEXT = ("context_body", "context_mean", "context_scale", "join")


@dataclass(frozen=True)
class PretrainedStart:
    """Gives each member its first weights; `fresh` names the parts that do not come along."""

    source: SavedClassifier
    fresh: frozenset[str]

    def __call__(self, network: BeatNetwork, number: int, rows: np.ndarray) -> Weights:
        """Return the weights that the member of this number starts from."""
        network.set_scale(rows)
        members = self.source.members
        theirs = {
            name: array
            for name, array in members[number % len(members)].items()
            if name.split(".")[0] not in self.fresh
        }
        return read_weights(network) | theirs


def pretrained_start(
    path: str | os.PathLike,
    body: dict[str, Any],
    layout: BeatLayout,
    classes: np.ndarray,
    rows: np.ndarray,
) -> PretrainedStart:
    """Return what gives each member its first weights.

    The body and the scaling of the leads come from the file. The scaling and the layers of the
    context come along if the context columns are the same (for plain arrays: as many), the head if
    the classes are too.

    Parameters
    ----------
    path : str or path
        Name of weights that come with the package, or file that `save_classifier` wrote.
    body : dict
        Architecture and knobs of the network to start, none of them None.
    layout : BeatLayout
        What it will see.
    classes : ndarray
        What it will tell apart.
    rows : ndarray of shape (n_beats, n_features)
        What it will be trained on.

    Raises
    ------
    ValueError
        If architecture, leads or length differ from the file's, or the card says that beats must
        be scaled, and these are not.

    Warns
    -----
    UserWarning
        If the card says that beats must be in mV, and these plainly are not.
    """
    source = read_file(find_weights(path))
    different = [name for name in _MUST_AGREE if source.body[name] != body[name]]
    if different:
        wanted = ", ".join(f"{name}={source.body[name]!r}" for name in different)
        raise ValueError(
            f"pretrained={str(path)!r} is another network; to start from it, set {wanted}."
        )
    theirs = source.layout
    if (theirs.n_leads, theirs.n_times) != (layout.n_leads, layout.n_times):
        raise ValueError(
            f"pretrained={str(path)!r} was trained on {theirs.n_leads} lead(s) of "
            f"{theirs.n_times} samples; these beats have {layout.n_leads} of {layout.n_times}. "
            "Segment or resample them alike."
        )
    if path in list_weights():
        card = model_card(path)
        check_units(layout.split(rows)[0], card.name, card.layout)
    fresh: set[str] = set()
    if not _same_context(theirs, layout):
        fresh.update(_OF_CONTEXT, ["head"])
    if not np.array_equal(source.classes, classes):
        fresh.add("head")
    return PretrainedStart(source, frozenset(fresh))


def _same_context(a: BeatLayout, b: BeatLayout) -> bool:
    """Say whether context columns are the same: by name, by number where one table has no names."""
    if a.context == b.context:
        return True
    nameless = [layout.context == default_context(layout.n_context) for layout in (a, b)]
    return a.n_context == b.n_context and any(nameless)
