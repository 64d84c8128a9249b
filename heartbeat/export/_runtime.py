"""Estimators that run ONNX files with onnxruntime, without torch."""

import os
from pathlib import Path
from typing import Any, Self

import numpy as np
from joblib import cpu_count
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import validate_data

from heartbeat._files import expanded
from heartbeat._layout import BeatLayout
from heartbeat._versions import warn_of_version
from heartbeat.export._description import METADATA_KEY, Description
from heartbeat.export._seal import check_seal
from heartbeat.weights import ModelCard, check_units

__all__ = ["OnnxClassifier", "OnnxTransformer"]

# Number of rows per call, whose intermediate results fit in the cache.
_CHUNK = 512


class _OnnxFile:
    """An open ONNX file of `export_onnx`."""

    def __init__(self, path: Path, n_threads: int | None):
        runtime = _onnxruntime()
        if not path.is_file():
            raise FileNotFoundError(f"there is no ONNX file at {path}. Check the path.")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = _n_threads() if n_threads is None else int(n_threads)
        content = path.read_bytes()
        check_seal(content, path)
        try:
            self.session = runtime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
            metadata = self.session.get_modelmeta().custom_metadata_map
        except Exception as error:  # onnxruntime's exceptions have no common base class
            raise ValueError(f"{path} is not an ONNX file that can be run: {error}") from error
        try:
            self.description = Description.from_json(metadata.get(METADATA_KEY))
        except ValueError as error:
            raise ValueError(
                f"{path} is not a file of heartbeat.export.export_onnx: {error}."
            ) from (error.__cause__)
        warn_of_version(self.description.version, path)
        self._input = self.session.get_inputs()[0].name

    def run(self, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for float32 rows."""
        parts = [
            self.session.run(
                None, {self._input: np.ascontiguousarray(rows[start : start + _CHUNK])}
            )
            for start in range(0, len(rows), _CHUNK)
        ]
        return np.concatenate([output for (output,) in parts])


class _OnnxEstimator(BaseEstimator):
    """Base of the classifier and the transformer of a file, which is opened on first use."""

    def __init__(self, path: Any, *, n_jobs: int | None = None):
        self.path = path
        self.n_jobs = n_jobs

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Open the file. Nothing is fitted: the file contains a fitted estimator.

        Parameters
        ----------
        X, y : ignored
            Not used; present for compatibility with scikit-learn.

        Returns
        -------
        self
        """
        self._file  # noqa: B018  (opens it)
        return self

    @property
    def layout_(self) -> BeatLayout:
        """Leads, samples and context columns of a row."""
        return self._file.description.layout

    @property
    def n_features_in_(self) -> int:
        """Number of columns."""
        return self.layout_.n_features

    @property
    def feature_names_in_(self) -> np.ndarray:
        """Names of the columns, if the estimator was fitted on a DataFrame."""
        names = self._file.description.feature_names_in
        if names is None:
            raise AttributeError(
                "feature_names_in_ is not available, because the exported estimator was fitted "
                "without column names"
            )
        return np.array(names, dtype=object)

    @property
    def segmentation(self) -> dict[str, Any] | None:
        """Arguments of `heartbeat.segmentation.segment_beats` for its beats, if known."""
        return self._file.description.segmentation

    @property
    def card_(self) -> ModelCard:
        """Model card; only for files made from weights of the package."""
        card = self._file.description.card
        if card is None:
            raise AttributeError(
                "card_ is not available, because the file was not made from weights of the package"
            )
        return card

    @property
    def units_(self) -> str | None:
        """Unit of the waveform, if known."""
        return self._file.description.units

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__().copy()
        state.pop("_opened", None)
        state.pop("_opened_as", None)
        return state

    @property
    def _file(self) -> _OnnxFile:
        """The file, opened again if the parameters have changed."""
        wanted = (os.fspath(self.path), self.n_jobs)
        if getattr(self, "_opened_as", None) != wanted:
            self._opened = self._open()
            self._opened_as = wanted
        return self._opened

    def _open(self) -> _OnnxFile:
        file = _OnnxFile(expanded(self.path), self.n_jobs)
        if (file.description.classes is not None) != isinstance(self, ClassifierMixin):
            other = "OnnxTransformer" if isinstance(self, ClassifierMixin) else "OnnxClassifier"
            raise ValueError(
                f"{self.path} holds a {file.description.estimator}. Open it with {other} instead."
            )
        return file

    def _run(self, X: Any, *, finite: bool | str = True) -> np.ndarray:
        file = self._file
        X = validate_data(self, X, dtype=np.float32, reset=False, ensure_all_finite=finite)
        card = file.description.card
        if card is not None:
            check_units(self.layout_.split(X)[0], card.name, card.layout, only_warn=True)
        return file.run(X)


class OnnxClassifier(ClassifierMixin, _OnnxEstimator):
    """Classifier that runs an ONNX file written by `export_onnx`, without torch.

    It predicts, in float32, what the exported estimator predicts. Use it like any fitted
    classifier: in `heartbeat.annotation.BeatAnnotator`, in displays, or in
    `sklearn.frozen.FrozenEstimator`.

    Parameters
    ----------
    path : str or path
        ONNX file. It is opened when first needed; a pickle of the estimator contains only the path.
    n_jobs : int, default=None
        Number of threads of onnxruntime. None uses ``OMP_NUM_THREADS`` or, if that is not set, all
        cores.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, in the order of the columns of `predict_proba`.
    layout_ : BeatLayout
        Leads, samples and context columns of a row.
    segmentation : dict or None
        Arguments of `heartbeat.segmentation.segment_beats` for beats of this classifier, if known.
    units_ : str or None
        Unit of the waveform, if known.
    card_ : ModelCard
        Model card; only for files made from weights of the package. With it, a warning is given
        for beats that are clearly in another unit.
    n_features_in_ : int
        Number of columns that the exported estimator was fitted on.
    feature_names_in_ : ndarray of str
        Names of these columns; only if the exported estimator was fitted on a DataFrame.

    See Also
    --------
    export_onnx : Export an estimator to ONNX.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.export import OnnxClassifier, export_onnx
    >>> from heartbeat.neural import CNNClassifier
    >>> beats = make_beats(200, random_state=0)
    >>> model = CNNClassifier(max_epochs=1, random_state=0).fit(beats.data, beats.target)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export_onnx(model, Path(folder) / "model.onnx")
    ...     served = OnnxClassifier(path).fit()
    >>> bool((served.predict(beats.data) == model.predict(beats.data)).all())
    True
    """

    @property
    def classes_(self) -> np.ndarray:
        """Labels, in the order of the columns of `predict_proba`."""
        classes = self._file.description.classes
        assert classes is not None  # checked when the file was opened
        return classes

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict the label of each beat.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats table.

        Returns
        -------
        ndarray of shape (n_beats,)
        """
        return self.classes_[self._run(X).argmax(axis=1)]

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats table.

        Returns
        -------
        ndarray of shape (n_beats, n_classes), float64
            Probabilities, with columns in the order of `classes_`.
        """
        proba = self._run(X).astype(np.float64)
        return proba / proba.sum(axis=1, keepdims=True)


class OnnxTransformer(TransformerMixin, _OnnxEstimator):
    """Transformer that runs an ONNX file written by `export_onnx`, without torch.

    It computes the features of an exported `heartbeat.transfer.BeatEncoder` or Pipeline of
    transformers.

    Parameters
    ----------
    path : str or path
        ONNX file. It is opened when first needed; a pickle of the estimator contains only the path.
    n_jobs : int, default=None
        Number of threads of onnxruntime. None uses ``OMP_NUM_THREADS`` or, if that is not set, all
        cores.

    Attributes
    ----------
    layout_ : BeatLayout
        Leads, samples and context columns of a row.
    segmentation, units_, card_
        See `OnnxClassifier`.
    n_features_in_ : int
        Number of columns that the exported estimator was fitted on.
    feature_names_in_ : ndarray of str
        Names of these columns; only if the exported estimator was fitted on a DataFrame.

    See Also
    --------
    export_onnx : Export an estimator to ONNX.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from heartbeat.datasets import make_beats
    >>> from heartbeat.export import OnnxTransformer, export_onnx
    >>> from heartbeat.transfer import BeatEncoder
    >>> beats = make_beats(20, random_state=0)
    >>> encoder = BeatEncoder(layer=2, pooling="mean").fit(beats.data)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     served = OnnxTransformer(export_onnx(encoder, Path(folder) / "encoder.onnx")).fit()
    >>> served.transform(beats.data).shape, served.get_feature_names_out()[0]
    ((20, 32), 'block2_mean_c0')
    """

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Transform the beats of a table.

        Parameters
        ----------
        X : array-like of shape (n_beats, n_features)
            Beats table. Context columns that pass through may hold missing values.

        Returns
        -------
        ndarray of shape (n_beats, n_features_out), float32
        """
        return self._run(X, finite="allow-nan")

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns that `transform` returns.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of str objects
        """
        names = self._file.description.feature_names_out
        if names is None:
            raise AttributeError(
                "get_feature_names_out is not available, because the exported estimator does not "
                "name its output"
            )
        return np.array(names, dtype=object)


def _onnxruntime() -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise ImportError(
            "running an ONNX file requires onnxruntime. Install it with "
            "pip install onnxruntime, or with pip install 'heartbeat-ecg[onnx]'."
        ) from None
    return onnxruntime


def _n_threads() -> int:
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdigit() and int(asked) else cpu_count()
