"""Networks that behave like any scikit-learn estimator."""

from heartbeat.neural._classifier import CNNClassifier
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
    "register_architecture",
]
