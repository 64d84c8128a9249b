"""ECG heartbeat classification, classical and deep, the scikit-learn way.

Public names live in the subpackages (``heartbeat.datasets``, ``heartbeat.neural``, ...). The most
used ones can also be imported from here. They are loaded on first use: ``import heartbeat`` itself
imports neither torch nor scikit-learn nor matplotlib.
"""

from importlib import import_module
from typing import Any

from heartbeat._version import __version__

_PUBLIC = {
    "AAMI_CLASSES": "heartbeat.labels",
    "BeatAnnotator": "heartbeat.annotation",
    "BeatEncoder": "heartbeat.transfer",
    "BeatScaler": "heartbeat.preprocessing",
    "BandpassFilter": "heartbeat.preprocessing",
    "CNNClassifier": "heartbeat.neural",
    "Recording": "heartbeat.recording",
    "aami_report": "heartbeat.metrics",
    "clean": "heartbeat.preprocessing",
    "detect_beats": "heartbeat.detection",
    "load_beats": "heartbeat.datasets",
    "read_recording": "heartbeat.recording",
    "segment_beats": "heartbeat.segmentation",
    "show_versions": "heartbeat._show_versions",
}

_SUBPACKAGES = (
    "annotation",
    "boosting",
    "browser",
    "calibration",
    "context",
    "datasets",
    "detection",
    "evaluation",
    "export",
    "features",
    "inspection",
    "labels",
    "metrics",
    "model_selection",
    "neural",
    "pipelines",
    "preprocessing",
    "quality",
    "recording",
    "resampling",
    "segmentation",
    "transductive",
    "transfer",
    "weights",
)

__all__ = ["__version__", *sorted(_PUBLIC), *_SUBPACKAGES]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in _SUBPACKAGES:
        return import_module(f"heartbeat.{name}")
    if name in _PUBLIC:
        value = getattr(import_module(_PUBLIC[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'heartbeat' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
