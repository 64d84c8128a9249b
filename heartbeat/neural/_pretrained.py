"""Start a network from the weights of another."""

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

# Another dropout is no other network.
_MUST_AGREE = ("architecture", "width", "depth", "kernel_size")
_BY_CONTEXT_COLUMN = ("context_mean", "context_scale", "context_body.0.weight")
_OF_CONTEXT = ("context_body", "context_mean", "context_scale", "join")


@dataclass(frozen=True)
class PretrainedStart:
    """Gives each member its first weights.

    `fresh` names the parts that do not come along; `outputs` says which of the file's outputs the
    head has; `columns` says where in the file's context each column of this table's is, if it comes
    along in another order.
    """

    source: SavedClassifier
    fresh: frozenset[str]
    outputs: list[int]
    columns: list[int] | None = None

    def __call__(self, network: BeatNetwork, number: int, rows: np.ndarray) -> Weights:
        """Return the weights that the member of this number starts from."""
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
    """Return what gives each member its first weights.

    The body and the scaling of the leads come from the file. The scaling and the layers of the
    context come along if the context columns are the same, in any order (for plain arrays: as many,
    taken to be in the same order), and then the head too, if it knows all of the classes: what it
    knows of others is left behind.

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
    TypeError
        If `path` is neither a name nor a path.
    ValueError
        If architecture, number or order of leads, or length differ from the file's, or the card
        says that beats must be scaled, and these are not.

    Warns
    -----
    UserWarning
        If the card says that beats must be in mV, and these plainly are not; or another version of
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
            f"pretrained={str(path)!r} is another network; to start from it, set {wanted}."
        )
    theirs = source.layout
    if theirs.n_leads == 1 < layout.n_leads:
        raise ValueError(
            f"pretrained={str(path)!r} was trained on one lead; these beats have {layout.n_leads}, "
            f"{list(layout.leads)}. Select one with leads=[...] when the beats are cut, or use "
            "heartbeat.transfer.BeatEncoder before a classifier: it encodes each lead on its own."
        )
    if (theirs.n_leads, theirs.n_times) != (layout.n_leads, layout.n_times):
        raise ValueError(
            f"pretrained={str(path)!r} was trained on {theirs.n_leads} lead(s) of "
            f"{theirs.n_times} samples; these beats have {layout.n_leads} of {layout.n_times}. "
            f"{_remedy(theirs, layout)}"
        )
    directions = [list(map(lead_direction, of.leads)) for of in (theirs, layout)]
    if directions[0] != directions[1] and sorted(directions[0]) == sorted(directions[1]):
        raise ValueError(
            f"pretrained={str(path)!r} was trained on the leads {list(theirs.leads)}; these beats "
            f"have them in another order, {list(layout.leads)}. Select them in that order."
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
    """Say whether context columns are the same: by name, by number where one table has no names."""
    if sorted(a.context) == sorted(b.context):
        return True
    nameless = [layout.context == default_context(layout.n_context) for layout in (a, b)]
    return a.n_context == b.n_context and any(nameless)


def _remedy(theirs: BeatLayout, layout: BeatLayout) -> str:
    if theirs.n_features == layout.n_features and not layout.n_context:
        return (
            f"As many columns would be theirs with context: set n_leads={theirs.n_leads}, "
            f"n_context={theirs.n_context}."
        )
    return "Segment or resample them alike."
