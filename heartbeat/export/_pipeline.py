"""Save and load fitted pipelines with skops, without pickle."""

import io
import json
import os
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn.utils.validation import check_is_fitted

from heartbeat._files import check_target, expanded, written_whole
from heartbeat._version import __version__
from heartbeat._versions import warn_of_version
from heartbeat.export._trusted import TRUSTED_TYPES

__all__ = ["load_pipeline", "save_pipeline"]

_FORMAT = "heartbeat.export.pipeline/1"
_NOTE = "heartbeat.json"


def save_pipeline(model: Any, path: str | os.PathLike) -> Path:
    """Save a fitted Pipeline or estimator to a file that is safe to load.

    Unlike a pickle, the file contains no code. Use it to keep a whole model or pass it on.

    Parameters
    ----------
    model : estimator
        Fitted Pipeline, search or single estimator, built from estimators of this package
        (including networks), scikit-learn and imbalanced-learn.
    path : str or path
        File to write, by convention ``NAME.skops``. An existing file is replaced.

    Returns
    -------
    Path
        File that was written.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    ImportError
        If skops is not installed (``pip install 'heartbeat-ecg[skops]'``).
    IsADirectoryError
        If the path is a folder.
    NotFittedError
        If the model is not fitted.
    TypeError
        If `model` is not an estimator, or contains an object whose type is not in `TRUSTED_TYPES`,
        such as a function or class of your own, a callback, or a `pathlib.Path` (give paths as
        strings).

    See Also
    --------
    load_pipeline : Load the file.
    heartbeat.neural.save_classifier : Save a network alone, without skops.
    export_onnx : Export a model for use without torch.

    Notes
    -----
    The file is a skops archive of JSON and arrays. It also records the versions of this package
    and of scikit-learn with which it was written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.export import load_pipeline, save_pipeline
    >>> from heartbeat.pipelines import make_rocket_classifier
    >>> beats = make_beats(300, random_state=0)
    >>> rocket = make_rocket_classifier(84, random_state=0).fit(beats.data, beats.target)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = load_pipeline(save_pipeline(rocket, Path(folder) / "rocket.skops"))
    >>> bool((again.predict(beats.data) == rocket.predict(beats.data)).all())
    True
    """
    if not hasattr(model, "get_params") or isinstance(model, type):
        raise TypeError(f"save_pipeline saves fitted estimators, got {model!r}.")
    check_is_fitted(model)
    path = expanded(path)
    check_target(path)
    skops = _skops_io()
    kind = type(model).__name__
    try:
        data = skops.dumps(model, compression=zipfile.ZIP_DEFLATED)
    except Exception as error:  # skops, and the objects that it saves, raise errors of many types
        raise TypeError(
            f"{kind} holds an object that cannot be saved safely: {error}. Replace it, or remove "
            "it."
        ) from error
    strange = _untrusted(data)
    if strange:
        raise TypeError(
            f"{kind} holds objects of the types {strange}, which are not in "
            "heartbeat.export.TRUSTED_TYPES, so that load_pipeline would refuse them. Replace them "
            "by estimators of this package, scikit-learn or imbalanced-learn, and paths by strings."
        )
    buffer = io.BytesIO(data)
    note = {"format": _FORMAT, "heartbeat": __version__, "scikit-learn": sklearn.__version__}
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(_NOTE, json.dumps(note))
    with written_whole(path) as temporary:
        temporary.write_bytes(buffer.getvalue())
    return path


def load_pipeline(path: str | os.PathLike) -> Any:
    """Load a model that was saved with `save_pipeline`.

    Parameters
    ----------
    path : str or path
        File to load.

    Returns
    -------
    estimator
        Fitted estimator.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ImportError
        If skops is not installed (``pip install 'heartbeat-ecg[skops]'``).
    ValueError
        If the file was not written by `save_pipeline`, is damaged, or refers to a type that is not
        in `TRUSTED_TYPES`.

    Warns
    -----
    UserWarning
        If the file was written by another version of this package.
    sklearn.exceptions.InconsistentVersionWarning
        If the file was written with another version of scikit-learn.

    See Also
    --------
    save_pipeline : Save a model.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.preprocessing import StandardScaler
    >>> from heartbeat.export import load_pipeline, save_pipeline
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_pipeline(StandardScaler().fit([[0.0], [2.0]]), Path(folder) / "s.skops")
    ...     load_pipeline(path).transform([[1.0]])
    array([[0.]])
    """
    path = expanded(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no saved pipeline at {path}. Check the path.")
    data = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            note = json.loads(archive.read(_NOTE))
        if note["format"] != _FORMAT:
            raise ValueError(f"its format is {note['format']!r}, not {_FORMAT!r}")
        version = note["heartbeat"]
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile, zipfile.error) as error:
        raise ValueError(
            f"{path} is not a file of heartbeat.export.save_pipeline: {error}."
        ) from error
    skops = _skops_io()
    warn_of_version(version, path)
    try:
        strange = _untrusted(data)
        if not strange:
            with warnings.catch_warnings():
                # Real values may become complex in a damaged file.
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                return skops.loads(data, trusted=list(TRUSTED_TYPES))
    except Exception as error:  # damaged files cause errors of many types
        raise ValueError(f"{path} cannot be read as a saved pipeline: {error}.") from error
    raise ValueError(
        f"{path} holds objects of the types {strange}, which are not in "
        "heartbeat.export.TRUSTED_TYPES, so that it was not written by save_pipeline or was "
        f"changed. Only if you know and trust its author, load it with skops.io.load(path, "
        "trusted=[...])."
    )


def _untrusted(data: bytes) -> list[str]:
    return sorted(set(_skops_io().get_untrusted_types(data=data)) - set(TRUSTED_TYPES))


def _skops_io() -> Any:
    try:
        import skops.io
    except ImportError:
        raise ImportError(
            "saved pipelines require skops. Install it with pip install 'heartbeat-ecg[skops]'."
        ) from None
    return skops.io
