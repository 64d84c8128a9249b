"""Export fitted estimators to ONNX: `export_onnx`."""

import copy
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.base import is_classifier
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_array, check_is_fitted
from torch import nn

from heartbeat._files import check_target, expanded, written_whole
from heartbeat._layout import BeatLayout, resolve_layout
from heartbeat._version import __version__
from heartbeat.export._description import DEFAULT_FS, METADATA_KEY, Description, plain_segmentation
from heartbeat.export._runtime import OnnxClassifier, OnnxTransformer
from heartbeat.export._seal import BLANK_SEAL, SEAL_KEY, sealed
from heartbeat.export._steps import module_of, steps_of
from heartbeat.export._tree_scores import translations
from heartbeat.neural import CNNClassifier
from heartbeat.recording import Recording
from heartbeat.segmentation import segment_beats
from heartbeat.transfer import BeatEncoder

__all__ = ["export_onnx"]

_OPSET = 18
_TOLERANCE = 1e-5
_N_CHECKED = 64


def export_onnx(
    estimator: Any,
    path: str | os.PathLike,
    *,
    segmentation: Mapping[str, Any] | None = None,
    check: Any = None,
) -> Path:
    """Export a fitted estimator to an ONNX file, for use without torch.

    Besides the graph, the file contains the classes and the layout of the beats. With
    `segmentation`, `heartbeat.annotation.BeatAnnotator` can label recordings with it.

    Parameters
    ----------
    estimator : CNNClassifier, BoostedTreesClassifier, VotingClassifier, BeatEncoder or Pipeline
        Fitted estimator. A `VotingClassifier` must be of soft votes of classifiers or Pipelines
        that can be exported, as `heartbeat.pipelines.load_interpatient_classifier` is. The steps of
        a Pipeline may be `BandpassFilter`, `NotchFilter`, `BaselineRemover` (not ``"median"``),
        `BeatCropper`, `BeatResampler`, `BeatScaler`, `SubjectNormalizer` (fitted without groups),
        `BeatEncoder` and scikit-learn's `StandardScaler`; the last step may also be one of these
        classifiers or scikit-learn's `LogisticRegression`. Samplers, which only affect training,
        are left out.
    path : str or path
        File to write, ``NAME.onnx``. An existing file is replaced.
    segmentation : mapping, optional
        Arguments of `heartbeat.segmentation.segment_beats` with which the training beats were cut,
        such as ``{"leads": "MLII", "context": ("rr", "rhythm")}``. None takes them from the model
        card (weights of the package) or from the attribute `segmentation` of the estimator.
    check : array-like of shape (n_beats, n_features), optional
        Beats on which the outputs of the file and of the estimator are compared. By default 64 rows
        of random values between 0 and 1; give real beats for a more realistic check.

    Returns
    -------
    Path
        File that was written.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    ImportError
        If onnx, onnxscript or onnxruntime is not installed (``pip install 'heartbeat-ecg[onnx]'``).
    NotFittedError
        If the estimator is not fitted.
    RuntimeError
        If the outputs of the file and of the estimator differ; the file is then not written.
    TypeError
        If the estimator or one of its steps cannot be exported.
    ValueError
        If a parameter of a step cannot be exported, the path does not end in ``.onnx``, or
        `segmentation` does not give the columns that the estimator was fitted on.

    See Also
    --------
    OnnxClassifier, OnnxTransformer : Run the file.
    save_pipeline : Save estimators that cannot be exported.

    Notes
    -----
    The graph has one input, ``beats``, float32 of shape (n_beats, n_features), for the whole table
    including context columns, and one output, ``probabilities`` or ``features``. The metadata
    contain, as JSON under the key ``heartbeat``, the classes, sampling rate, units, layout, column
    names, segmentation and, for weights of the package, the model card. A second entry is a hash of
    the file, by which a damaged file is recognised and refused.

    The graph computes in float32, even if the estimator uses bfloat16. onnxruntime is run on the
    beats of `check`, all together and one alone, before the file is kept: probabilities must agree
    within 1e-5, and features within 1e-5 of the largest.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from heartbeat.export import export_onnx
    >>> from heartbeat.neural import load_classifier
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_onnx(load_classifier("mitdb-ds1-kaggle"), Path(folder) / "m.onnx").name
    'm.onnx'
    """
    path = expanded(path)
    if path.suffix != ".onnx":
        raise ValueError(f"path must end in .onnx, got {str(path)!r}.")
    check_target(path)
    steps = steps_of(estimator)
    check_is_fitted(steps[-1])
    module = module_of(estimator)
    description = _describe(estimator, steps, segmentation)
    rows = _rows_to_check(check, description.layout.n_features)
    with written_whole(path) as temporary:
        temporary.write_bytes(_graph(module, description))
        _compare(temporary, estimator, description, rows)
    return path


def _describe(
    estimator: Any, steps: list[Any], segmentation: Mapping[str, Any] | None
) -> Description:
    names = getattr(estimator, "feature_names_in_", None)
    names = None if names is None else list(map(str, names))
    layout = getattr(steps[0], "layout_", None) or resolve_layout(steps[0].n_features_in_, names)
    card = getattr(steps[0], "card_", None) if len(steps) == 1 else None
    if segmentation is None:
        segmentation = getattr(estimator, "segmentation", None)
    if segmentation is None and card is not None:
        segmentation = card.segmentation
    segmentation = plain_segmentation(segmentation)
    if segmentation is not None:
        _check_segmentation(segmentation, layout)
    classes = estimator.classes_ if is_classifier(estimator) else None
    outputs = None
    if classes is None and hasattr(estimator, "get_feature_names_out"):
        outputs = list(map(str, estimator.get_feature_names_out()))
    return Description(
        version=__version__,
        estimator=" + ".join(type(step).__name__ for step in steps),
        layout=layout,
        feature_names_in=names,
        classes=classes,
        feature_names_out=outputs,
        segmentation=segmentation,
        card=card,
    )


