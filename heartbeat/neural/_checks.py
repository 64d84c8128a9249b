"""Checks of the parameters and tables of `CNNClassifier` before training starts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import numpy as np

from heartbeat._checks import (
    check_class_weight,
    check_classes,
    check_number,
    check_option,
    check_whole,
)
from heartbeat._shown import shown
from heartbeat.neural._augment import check_augment
from heartbeat.neural._device import resolve_device
from heartbeat.neural._losses import LOSSES
from heartbeat.neural._optimization import OPTIMIZERS, SCHEDULES

__all__ = ["check_known_classes", "check_parameters", "naming_the_card"]

_CHOICES = {
    "schedule": SCHEDULES,
    "optimizer": tuple(OPTIMIZERS),
    "loss": tuple(LOSSES),
    "precision": ("auto", "bfloat16", "float32"),
}
_COUNTS = ("max_epochs", "batch_size", "n_members")
_OPTIONAL_COUNTS = ("width", "depth", "kernel_size")


def check_parameters(estimator: Any) -> None:
    """Raise a ValueError or TypeError that names the first invalid parameter."""
    for name, choices in _CHOICES.items():
        check_option(name, getattr(estimator, name), choices)
    for name in _COUNTS:
        check_whole(name, getattr(estimator, name))
    for name in _OPTIONAL_COUNTS:
        check_whole(name, getattr(estimator, name), optional=True)
    check_number("lr", estimator.lr, above=0)
    check_number("weight_decay", estimator.weight_decay, least=0)
    check_number("layer_decay", estimator.layer_decay, above=0, most=1)
    check_whole("unfreeze_every", estimator.unfreeze_every, optional=True)
    check_number("dropout", estimator.dropout, least=0, below=1, optional=True)
    check_number("ema", estimator.ema, above=0, below=1, optional=True)
    check_number("validation_fraction", estimator.validation_fraction, above=0, below=1)
    check_augment(estimator.augment)
    resolve_device(estimator.device)
    _check_callbacks(estimator.callbacks, estimator.early_stopping)
    _check_verbose(estimator.verbose)
    _check_early_stopping(estimator.early_stopping)
    check_class_weight(estimator.class_weight)
    _check_trainable(estimator.trainable)
    _check_resampler(estimator.resampler)


@contextmanager
def naming_the_card(classifier: Any) -> Iterator[None]:
    """Add to errors about the columns of a table how beats for shipped weights are cut."""
    try:
        yield
    except ValueError as error:
        card = getattr(classifier, "card_", None)
        if card is None or not re.search(r"feature names|expecting \d+ features", str(error)):
            raise
        raise ValueError(
            f"{str(error).rstrip()}\nCut the beats as the weights need them, with "
            f"**model_card({card.name!r}).segmentation as arguments of load_beats or segment_beats."
        ) from error


def check_known_classes(y: np.ndarray, known: np.ndarray | None) -> np.ndarray:
    """Return the classes of `y`, or all classes of the network that training continues with.

    Raises
    ------
    ValueError
        If there is only one class, a beat without a label, or a class that the network lacks.
    """
    classes = check_classes(y)
    if known is None:
        return classes
    unknown = np.setdiff1d(classes, known)
    if len(unknown):
        raise ValueError(
            f"with warm_start=True the classes must be among those of the last fit, {known}, but y "
            f"also holds {unknown}. Use pretrained= to start from these weights with new classes."
        )
    return known


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _check_callbacks(value: Any, early_stopping: Any) -> None:
    if value is not None and not isinstance(value, list | tuple):
        raise TypeError(
            f"callbacks must be None or a list of skorch callbacks, got {shown(value)}."
        )
    for item in value or ():
        callback = item[1] if isinstance(item, tuple) and len(item) == 2 else item
        if not hasattr(callback, "on_epoch_end"):
            raise TypeError(
                f"callbacks must hold skorch callbacks or pairs (name, callback), got "
                f"{shown(item)}."
            )
        monitor = getattr(callback, "monitor", None)
        if early_stopping is False and isinstance(monitor, str) and monitor.startswith("valid_"):
            raise ValueError(
                f"callback {type(callback).__name__} monitors {monitor!r}, but with "
                "early_stopping=False there are no validation beats. Set early_stopping=True or "
                "a number of epochs, or let the callback monitor 'train_loss'."
            )


def _check_verbose(value: Any) -> None:
    check_whole("verbose", int(value) if isinstance(value, bool) else value, least=0)


def _check_early_stopping(value: Any) -> None:
    if not isinstance(value, bool) and not (_is_whole(value) and value >= 1):
        raise ValueError(
            "early_stopping must be True, False or an integer >= 1, the number of epochs to wait "
            f"for a lower validation loss, got {shown(value)}."
        )


def _check_trainable(value: Any) -> None:
    if value not in ("all", "head") and not (_is_whole(value) and value >= 0):
        raise ValueError(
            "trainable must be 'all', 'head' or an integer >= 0, the number of blocks to train, "
            f"counted from the head, got {shown(value)}."
        )


def _check_resampler(value: Any) -> None:
    for sampler in value if isinstance(value, list) else [value]:
        if value is not None and not hasattr(sampler, "fit_resample"):
            raise TypeError(
                f"resampler must be a sampler with a method fit_resample, such as those of "
                f"imbalanced-learn, or a list of samplers, got {shown(sampler)}."
            )
