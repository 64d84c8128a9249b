"""Export models to ONNX for use without torch, and save Pipelines without pickle.

`export_onnx` writes networks, and Pipelines that end in one, to ONNX files. `OnnxClassifier` and
`OnnxTransformer` run such files with onnxruntime alone. `save_pipeline` and `load_pipeline` save
and load Pipelines of estimators from this package, scikit-learn and imbalanced-learn. Submodules
are imported on first use, so that running a file does not import torch.
"""

from typing import Any

from heartbeat._lazy import load_name

_PUBLIC = {
    "OnnxClassifier": "_runtime",
    "OnnxTransformer": "_runtime",
    "TRUSTED_TYPES": "_trusted",
    "export_onnx": "_onnx",
    "load_pipeline": "_pipeline",
    "save_pipeline": "_pipeline",
}

__all__ = sorted(_PUBLIC)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    return load_name(__name__, _PUBLIC, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
