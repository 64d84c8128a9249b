"""What is trained, taken elsewhere: ONNX files for servers without torch, Pipelines as plain data.

`export_onnx` writes networks and Pipelines that end in one as ONNX; `OnnxClassifier` and
`OnnxTransformer` run such files with onnxruntime alone. `save_pipeline` and `load_pipeline` keep
any Pipeline of this package's, scikit-learn's and imbalanced-learn's parts without pickle. Nothing
is loaded before it is asked for: running a file imports no torch.
"""

from importlib import import_module
from typing import Any

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
    if name in _PUBLIC:
        value = getattr(import_module(f"heartbeat.export.{_PUBLIC[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'heartbeat.export' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
