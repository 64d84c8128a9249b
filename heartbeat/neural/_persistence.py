"""Save and load classifiers."""

import os
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from heartbeat._checks import check_number, check_whole
from heartbeat._files import expanded
from heartbeat._versions import warn_of_version
from heartbeat.neural._checks import check_parameters
from heartbeat.neural._classifier import CNNClassifier
from heartbeat.neural._file import SavedClassifier, read_file, write_file
from heartbeat.neural.architectures import Builder, architecture_defaults, architecture_name
from heartbeat.weights import find_card, find_weights

__all__ = ["load_classifier", "save_classifier"]

# Parameters that are used only during training; they are not JSON and are not saved.
_NOT_KEPT = ("callbacks", "pretrained", "resampler")

_MOST = 4096


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
    FileNotFoundError
        If the folder does not exist.
    IsADirectoryError
        If the path is a folder.
    NotFittedError
        If the classifier is not fitted.
    TypeError
        If it is no `CNNClassifier` (a pipeline, say), or a label or parameter has no JSON form.

    See Also
    --------
    load_classifier : Read it back.

    Notes
    -----
    Kept are the weights, classes, layout and parameters, except `callbacks`, `pretrained` and
    `resampler`, which matter in training only, and a `random_state` that is no whole number; the
    history is not kept.

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
    if not isinstance(classifier, CNNClassifier):
        raise TypeError(
            f"save_classifier saves a CNNClassifier, got {type(classifier).__name__}. For a "
            "pipeline, save its last step (pipeline[-1]) and recreate the previous steps, or save "
            "the whole pipeline with heartbeat.export.save_pipeline."
        )
    check_is_fitted(classifier)
    path = expanded(path)
    names = getattr(classifier, "feature_names_in_", None)
    saved = SavedClassifier(
        _parameters(classifier),
        classifier._body,
        classifier.classes_,
        classifier.layout_,
        None if names is None else list(names),
        classifier.precision_,
        classifier.members_,
    )
    write_file(saved, path)
    return path


def load_classifier(
    path: str | os.PathLike, *, architecture: str | Builder | None = None
) -> CNNClassifier:
    """Read a classifier that `save_classifier` wrote, or one that comes with the package.

    Parameters
    ----------
    path : str or path
        The file, or one of `heartbeat.weights.list_weights`.
    architecture : str or callable, default=None
        What builds the body, where the architecture is not one of this package; see
        `CNNClassifier`. None: the architecture of the name that the file holds, which must be
        registered.

    Returns
    -------
    CNNClassifier
        Fitted, without a history. That of the package has its card as `card_`, and warns of beats
        that are plainly in other units.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a classifier of this package, is damaged, or does not fit its own
        description.

    Warns
    -----
    UserWarning
        If another version of this package wrote the file.

    See Also
    --------
    save_classifier : Writes such a file.
    heartbeat.weights.model_card : What a classifier of the package was trained on.

    Examples
    --------
    >>> from heartbeat.datasets import load_sample_recording
    >>> from heartbeat.neural import load_classifier
    >>> from heartbeat.segmentation import segment_beats
    >>> classifier = load_classifier("mitdb-ds1-centered")
    >>> segmentation = classifier.card_.segmentation
    >>> beats = segment_beats(load_sample_recording(), as_frame=True, **segmentation)
    >>> classifier.predict(beats.data).shape
    (509,)
    """
    card = find_card(path)
    path = find_weights(path)
    saved = read_file(path)
    parameters = saved.parameters
    if architecture is not None:
        parameters["architecture"] = architecture
        saved.body["architecture"] = architecture_name(architecture)
    try:
        # The keys of JSON objects are always strings; see `_parameters`.
        if isinstance(parameters.get("class_weight"), list):
            parameters["class_weight"] = dict(parameters["class_weight"])
        classifier = CNNClassifier(**parameters)
        check_parameters(classifier)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{path} has parameters that this version of heartbeat does not support: {error}"
        ) from error
    classifier.classes_ = saved.classes
    classifier.layout_ = saved.layout
    classifier.n_features_in_ = saved.layout.n_features
    if saved.feature_names is not None:
        classifier.feature_names_in_ = np.array(saved.feature_names, dtype=object)
    classifier.precision_ = saved.precision
    classifier.members_ = saved.members
    classifier._body = saved.body
    try:
        _check_body(saved.body)
        classifier._built()
    except (RuntimeError, TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(
            f"the weights in {path} do not fit the architecture it describes "
            f"({saved.body.get('architecture')!r}): {error}"
        ) from error
    if card is not None:
        classifier.card_ = card
    else:
        warn_of_version(saved.version, path)
    return classifier


def _check_body(body: dict[str, Any]) -> None:
    """Raise an error for a description of a network that no fit produces."""
    defaults = architecture_defaults(body.get("architecture", ""))
    if set(body) != {"architecture", *defaults}:
        raise ValueError(f"its network is described by {sorted(body)}.")
    for knob in set(defaults) - {"dropout"}:
        # Larger than in any network for beats, but small enough to be built.
        check_whole(knob, body[knob], most=_MOST)
    check_number("dropout", body["dropout"], least=0, below=1)


def _parameters(classifier: CNNClassifier) -> dict[str, Any]:
    """Return the parameters to save, in a form that JSON can hold."""
    parameters = {
        name: value
        for name, value in classifier.get_params(deep=False).items()
        if name not in _NOT_KEPT
    }
    if callable(classifier.architecture):
        parameters["architecture"] = architecture_name(classifier.architecture)
    if not isinstance(classifier.random_state, Integral):
        del parameters["random_state"]
    if isinstance(classifier.class_weight, dict):
        parameters["class_weight"] = list(classifier.class_weight.items())
    return parameters
