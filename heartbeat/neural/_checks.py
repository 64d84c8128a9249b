"""Checks of the parameters of `CNNClassifier`, before anything is computed."""

from numbers import Integral, Real
from typing import Any

from heartbeat.neural._augment import check_augment
from heartbeat.neural._losses import LOSSES
from heartbeat.neural._optimization import OPTIMIZERS, SCHEDULES

__all__ = ["check_parameters"]

_CHOICES = {
    "schedule": SCHEDULES,
    "optimizer": tuple(OPTIMIZERS),
    "loss": tuple(LOSSES),
    "precision": ("auto", "bfloat16", "float32"),
}
_COUNTS = ("max_epochs", "batch_size", "n_members")
_OPTIONAL_COUNTS = ("width", "depth", "kernel_size")


def check_parameters(estimator: Any) -> None:
    """Raise a ValueError or TypeError that names the first bad parameter."""
    for name, choices in _CHOICES.items():
        value = getattr(estimator, name)
        if value not in choices:
            raise ValueError(f"{name} must be one of {sorted(choices)}, got {value!r}.")
    for name in _COUNTS + _OPTIONAL_COUNTS:
        value = getattr(estimator, name)
        if value is None and name in _OPTIONAL_COUNTS:
            continue
        if not _is_whole(value) or value < 1:
            raise ValueError(f"{name} must be an integer >= 1, got {value!r}.")
    _check_range(estimator, "lr", above=0.0)
    _check_range(estimator, "weight_decay", least=0.0)
    _check_range(estimator, "dropout", least=0.0, below=1.0, optional=True)
    _check_range(estimator, "ema", above=0.0, below=1.0, optional=True)
    _check_range(estimator, "validation_fraction", above=0.0, below=1.0)
    check_augment(estimator.augment)
    _check_early_stopping(estimator.early_stopping)
    _check_class_weight(estimator.class_weight)
    _check_trainable(estimator.trainable)
    if estimator.resampler is not None and not hasattr(estimator.resampler, "fit_resample"):
        raise TypeError(
            f"resampler must have a method fit_resample, as imbalanced-learn's samplers have; "
            f"got {estimator.resampler!r}."
        )


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _check_range(
    estimator: Any,
    name: str,
    *,
    least: float | None = None,
    above: float | None = None,
    below: float | None = None,
    optional: bool = False,
) -> None:
    value = getattr(estimator, name)
    if value is None and optional:
        return
    good = isinstance(value, Real) and not isinstance(value, bool)
    good = good and (least is None or value >= least) and (above is None or value > above)
    if not (good and (below is None or value < below)):
        limits = [
            f"{sign} {limit:g}"
            for sign, limit in ((">=", least), (">", above), ("<", below))
            if limit is not None
        ]
        none = "None or " if optional else ""
        raise ValueError(f"{name} must be {none}a number {' and '.join(limits)}, got {value!r}.")


def _check_early_stopping(value: Any) -> None:
    if not isinstance(value, bool) and not (_is_whole(value) and value >= 1):
        raise ValueError(
            "early_stopping must be True, False or a number of epochs >= 1 to wait for a lower "
            f"validation loss, got {value!r}."
        )


def _check_class_weight(value: Any) -> None:
    if value is not None and value != "balanced" and not isinstance(value, dict):
        raise ValueError(f"class_weight must be None, 'balanced' or a dict, got {value!r}.")


def _check_trainable(value: Any) -> None:
    if value not in ("all", "head") and not (_is_whole(value) and value >= 0):
        raise ValueError(
            "trainable must be 'all', 'head' or a number of blocks >= 0, counted from the head, "
            f"got {value!r}."
        )
