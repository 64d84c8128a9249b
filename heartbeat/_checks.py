"""Checks of parameters that many estimators and functions share.

Each check returns the value, or raises a ValueError with the name of the parameter, the values that
are allowed and the value that was given. `fresh_random_state` returns the random generator,
and `weights_of_classes` the weights that `class_weight` stands for.
"""

import math
import warnings
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any, Literal, overload

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_class_weight

from heartbeat._layout import n_samples
from heartbeat._shown import shown

__all__ = [
    "check_class_weight",
    "check_classes",
    "check_n_jobs",
    "check_number",
    "check_one_per_beat",
    "check_option",
    "check_r_index",
    "check_whole",
    "fresh_random_state",
    "weights_of_classes",
]


def check_option(name: str, value: Any, options: Iterable[Any]) -> Any:
    """Return a parameter after checking that it is one of the options."""
    options = list(options)
    # An array equals none of the options, and `==` with an array has no single truth value.
    one = not isinstance(value, np.ndarray)
    if not (one and any(value is option or value == option for option in options)):
        raise ValueError(f"{name} must be one of {options}, got {shown(value)}.")
    return value


@overload
def check_number(
    name: str,
    value: Any,
    *,
    least: float | None = ...,
    above: float | None = ...,
    most: float | None = ...,
    below: float | None = ...,
    optional: Literal[False] = ...,
) -> float: ...
@overload
def check_number(
    name: str,
    value: Any,
    *,
    least: float | None = ...,
    above: float | None = ...,
    most: float | None = ...,
    below: float | None = ...,
    optional: bool,
) -> float | None: ...
def check_number(
    name: str,
    value: Any,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
    optional: bool = False,
) -> float | None:
    """Return a finite real parameter within its limits, or None if it is optional."""
    if value is None and optional:
        return None
    good = _is_finite(value)
    good = good and (least is None or value >= least) and (above is None or value > above)
    good = good and (most is None or value <= most) and (below is None or value < below)
    if not good:
        none = "None or " if optional else ""
        limits = ((">=", least), (">", above), ("<=", most), ("<", below))
        bounds = " and".join(f" {sign} {limit:g}" for sign, limit in limits if limit is not None)
        raise ValueError(f"{name} must be {none}a finite number{bounds}, got {shown(value)}.")
    return float(value)


def _is_finite(value: Any) -> bool:
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # an integer beyond the range of float
        return False


@overload
def check_whole(
    name: str,
    value: Any,
    least: int = ...,
    *,
    most: int | None = ...,
    optional: Literal[False] = ...,
) -> int: ...
@overload
def check_whole(
    name: str, value: Any, least: int = ..., *, most: int | None = ..., optional: bool
) -> int | None: ...
def check_whole(
    name: str, value: Any, least: int = 1, *, most: int | None = None, optional: bool = False
) -> int | None:
    """Return an integer parameter from `least` to `most`, or None if it is optional."""
    if value is None and optional:
        return None
    good = isinstance(value, Integral) and not isinstance(value, bool)
    if not good or value < least or (most is not None and value > most):
        none = "None or " if optional else ""
        limits = f">= {least}" + ("" if most is None else f" and <= {most}")
        raise ValueError(f"{name} must be {none}an integer {limits}, got {shown(value)}.")
    return int(value)


def check_r_index(before: Any, fs: Any, n_times: int) -> int:
    """Return the index of the R peak after checking that it lies inside the beat."""
    index = n_samples(check_number("before", before, least=0), check_number("fs", fs, above=0))
    if index >= n_times:
        raise ValueError(
            f"before={shown(before)} s at fs={shown(fs)} Hz places the R peak at sample {index}, "
            f"but the beats have {n_times} sample(s) per lead. Set before and fs to the values "
            "that the beats were segmented with (before=0 for the Kaggle layout)."
        )
    return index


def check_class_weight(value: Any) -> None:
    """Raise a ValueError if this is neither None, "balanced" nor a dict of weights."""
    if isinstance(value, dict):
        for label, weight in value.items():
            check_number(f"class_weight[{shown(label)}]", weight, least=0)
    elif value is not None and value != "balanced":
        raise ValueError(f"class_weight must be None, 'balanced' or a dict, got {shown(value)}.")


def weights_of_classes(wanted: Any, classes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return one weight per class; a class that is missing from these beats has weight 1."""
    present = np.unique(labels)
    if isinstance(wanted, dict):
        strangers = sorted(set(wanted) - set(classes.tolist()), key=str)
        if len(strangers) == len(wanted):
            raise ValueError(
                f"class_weight names only classes that y does not hold, {strangers}. The classes "
                f"of y are {classes.tolist()}.{_of_a_part(strangers, classes)}"
            )
        if strangers:
            # Only a warning, because a fold may lack a class that the dict names.
            warnings.warn(
                f"class_weight names the classes {strangers}, which y does not hold. The classes "
                f"of y are {classes.tolist()}.",
                stacklevel=2,
            )
        wanted = {label: wanted[label] for label in present.tolist() if label in wanted}
    weights = np.ones(len(classes))
    weights[np.searchsorted(classes, present)] = compute_class_weight(
        wanted, classes=present, y=labels
    )
    return weights


def _of_a_part(strangers: list, classes: np.ndarray) -> str:
    """Return the remedy if a meta-estimator has replaced the labels by numbers."""
    if classes.dtype.kind not in "iu" or not all(isinstance(label, str) for label in strangers):
        return ""
    return (
        " A VotingClassifier gives its parts numbers in place of labels. To weight the classes of "
        "its parts, pass sample_weight to its fit; to change only its decisions, wrap it in "
        "heartbeat.calibration.ClassOddsClassifier."
    )


def check_classes(y: np.ndarray) -> np.ndarray:
    """Return the classes of labels, at least two of which a classifier can be trained on.

    Raises
    ------
    ValueError
        If there is only one class, or a beat without a label.
    """
    classes = np.unique(y)
    if len(classes) < 2:
        raise ValueError(
            f"y must have at least 2 classes, got only one class: {shown(classes)}. Add beats of "
            "other classes."
        )
    if classes.dtype.kind in "UO" and "" in classes:
        raise ValueError(
            f"{(y == '').sum()} beats have no label (''), as detected beats without a matching "
            "reference beat have. Remove them from the training data."
        )
    return classes


def check_one_per_beat(name: str, values: Any, n_beats: int, remedy: str) -> None:
    """Raise a ValueError if groups or weights given to a classifier are not as long as the table.

    The remedy is what to do if a sampler has changed the number of beats.
    """
    shape = np.asarray(values).shape
    if shape and shape[0] != n_beats:
        raise ValueError(
            f"{name} has {shape[0]} values, but the classifier was given {n_beats} beats. A "
            "sampler before the classifier in a Pipeline changes the number of beats, but not "
            f"{name}. {remedy}"
        )


def check_n_jobs(n_jobs: Any) -> None:
    """Raise a ValueError if joblib does not accept this number of jobs."""
    whole = isinstance(n_jobs, Integral) and not isinstance(n_jobs, bool) and n_jobs != 0
    if n_jobs is not None and not whole:
        raise ValueError(
            "n_jobs must be None or an integer other than 0 (-1 uses all processors), got "
            f"{shown(n_jobs)}."
        )


def fresh_random_state(random_state: Any) -> np.random.RandomState:
    """Return a RandomState as scikit-learn does, but a new one for None, not NumPy's global one."""
    if random_state is None:
        return np.random.RandomState()
    try:
        return check_random_state(random_state)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"random_state must be None, an integer from 0 to 2**32 - 1 or a RandomState, got "
            f"{shown(random_state)}."
        ) from error
