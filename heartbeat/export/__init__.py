"""What is trained, taken elsewhere: ONNX files for servers without torch, Pipelines as plain data.

`export_onnx` writes networks and Pipelines that end in one as ONNX; `OnnxClassifier` and
`OnnxTransformer` run such files with onnxruntime alone. `save_pipeline` and `load_pipeline` keep
any Pipeline of this package's, scikit-learn's and imbalanced-learn's parts without pickle. Nothing
is loaded before it is asked for: running a file imports no torch.
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
