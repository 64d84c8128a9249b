"""Initialise a network with the weights of another one."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from heartbeat._layout import BeatLayout, default_context
from heartbeat._shown import shown
from heartbeat._versions import warn_of_version
from heartbeat.neural._file import SavedClassifier, read_file
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural._state import Weights, read_weights
from heartbeat.recording._lead_names import lead_direction
from heartbeat.weights import check_units, find_card, find_weights, list_weights

__all__ = ["PretrainedStart", "pretrained_start"]

# The dropout rate may differ, because it does not change the weights.
_MUST_AGREE = ("architecture", "width", "depth", "kernel_size")
_BY_CONTEXT_COLUMN = ("context_mean", "context_scale", "context_body.0.weight")
_OF_CONTEXT = ("context_body", "context_mean", "context_scale", "join")


@dataclass(frozen=True)
class PretrainedStart:
    """Provides the initial weights of each member.

    `fresh` names the parts that are initialised at random; `outputs` gives the outputs of the
    pretrained head that are used; `columns` gives the position of each context column in the
    pretrained network, if the order differs.
    """

    source: SavedClassifier
    fresh: frozenset[str]
    outputs: list[int]
    columns: list[int] | None = None

    def __call__(self, network: BeatNetwork, number: int, rows: np.ndarray) -> Weights:
        """Return the initial weights of the member with this number."""
        network.set_scale(rows)
        members = self.source.members
        theirs = {
            name: array
            for name, array in members[number % len(members)].items()
            if name.split(".")[0] not in self.fresh
        }
        if "head" not in self.fresh:
            for name in ("head.weight", "head.bias"):
                theirs[name] = theirs[name][self.outputs]
        if self.columns is not None:
            for name in _BY_CONTEXT_COLUMN:
                theirs[name] = theirs[name][..., self.columns]
        return read_weights(network) | theirs


def pretrained_start(
    path: str | os.PathLike,
    body: dict[str, Any],
    layout: BeatLayout,
    classes: np.ndarray,
    rows: np.ndarray,
) -> PretrainedStart:
    """Return the object that gives each member its initial weights.

    The body and the scaling of the leads come from the file. The scaling and the layers of the
    context also do if the context columns are the same, in any order (for plain arrays: if their
    number is the same, assuming the same order). Then the head does as well if it has all of the
    classes; its other classes are dropped.

    Parameters
    ----------
    path : str or path
        Name of weights that come with the package, or file that `save_classifier` wrote.
    body : dict
        Architecture and its parameters, none of them None, of the network to initialise.
    layout : BeatLayout
        Layout of its input.
    classes : ndarray
        Its classes.
    rows : ndarray of shape (n_beats, n_features)
        Its training beats.

    Raises
    ------
    TypeError
        If `path` is neither a name nor a path.
    ValueError
        If architecture, number or order of leads, or length differ from those of the file, or if
        the card requires scaled beats and these are not scaled.

    Warns
    -----
    UserWarning
        If the card requires beats in mV and these are in another unit, or if another version of
        this package wrote the file.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"pretrained must be one of {list_weights()} or the path of a file that "
            f"save_classifier wrote, got {shown(path)}."
        )
    source = read_file(find_weights(path))
    different = [name for name in _MUST_AGREE if source.body[name] != body[name]]
    if different:
        wanted = ", ".join(f"{name}={source.body[name]!r}" for name in different)
        raise ValueError(
            f"pretrained={str(path)!r} has another architecture. To start from it, set {wanted}."
        )
    theirs = source.layout
    if theirs.n_leads == 1 < layout.n_leads:
        raise ValueError(
            f"pretrained={str(path)!r} was trained on one lead, but these beats have "
            f"{layout.n_leads}, {list(layout.leads)}. Select one lead with leads=[...] when beats "
            "are segmented, or use heartbeat.transfer.BeatEncoder before a classifier, which "
            "encodes each lead separately."
        )
    if (theirs.n_leads, theirs.n_times) != (layout.n_leads, layout.n_times):
        raise ValueError(
            f"pretrained={str(path)!r} was trained on {theirs.n_leads} lead(s) of "
            f"{theirs.n_times} samples, but these beats have {layout.n_leads} lead(s) of "
            f"{layout.n_times} samples. {_remedy(theirs, layout)}"
        )
    directions = [list(map(lead_direction, of.leads)) for of in (theirs, layout)]
    if directions[0] != directions[1] and sorted(directions[0]) == sorted(directions[1]):
        raise ValueError(
            f"pretrained={str(path)!r} was trained on the leads {list(theirs.leads)}, but these "
            f"beats have the order {list(layout.leads)}. Select the leads in the order of training."
        )
    card = find_card(path)
    if card is not None:
        check_units(layout.split(rows)[0], card.name, card.layout)
    else:
        warn_of_version(source.version, path, stacklevel=5)
    fresh: set[str] = set()
    if not _same_context(theirs, layout):
        fresh.update(_OF_CONTEXT, ["head"])
    known = {label: output for output, label in enumerate(source.classes.tolist())}
    outputs = [known[label] for label in classes.tolist() if label in known]
    if len(outputs) < len(classes):
        fresh.add("head")
    columns = None
    if theirs.context != layout.context and set(theirs.context) == set(layout.context):
        columns = [theirs.context.index(name) for name in layout.context]
    return PretrainedStart(source, frozenset(fresh), outputs, columns)


def _same_context(a: BeatLayout, b: BeatLayout) -> bool:
    """Tell whether two layouts have the same context, by name, or by number without names."""
    if sorted(a.context) == sorted(b.context):
        return True
    nameless = [layout.context == default_context(layout.n_context) for layout in (a, b)]
    return a.n_context == b.n_context and any(nameless)


def _remedy(theirs: BeatLayout, layout: BeatLayout) -> str:
    if theirs.n_features == layout.n_features and not layout.n_context:
        return (
            f"With context columns the number of columns would be right: set "
            f"n_leads={theirs.n_leads}, n_context={theirs.n_context}."
        )
    return "Segment or resample the beats as for the pretrained network."
