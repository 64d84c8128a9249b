"""Read and write boosted trees as safetensors files with a JSON header, without pickle."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from heartbeat._files import check_target, written_whole
from heartbeat.boosting._classifier import BoostedTreesClassifier
from heartbeat.boosting._trees import Trees

__all__ = ["read_trees", "write_trees"]

_FORMAT = "heartbeat.boosting.BoostedTreesClassifier/1"


def write_trees(classifier: BoostedTreesClassifier, path: Path) -> None:
    """Write fitted trees under a temporary name, then rename the file.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    TypeError
        If a class or a parameter cannot be stored as JSON.
    """
    check_target(path)
    names = getattr(classifier, "feature_names_in_", None)
    header = {
        "format": _FORMAT,
        "parameters": classifier.get_params(),
        "classes": classifier.classes_.tolist(),
        "n_features": classifier.n_features_in_,
        "feature_names": None if names is None else list(names),
    }
    written = save(classifier.trees_.arrays, metadata={"heartbeat": json.dumps(header)})
    with written_whole(path) as temporary:
        temporary.write_bytes(written)


def read_trees(path: Path) -> BoostedTreesClassifier:
    """Read a file that `write_trees` wrote.

    Raises
    ------
    ValueError
        If it is no such file, or damaged.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {})["heartbeat"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if header["format"] != _FORMAT:
            raise ValueError(f"its format is {header['format']!r}, not {_FORMAT!r}")
        return _classifier(header, arrays)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} does not hold boosted trees, or is damaged ({error}). Copy or save it again."
        ) from error


def _classifier(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> BoostedTreesClassifier:
    classes, n_features = np.array(header["classes"]), int(header["n_features"])
    names = header["feature_names"]
    classifier = BoostedTreesClassifier(**header["parameters"])
    classifier.trees_ = Trees.of_arrays(arrays, n_features)
    n_outputs = len(classes) if len(classes) > 2 else 1
    if len(classes) < 2 or classifier.trees_.n_outputs != n_outputs:
        raise ValueError(f"its trees do not distinguish the classes {classes.tolist()}")
    classifier.classes_, classifier.n_features_in_ = classes, n_features
    if names is not None:
        if len(names) != n_features:
            raise ValueError(f"it names {len(names)} of {n_features} columns")
        classifier.feature_names_in_ = np.array(names, dtype=object)
    return classifier
