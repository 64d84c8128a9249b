"""Pipelines on disk as plain data, through skops: nothing is unpickled, no code comes along."""

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

from heartbeat._files import written_whole
from heartbeat._version import __version__
from heartbeat._versions import warn_of_version
from heartbeat.export._trusted import TRUSTED_TYPES

__all__ = ["load_pipeline", "save_pipeline"]

_FORMAT = "heartbeat.export.pipeline/1"
_NOTE = "heartbeat.json"


def save_pipeline(model: Any, path: str | os.PathLike) -> Path:
    """Write a fitted Pipeline or estimator to a file that is safe to load.

    Parameters
    ----------
    model : estimator
        Fitted: a Pipeline, a search, or a single estimator, of parts of this package,
        scikit-learn and imbalanced-learn, networks included.
    path : str or path
        File to write; by convention ``NAME.skops``. An existing file is replaced.

    Returns
    -------
    Path

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
        If it is no estimator, or holds an object whose type is not in `TRUSTED_TYPES`: a function
        or a class of one's own, a callback, a `pathlib.Path` (give paths as strings).

    See Also
    --------
    load_pipeline : Read it back.
    heartbeat.neural.save_classifier : A network alone, which needs no skops.
    export_onnx : For a server without torch or scikit-learn.

    Notes
    -----
    The file is an archive of skops: JSON and arrays. Beside them a note says which versions of
    this package and of scikit-learn wrote it.

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
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no folder {path.parent} to save {path.name} in.")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the name of a file in it.")
    skops = _skops_io()
    kind = type(model).__name__
    try:
        data = skops.dumps(model, compression=zipfile.ZIP_DEFLATED)
    except Exception as error:  # skops and what it asks for their state raise all kinds
        raise TypeError(f"{kind} holds an object that has no safe form: {error}.") from error
    strange = _untrusted(data)
    if strange:
        raise TypeError(
            f"{kind} holds objects of the types {strange}, which heartbeat.export.TRUSTED_TYPES "
            "does not have, so that load_pipeline would refuse them: replace them by parts of "
            "this package, scikit-learn or imbalanced-learn, and paths by strings."
        )
    buffer = io.BytesIO(data)
    note = {"format": _FORMAT, "heartbeat": __version__, "scikit-learn": sklearn.__version__}
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(_NOTE, json.dumps(note))
    with written_whole(path) as temporary:
        temporary.write_bytes(buffer.getvalue())
    return path


def load_pipeline(path: str | os.PathLike) -> Any:
    """Read a model that `save_pipeline` wrote.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    estimator
        Fitted.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If skops is not installed (``pip install 'heartbeat-ecg[skops]'``).
    ValueError
        If the file is none of `save_pipeline`, is damaged, or asks for a type that is not in
        `TRUSTED_TYPES`.

    Warns
    -----
    UserWarning
        If another version of this package wrote the file.
    sklearn.exceptions.InconsistentVersionWarning
        If another version of scikit-learn did.

    See Also
    --------
    save_pipeline : Write such a file.

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
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no saved pipeline at {path}.")
    data = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            note = json.loads(archive.read(_NOTE))
        if note["format"] != _FORMAT:
            raise ValueError(f"its format is {note['format']!r}, not {_FORMAT!r}")
        version = note["heartbeat"]
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile, zipfile.error) as error:
        raise ValueError(
            f"{path} is no file of heartbeat.export.save_pipeline: {error}."
        ) from error
    skops = _skops_io()
    warn_of_version(version, path)
    try:
        strange = _untrusted(data)
        if not strange:
            with warnings.catch_warnings():
                # What is real when it is written is complex in a damaged file.
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                return skops.loads(data, trusted=list(TRUSTED_TYPES))
    except Exception as error:  # of all kinds where a file is damaged
        raise ValueError(f"{path} cannot be read as a saved pipeline: {error}.") from error
    raise ValueError(
        f"{path} asks for objects of the types {strange}, which heartbeat.export.TRUSTED_TYPES "
        "does not have: it was not written by save_pipeline as it is. Only if you know and trust "
        f"its author, load it with skops.io.load(path, trusted=[...])."
    )


def _untrusted(data: bytes) -> list[str]:
    return sorted(set(_skops_io().get_untrusted_types(data=data)) - set(TRUSTED_TYPES))


def _skops_io() -> Any:
    try:
        import skops.io
    except ImportError:
        raise ImportError(
            "Saved pipelines need skops: pip install 'heartbeat-ecg[skops]'"
        ) from None
    return skops.io
