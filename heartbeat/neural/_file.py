"""Read and write fitted classifiers as safetensors files with a JSON header, without pickle.

This module does not depend on the classifier, so that `CNNClassifier` can start from such a file
and `load_classifier` can make a classifier from it.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from heartbeat._layout import BeatLayout
from heartbeat._safetensors import errors_as_damage, read_described, write_described
from heartbeat._version import __version__
from heartbeat.neural._state import Weights
from heartbeat.weights._card import are_words

__all__ = ["SavedClassifier", "read_file", "write_file"]

_FORMAT, _CONTENT = "heartbeat.neural.CNNClassifier/1", "a classifier"

PRECISIONS = ("bfloat16", "float32")
"""Precisions in which networks may have been trained and predict."""

_MOST_COLUMNS, _MOST_MEMBERS = 10_000_000, 1000
"""Upper limit of the number of columns and of members: a header with more is damaged."""


@dataclass(frozen=True)
class SavedClassifier:
    """Content of a file; see the attributes of `CNNClassifier`.

    `body` holds the name of the architecture and its parameters, none of them None. `version` is
    the version of this package that wrote the file.
    """

    parameters: dict[str, Any]
    body: dict[str, Any]
    classes: np.ndarray
    layout: BeatLayout
    feature_names: list[str] | None
    precision: str
    members: list[Weights]
    version: str = __version__


def write_file(saved: SavedClassifier, path: Path) -> None:
    """Write the file; if that fails, an existing one stays unchanged.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    IsADirectoryError
        If the path is a folder.
    TypeError
        If a label or parameter cannot be stored as JSON.
    """
    description = {
        "format": _FORMAT,
        "heartbeat": saved.version,
        "parameters": saved.parameters,
        "body": saved.body,
        "classes": {"values": saved.classes.tolist(), "dtype": saved.classes.dtype.str},
        "layout": {
            "leads": saved.layout.leads,
            "n_times": saved.layout.n_times,
            "context": saved.layout.context,
        },
        "feature_names": saved.feature_names,
        "precision": saved.precision,
        "n_members": len(saved.members),
    }
    arrays = {
        # Not `ascontiguousarray`, which adds a dimension to scalars.
        f"{number}.{name}": np.asarray(array, order="C")
        for number, weights in enumerate(saved.members)
        for name, array in weights.items()
    }
    description["sha256"] = _digest(arrays)
    write_described(arrays, description, path)


def read_file(path: Path) -> SavedClassifier:
    """Read a file that `write_file` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it was not written by `write_file`, or is damaged.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no saved classifier at {path}. Check the path.")
    description, arrays = read_described(path, _FORMAT, _CONTENT)
    with errors_as_damage(path, _CONTENT):
        saved = _from_description(description, arrays)
    # The first files of this format hold no hash.
    if description.get("sha256", found := _digest(arrays)) != found:
        raise ValueError(
            f"{path} is damaged: the SHA256 of its weights is {found}, not "
            f"{description['sha256']!r}. Copy or save it again."
        )
    return saved


def _from_description(description: dict[str, Any], arrays: Weights) -> SavedClassifier:
    """Return the content that a header describes, after checking all of its entries."""
    parameters, body = description["parameters"], description["body"]
    if not isinstance(parameters, dict) or not isinstance(body, dict):
        raise ValueError(f"its parameters are {parameters!r}, its network {body!r}")
    layout, names = _layout(description["layout"]), description["feature_names"]
    if names is not None and not (are_words(names) and len(names) == layout.n_features):
        raise ValueError(f"its feature names are not a list of {layout.n_features} strings")
    precision = description["precision"]
    if precision not in PRECISIONS:
        raise ValueError(f"its precision is {precision!r}, not one of {PRECISIONS}")
    members = _members(description["n_members"], arrays)
    classes = _classes(description["classes"])
    version = description["heartbeat"]
    if not isinstance(version, str):
        raise ValueError(f"its version of heartbeat is {version!r}")
    return SavedClassifier(parameters, body, classes, layout, names, precision, members, version)


def _layout(described: dict[str, Any]) -> BeatLayout:
    leads, n_times, context = (described[name] for name in ("leads", "n_times", "context"))
    sound = are_words(leads) and are_words(context) and len(leads) and _is_count(n_times)
    if not sound or len(leads) * n_times > _MOST_COLUMNS:
        raise ValueError(f"its layout {described!r} is not that of a beats table")
    return BeatLayout(tuple(leads), n_times, tuple(context))


def _classes(described: dict[str, Any]) -> np.ndarray:
    kind = np.dtype(described["dtype"])
    values = described["values"]
    if not isinstance(values, list):
        raise ValueError(f"its classes are {values!r}")
    written = np.array(values)
    if kind.kind not in "biufUSO" or written.ndim != 1 or written.dtype.kind not in "biufUS":
        raise ValueError(f"its classes {values!r} are not labels of dtype {kind}")
    classes = written.astype(kind)
    if len(classes) < 2 or not np.array_equal(classes, np.unique(classes)):
        raise ValueError(f"its classes {values!r} are not at least two, in sorted order")
    return classes


def _members(n_members: int, arrays: Weights) -> list[Weights]:
    if not _is_count(n_members) or n_members > _MOST_MEMBERS:
        raise ValueError(f"its number of members is {n_members!r}")
    members: list[Weights] = [{} for _ in range(n_members)]
    for name, array in arrays.items():
        number, _, weight = name.partition(".")
        if not (number.isdecimal() and number.isascii() and int(number) < n_members):
            raise ValueError(f"its array {name!r} is not a weight of one of {n_members} member(s)")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"its weight {name!r} is not finite")
        members[int(number)][weight] = array
    return members


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _digest(arrays: Weights) -> str:
    """Return a hash of all weights, their names and their shapes."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
