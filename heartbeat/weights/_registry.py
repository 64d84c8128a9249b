"""The weights in this package, by name; files are verified before they are used."""

import hashlib
import os
from pathlib import Path
from typing import TypeGuard

from heartbeat._files import expanded
from heartbeat._shown import shown
from heartbeat.weights._card import ModelCard, read_card

__all__ = ["find_card", "find_weights", "list_weights", "model_card", "trees_file", "weights_file"]

_FOLDER = Path(__file__).parent


def list_weights() -> list[str]:
    """List the pretrained weights that come with this package.

    Returns
    -------
    list of str
        Names, for `heartbeat.annotation.BeatAnnotator`, `heartbeat.neural.load_classifier`,
        ``CNNClassifier(pretrained=...)`` and `heartbeat.transfer.BeatEncoder`.

    See Also
    --------
    model_card : Input, training data and scores of a network.

    Examples
    --------
    >>> from heartbeat.weights import list_weights
    >>> list_weights()  # doctest: +NORMALIZE_WHITESPACE
    ['any-lead', 'any-lead-causal', 'any-lead-ds1', 'mitdb-centered', 'mitdb-ds1-centered',
     'mitdb-ds1-kaggle']
    """
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


def model_card(name: str) -> ModelCard:
    """Return input, training data, scores and licence of a pretrained network.

    Parameters
    ----------
    name : str
        Name of the weights, one of `list_weights`.

    Returns
    -------
    ModelCard
        The facts; ``card.segmentation`` are the parameters that cut fitting beats.

    Raises
    ------
    ValueError
        If there are no weights of that name.

    See Also
    --------
    heartbeat.neural.load_classifier : Loads the network.

    Examples
    --------
    >>> from heartbeat.weights import model_card
    >>> card = model_card("mitdb-ds1-kaggle")
    >>> card.layout, card.n_times, card.fs, card.classes
    ('kaggle', 187, 125.0, ('F', 'N', 'Q', 'S', 'V'))
    """
    if name not in list_weights():
        raise ValueError(
            f"this version of heartbeat has no weights {shown(name)}. Choose one of "
            f"{list_weights()}."
        )
    return read_card(_FOLDER / f"{name}.json")


def weights_file(name: str) -> Path:
    """Return the path of the file of a pretrained network, after checking its SHA256 hash.

    Parameters
    ----------
    name : str
        Name of the weights, one of `list_weights`.

    Returns
    -------
    Path
        Safetensors file, which `heartbeat.neural.load_classifier` reads.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    ValueError
        If there are no weights of that name, or the file has been changed.

    Examples
    --------
    >>> from heartbeat.weights import weights_file
    >>> weights_file("mitdb-ds1-centered").name
    'mitdb-ds1-centered.safetensors'
    """
    return _verified(f"{name}.safetensors", model_card(name).sha256)


def trees_file(name: str) -> Path:
    """Return the path of the file of the boosted trees of some weights, after checking its hash.

    Parameters
    ----------
    name : str
        Name of the weights, one of `list_weights` whose card has `trees`.

    Returns
    -------
    Path
        Safetensors file, which `heartbeat.pipelines.load_interpatient_classifier` reads.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    ValueError
        If there are no trees of that name, or the file has been changed.

    See Also
    --------
    weights_file : The file of the network.

    Examples
    --------
    >>> from heartbeat.weights import trees_file
    >>> trees_file("any-lead").name
    'any-lead.trees.safetensors'
    """
    trees = model_card(name).trees
    if trees is None:
        with_trees = [one for one in list_weights() if model_card(one).trees is not None]
        raise ValueError(
            f"the weights {shown(name)} are a network without trees. Choose one of {with_trees}, "
            "or load the network with heartbeat.neural.load_classifier."
        )
    return _verified(f"{name}.trees.safetensors", trees["sha256"])


def _verified(file: str, sha256: str) -> Path:
    path = _FOLDER / file
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing. Install heartbeat-ecg again.")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path} is damaged: its SHA256 is {found}, but its model card gives {sha256}. "
            f"Install heartbeat-ecg again."
        )
    return path


def find_card(source: str | os.PathLike) -> ModelCard | None:
    """Return the model card of weights, or None for the path of a file, which has no card."""
    return model_card(source) if _is_name(source) else None


def find_weights(source: str | os.PathLike) -> Path:
    """Return the file of weights that are named in `list_weights`, or the file at a path.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the source is neither, or the weights of that name are damaged.
    """
    if _is_name(source):
        return weights_file(source)
    path = expanded(source)
    if path.is_file():
        return path
    if isinstance(source, str) and not path.suffix and path.name == source:
        raise ValueError(
            f"{shown(source)} is neither the name of weights that come with this version of "
            f"heartbeat, {list_weights()}, nor a file."
        )
    raise FileNotFoundError(f"there is no saved classifier at {path}. Check the path.")


def _is_name(source: str | os.PathLike) -> TypeGuard[str]:
    return isinstance(source, str) and source in list_weights()
