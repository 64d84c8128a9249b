"""Start a network from the weights of another."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from heartbeat._layout import BeatLayout
from heartbeat.neural._file import read_file
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural._state import Weights, read_weights

__all__ = ["pretrained_start"]

# Another dropout is no other network.
_MUST_AGREE = ("architecture", "width", "depth", "kernel_size")


def pretrained_start(
    path: str | os.PathLike, body: dict[str, Any], layout: BeatLayout, classes: np.ndarray
) -> Callable[[BeatNetwork, int, np.ndarray], Weights]:
    """Return a function that gives each member its first weights.

    The body and the scaling of the leads come from the file. The scaling and the layers of the
    context come along if the context columns are the same, the head if the classes are too.

    Parameters
    ----------
    path : str or path
        File that `save_classifier` wrote.
    body : dict
        Architecture and knobs of the network to start, none of them None.
    layout : BeatLayout
        What it will see.
    classes : ndarray
        What it will tell apart.

    Raises
    ------
    ValueError
        If the file's architecture, leads or length differ.
    """
    if isinstance(path, str) and not Path(path).is_file():
        raise ValueError(
            f"pretrained={path!r} is neither a file written by save_classifier nor the name "
            "of weights that come with this version of heartbeat (none do)."
        )
    source = read_file(Path(path))
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
    same_context = theirs.context == layout.context
    same_classes = np.array_equal(source.classes, classes)

    def start(network: BeatNetwork, number: int, rows: np.ndarray) -> Weights:
        network.set_scale(rows)
        own = read_weights(network)
        other = source.members[number % len(source.members)]
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
