"""Neural networks as scikit-learn estimators."""

from heartbeat.neural._classifier import CNNClassifier
from heartbeat.neural._history import plot_history
from heartbeat.neural._persistence import load_classifier, save_classifier
from heartbeat.neural.architectures import (
    architecture_defaults,
    describe_architecture,
    list_architectures,
    register_architecture,
)

__all__ = [
    "CNNClassifier",
    "architecture_defaults",
    "describe_architecture",
    "list_architectures",
    "load_classifier",
    "plot_history",
    "register_architecture",
    "save_classifier",
]
