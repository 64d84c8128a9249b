"""Read and write boosted trees as safetensors files with a JSON header, without pickle."""

from pathlib import Path
from typing import Any

import numpy as np

from heartbeat._checks import check_whole
from heartbeat._safetensors import errors_as_damage, read_described, write_described
from heartbeat.boosting._classifier import BoostedTreesClassifier
from heartbeat.boosting._trees import Trees

__all__ = ["read_trees", "write_trees"]

_FORMAT, _CONTENT = "heartbeat.boosting.BoostedTreesClassifier/1", "a file of boosted trees"

_MOST_COLUMNS = 10_000_000
"""Upper limit of the number of columns: a header with more is damaged."""


def write_trees(classifier: BoostedTreesClassifier, path: Path) -> None:
    """Write fitted trees; if that fails, an existing file stays unchanged.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    TypeError
        If a class or a parameter cannot be stored as JSON.
    """
    names = getattr(classifier, "feature_names_in_", None)
    description = {
        "format": _FORMAT,
        "parameters": classifier.get_params(),
        "classes": classifier.classes_.tolist(),
        "n_features": classifier.n_features_in_,
        "feature_names": None if names is None else list(names),
    }
    write_described(classifier.trees_.arrays, description, path)


def read_trees(path: Path) -> BoostedTreesClassifier:
    """Read a file that `write_trees` wrote.

    Raises
    ------
    ValueError
        If it is no such file, or damaged.
    """
    description, arrays = read_described(path, _FORMAT, _CONTENT)
    with errors_as_damage(path, _CONTENT):
        return _classifier(description, arrays)


def _classifier(
    description: dict[str, Any], arrays: dict[str, np.ndarray]
) -> BoostedTreesClassifier:
    classes, names = np.array(description["classes"]), description["feature_names"]
    n_features = check_whole("n_features", description["n_features"], most=_MOST_COLUMNS)
    classifier = BoostedTreesClassifier(**description["parameters"])
    classifier.trees_ = Trees.of_arrays(arrays, n_features)
    n_outputs = len(classes) if len(classes) > 2 else 1
    sound = classes.dtype.kind in "biufU" and np.array_equal(classes, np.unique(classes))
    if not sound or len(classes) < 2 or classifier.trees_.n_outputs != n_outputs:
        raise ValueError(f"its trees do not distinguish the classes {classes.tolist()}")
    classifier.classes_, classifier.n_features_in_ = classes, n_features
    if names is not None:
        if len(names) != n_features or not all(isinstance(name, str) for name in names):
            raise ValueError(f"its feature names are not a list of {n_features} strings")
        classifier.feature_names_in_ = np.array(names, dtype=object)
    return classifier
