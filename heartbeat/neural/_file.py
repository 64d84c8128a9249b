"""The file of a fitted classifier: safetensors, its header a JSON description. No pickle anywhere.

It knows nothing of the classifier, so that `CNNClassifier` can start from such a file and
`load_classifier` can make a classifier of it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from heartbeat._files import written_whole
from heartbeat._layout import BeatLayout
from heartbeat._version import __version__
from heartbeat.neural._state import Weights

__all__ = ["SavedClassifier", "read_file", "write_file"]

_FORMAT = "heartbeat.neural.CNNClassifier/1"


@dataclass(frozen=True)
class SavedClassifier:
    """What a file holds; see the attributes of `CNNClassifier`.

    `body` is the architecture's name and its knobs, none of them None; `version` is that of this
    package which wrote the file.
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
    """Write to a temporary name, then replace.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    IsADirectoryError
        If the path is a folder.
    TypeError
        If a label or parameter has no JSON form.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder {path.parent} to save {path.name} in.")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a file in it.")
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
    header = json.dumps(description, default=_as_json)
    arrays = {
        # Not `ascontiguousarray`: it gives a number without dimensions one.
        f"{number}.{name}": np.asarray(array, order="C")
        for number, weights in enumerate(saved.members)
        for name, array in weights.items()
    }
    with written_whole(path) as temporary:
        # Not `save_file`: its files are readable by their owner alone.
        temporary.write_bytes(save(arrays, metadata={"heartbeat": header}))


def read_file(path: Path) -> SavedClassifier:
    """Read what `write_file` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not one of ours, or damaged.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no saved classifier at {path}.")
    try:
        with safe_open(path, framework="numpy") as file:
            header = (file.metadata() or {}).get("heartbeat")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{path} is not a readable safetensors file: {error}.") from error
    description = _described(header, path)
    try:
        return _from_description(description, arrays, path)
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not a classifier saved by heartbeat: its header lacks or garbles {error}."
        ) from error


def _from_description(description: dict[str, Any], arrays: Weights, path: Path) -> SavedClassifier:
    classes, layout = description["classes"], description["layout"]
    members: list[Weights] = [{} for _ in range(description["n_members"])]
    for name, array in arrays.items():
        number, _, weight = name.partition(".")
        if not (number.isdigit() and int(number) < len(members)):
            raise ValueError(
                f"{path} is not a classifier saved by heartbeat: {name!r} is no weight of its "
                f"{len(members)} member(s)."
            )
        members[int(number)][weight] = array
    return SavedClassifier(
        description["parameters"],
        description["body"],
        np.array(classes["values"], dtype=classes["dtype"]),
        BeatLayout(tuple(layout["leads"]), layout["n_times"], tuple(layout["context"])),
        description["feature_names"],
        description["precision"],
        members,
        description["heartbeat"],
    )


def _described(header: str | None, path: Path) -> dict[str, Any]:
    try:
        description = json.loads(header or "")
        if description["format"] == _FORMAT:
            return description
        found = f"its format is {description['format']!r}, not {_FORMAT!r}"
    except (json.JSONDecodeError, KeyError, TypeError):
        found = "its header does not describe one"
    raise ValueError(f"{path} is not a classifier saved by heartbeat: {found}.")


def _as_json(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"cannot save {value!r}: {type(value).__name__} has no JSON form.")
