"""The source of weights, and the input that they expect."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heartbeat._layout import BeatLayout
from heartbeat._shown import shown
from heartbeat._versions import warn_of_version
from heartbeat.neural._file import read_file
from heartbeat.neural._state import Weights
from heartbeat.weights import (
    ModelCard,
    find_card,
    find_weights,
    list_weights,
    model_card,
    weights_file,
)

__all__ = ["Source", "find_source"]


@dataclass(frozen=True)
class Source:
    """Description of weights that an encoder stores, without the weights themselves.

    Parameters
    ----------
    name : str
        Name in messages.
    path : str or None
        The user's file; None for weights of the package.
    sha256 : str
        Hash of the file.
    body : dict
        Architecture and its parameters, none of them None.
    layout : BeatLayout
        Layout of the network's input.
    context_is_named : bool
        Whether the context columns of `layout` have names other than the default ones.
    n_classes, n_members : int
        Number of outputs of a network, and number of networks in the file.
    cut : str or None
        Layout of the beats, ``"centered"`` or ``"kaggle"``; None for files without a card.
    fs, before : float or None
        Their sampling rate in Hz, and their seconds before the R peak.
    """

    name: str
    path: str | None
    sha256: str
    body: dict[str, Any]
    layout: BeatLayout
    context_is_named: bool
    n_classes: int
    n_members: int
    cut: str | None = None
    fs: float | None = None
    before: float | None = None

    def read(self) -> list[Weights]:
        """Read the weights of each member.

        Raises
        ------
        FileNotFoundError
            If the file no longer exists.
        ValueError
            If its content has changed.
        """
        if self.path is None:
            found, path = model_card(self.name).sha256, weights_file(self.name)
        else:
            path = Path(self.path)
            found = _sha256(path)
        if found != self.sha256:
            raise ValueError(
                f"the weights {self.name!r} have changed since the encoder was fitted: their "
                f"SHA256 was {self.sha256} and is {found}. Fit the encoder again. To make pickled "
                "encoders independent of the file, use store_weights=True."
            )
        return read_file(path).members


def find_source(weights: Any) -> Source:
    """Find weights by their name, or by the path of a file that `save_classifier` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TypeError
        If `weights` is neither a string nor a path.
    ValueError
        If there are no weights of that name, or `save_classifier` did not write the file.
    """
    if not isinstance(weights, str | os.PathLike):
        raise TypeError(
            f"weights must be one of {list_weights()} or the path of a file that save_classifier "
            f"wrote, got {shown(weights)}."
        )
    card = find_card(weights)
    if card is not None:
        return _source_of_card(card)
    return _source_of_file(find_weights(weights).resolve())


def _source_of_card(card: ModelCard) -> Source:
    return Source(
        name=card.name,
        path=None,
        sha256=card.sha256,
        body={"architecture": card.architecture, **card.knobs},
        layout=BeatLayout(tuple(card.leads), card.n_times, tuple(card.context)),
        context_is_named=True,
        n_classes=len(card.classes),
        n_members=card.training.get("n_members", 1),
        cut=card.layout,
        fs=card.fs,
        before=card.before,
    )


def _source_of_file(path: Path) -> Source:
    saved = read_file(path)
    warn_of_version(saved.version, path, stacklevel=5)
    return Source(
        name=str(path),
        path=str(path),
        sha256=_sha256(path),
        body=saved.body,
        layout=saved.layout,
        context_is_named=saved.feature_names is not None,
        n_classes=len(saved.classes),
        n_members=len(saved.members),
    )


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise FileNotFoundError(f"there is no saved classifier at {path}. Check the path.")
    return hashlib.sha256(path.read_bytes()).hexdigest()