def _check_segmentation(segmentation: dict[str, Any], layout: BeatLayout) -> None:
    """Raise an error if the arguments give another table than the estimator was fitted on."""
    leads = segmentation.get("leads", ("MLII",))
    leads = (leads,) if isinstance(leads, str | int) else tuple(leads)
    fs = float(segmentation.get("fs", DEFAULT_FS))
    silence = Recording(np.zeros((round(4 * fs), len(leads))), fs, tuple(map(str, leads)))
    options = {**segmentation, "leads": tuple(range(len(leads)))}
    table = segment_beats(silence, beats=np.array([round(2 * fs)]), **options)
    if table.data.shape[1] != layout.n_features:
        raise ValueError(
            f"segmentation={segmentation} gives tables of {table.data.shape[1]} columns, but the "
            f"estimator was fitted on {layout.n_features}. Pass the arguments of segment_beats for "
            "its training beats."
        )


def _graph(module: nn.Module, description: Description) -> bytes:
    """Return the file's bytes."""
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"ONNX export requires onnx and onnxscript ({error}). Install them with "
            "pip install 'heartbeat-ecg[onnx]'."
        ) from None
    example = torch.rand(
        2, description.layout.n_features, generator=torch.Generator().manual_seed(0)
    )
    with _quietly(), torch.no_grad():
        program = torch.onnx.export(
            module.eval(),
            (example,),
            dynamo=True,
            opset_version=_OPSET,
            input_names=["beats"],
            output_names=["features" if description.classes is None else "probabilities"],
            dynamic_shapes=({0: torch.export.Dim("n_beats")},),
            custom_translation_table=translations(),
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    # Remove the exporter's notes, which are stack traces with paths of this machine.
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
    model.ClearField("functions")
    model.graph.ClearField("metadata_props")
    model.ClearField("metadata_props")
    model.metadata_props.add(key=METADATA_KEY, value=description.to_json())
    model.metadata_props.add(key=SEAL_KEY, value=BLANK_SEAL)
    return sealed(model.SerializeToString(deterministic=True))


@contextmanager
def _quietly() -> Iterator[None]:
    """Suppress the exporter's own deprecation warnings and notes on other packages."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.setLevel(level)


def _rows_to_check(check: Any, n_features: int) -> np.ndarray:
    if check is None:
        return np.random.default_rng(0).random((_N_CHECKED, n_features), dtype=np.float32)
    rows = check_array(check, dtype=np.float32, ensure_all_finite="allow-nan", input_name="check")
    if rows.shape[1] != n_features:
        raise ValueError(
            f"check must have the {n_features} columns that the estimator was fitted on, got "
            f"{rows.shape[1]}."
        )
    return rows


def _compare(path: Path, estimator: Any, description: Description, rows: np.ndarray) -> None:
    """Compare the file with the estimator, for all beats together and for a single one."""
    table: Any = rows
    if description.feature_names_in is not None:
        import pandas as pd

        table = pd.DataFrame(rows, columns=description.feature_names_in)
    exact = _in_float32(estimator)
    with warnings.catch_warnings():
        # Also for beats between 0 and 1, whatever their unit.
        warnings.simplefilter("ignore", UserWarning)
        if description.classes is None:
            served, wanted = OnnxTransformer(path), np.asarray(exact.transform(table))
            compute = served.transform
        else:
            served, wanted = OnnxClassifier(path), exact.predict_proba(table)
            compute = served.predict_proba
        found = compute(table)
        alone = compute(table[:1])
    size = 1.0 if description.classes is not None else max(1.0, np.nanmax(np.abs(wanted)))
    differing = max(_largest(found, wanted), _largest(alone, wanted[:1])) / size
    if not differing <= _TOLERANCE:
        raise RuntimeError(
            f"the ONNX graph of {description.estimator} was not written, because its results "
            f"differ from those of the estimator by {differing:.3g}. Try other versions of torch "
            "and onnxscript."
        )


def _largest(found: np.ndarray, wanted: np.ndarray) -> float:
    """Return the largest difference, or infinity if a value is missing in only one of them."""
    if found.shape != wanted.shape or (np.isnan(found) != np.isnan(wanted)).any():
        return np.inf
    return float(np.nanmax(np.abs(found - wanted), initial=0.0))


def _in_float32(estimator: Any) -> Any:
    """Return the estimator with networks that compute in float32 on the CPU."""
    if isinstance(estimator, Pipeline):
        same = copy.copy(estimator)
        same.steps = [(name, _in_float32(step)) for name, step in estimator.steps]
        return same
    if isinstance(estimator, VotingClassifier):
        same = copy.copy(estimator)
        same.estimators_ = [_in_float32(part) for part in estimator.estimators_]
        return same
    if not isinstance(estimator, CNNClassifier | BeatEncoder):
        return estimator
    same = copy.copy(estimator)
    same.device = "cpu"
    if isinstance(same, CNNClassifier):
        same.precision_, same._ready_on = "float32", None
    else:
        same.precision = "float32"
    return same
