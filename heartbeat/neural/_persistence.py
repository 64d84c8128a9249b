"""Classifiers on disk: one safetensors file, its header a JSON description. No pickle anywhere."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from sklearn.utils.validation import check_is_fitted

from heartbeat._layout import BeatLayout
from heartbeat._version import __version__
from heartbeat.neural._classifier import CNNClassifier

__all__ = ["load_classifier", "save_classifier"]

_FORMAT = "heartbeat.neural.CNNClassifier/1"
# Objects that only matter while training; they are not JSON and are not kept.
_NOT_KEPT = ("callbacks", "pretrained", "random_state", "resampler")


def save_classifier(classifier: CNNClassifier, path: str | os.PathLike) -> Path:
    """Write a fitted classifier to a file that is safe to load.

    Parameters
    ----------
    classifier : CNNClassifier
        Fitted.
    path : str or path
        File to write; by convention ``NAME.safetensors``. An existing file is replaced.

    Returns
    -------
    Path

    Raises
    ------
    NotFittedError
        If the classifier is not fitted.
    TypeError
        If a label or parameter has no JSON form.

    See Also
    --------
    load_classifier : Read it back.

    Notes
    -----
    Kept are the weights, classes, layout and parameters, except `callbacks`, `pretrained`,
    `random_state` and `resampler`, which matter in training only; the history is not kept.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from pathlib import Path
    >>> from heartbeat.neural import CNNClassifier, load_classifier, save_classifier
    >>> X = np.random.default_rng(0).standard_normal((20, 50)) + np.repeat([0, 1], 10)[:, None]
    >>> model = CNNClassifier(max_epochs=1, random_state=0).fit(X, np.repeat(["N", "V"], 10))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_classifier(model, Path(folder) / "mine.safetensors")
    ...     again = load_classifier(path)
    >>> bool((again.predict_proba(X) == model.predict_proba(X)).all())
    True
    """
    check_is_fitted(classifier)
    path = Path(path)
    description = {
        "format": _FORMAT,
        "heartbeat": __version__,
        "parameters": {
            name: value
            for name, value in classifier.get_params(deep=False).items()
            if name not in _NOT_KEPT
        },
        "classes": {
            "values": classifier.classes_.tolist(),
            "dtype": classifier.classes_.dtype.str,
        },
        "layout": {
            "leads": classifier.layout_.leads,
            "n_times": classifier.layout_.n_times,
            "context": classifier.layout_.context,
        },
        "feature_names": _names(classifier),
        "precision": classifier.precision_,
        "n_members": len(classifier.members_),
    }
    header = json.dumps(description, default=_as_json)
    arrays = {
        f"{number}.{name}": np.ascontiguousarray(array)
        for number, weights in enumerate(classifier.members_)
        for name, array in weights.items()
    }
    temporary = path.with_name(path.name + ".part")
    save_file(arrays, temporary, metadata={"heartbeat": header})
    os.replace(temporary, path)
    return path


def load_classifier(path: str | os.PathLike) -> CNNClassifier:
    """Read a classifier that `save_classifier` wrote.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    CNNClassifier
        Fitted, without a history.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a classifier of this package, is damaged, or does not fit its own
        description.

    See Also
    --------
    save_classifier : With an example.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no saved classifier at {path}.")
    try:
        with safe_open(path, framework="numpy") as file:
            header = (file.metadata() or {}).get("heartbeat")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{path} is not a readable safetensors file: {error}.") from error
    description = _described(header, path)
    classifier = CNNClassifier(**description["parameters"])
    classes = description["classes"]
    layout = description["layout"]
    classifier.classes_ = np.array(classes["values"], dtype=classes["dtype"])
    classifier.layout_ = BeatLayout(
        tuple(layout["leads"]), layout["n_times"], tuple(layout["context"])
    )
    classifier.n_features_in_ = classifier.layout_.n_features
    if description["feature_names"] is not None:
        classifier.feature_names_in_ = np.array(description["feature_names"], dtype=object)
    classifier.precision_ = description["precision"]
    classifier.members_ = [
        {
            name.partition(".")[2]: array
            for name, array in arrays.items()
            if name.partition(".")[0] == str(number)
        }
        for number in range(description["n_members"])
    ]
    try:
        classifier._built()
    except (RuntimeError, TypeError, ValueError) as error:
        raise ValueError(
            f"the weights in {path} do not fit the architecture it describes "
            f"({classifier.architecture!r}): {error}"
        ) from error
    return classifier


def _described(header: str | None, path: Path) -> dict[str, Any]:
    try:
        description = json.loads(header or "")
        if description["format"] == _FORMAT:
            return description
        found = f"its format is {description['format']!r}, not {_FORMAT!r}"
    except (json.JSONDecodeError, KeyError, TypeError):
        found = "its header does not describe one"
    raise ValueError(f"{path} is not a classifier saved by heartbeat: {found}.")


def _names(classifier: CNNClassifier) -> list[str] | None:
    names = getattr(classifier, "feature_names_in_", None)
    return None if names is None else list(names)


def _as_json(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"cannot save {value!r}: {type(value).__name__} has no JSON form.")
