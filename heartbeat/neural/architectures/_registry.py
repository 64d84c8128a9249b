"""Architectures by name."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, getdoc, signature

from torch import nn

__all__ = [
    "architecture_defaults",
    "build_backbone",
    "chosen_knobs",
    "describe_architecture",
    "list_architectures",
    "register_architecture",
]

KNOBS = ("width", "depth", "kernel_size", "dropout")

Builder = Callable[..., nn.Module]


@dataclass(frozen=True)
class _Entry:
    build: Builder
    defaults: dict[str, float]


_REGISTRY: dict[str, _Entry] = {}


def register_architecture(name: str) -> Callable[[Builder], Builder]:
    """Register a function that builds a network body under a name.

    Parameters
    ----------
    name : str
        What to write in ``CNNClassifier(architecture=name)``. A name that is taken is replaced,
        so that a cell of a notebook can be run twice.

    Returns
    -------
    decorator
        It takes a function ``build(n_leads, n_times, *, width=..., depth=..., kernel_size=...,
        dropout=...)`` and returns it unchanged. Each of the four knobs needs a default. What
        `build` returns is a `torch.nn.Module` that maps waveforms of shape
        (n_beats, n_leads, n_times) to features (n_beats, n_features). Its direct children, in
        order, are the blocks that ``CNNClassifier(trainable=n)`` counts, and that `layer_decay`
        and `unfreeze_every` go through from the last to the first.

    Notes
    -----
    A model is rebuilt from its architecture's name when it is unpickled: the module that
    registers the name must be imported there too (also in the workers of a parallel search).

    Examples
    --------
    >>> from torch import nn
    >>> from heartbeat.neural import list_architectures, register_architecture
    >>> @register_architecture("perceptron")
    ... def perceptron(n_leads, n_times, *, width=64, depth=1, kernel_size=1, dropout=0.0):
    ...     return nn.Sequential(nn.Flatten(), nn.Linear(n_leads * n_times, width), nn.ReLU())
    >>> "perceptron" in list_architectures()
    True
    """

    def decorate(build: Builder) -> Builder:
        parameters = signature(build).parameters
        missing = [
            knob
            for knob in KNOBS
            if knob not in parameters or parameters[knob].default is Parameter.empty
        ]
        if missing:
            raise TypeError(
                f"architecture {name!r} must take the keyword argument(s) {', '.join(missing)} "
                f"with a default: CNNClassifier hands all of {', '.join(KNOBS)} over."
            )
        _REGISTRY[name] = _Entry(build, {knob: parameters[knob].default for knob in KNOBS})
        return build

    return decorate


def list_architectures() -> list[str]:
    """Return the names of all registered architectures.

    Returns
    -------
    list of str

    Examples
    --------
    >>> from heartbeat.neural import list_architectures
    >>> {"kachuee", "lite", "resnet"} <= set(list_architectures())
    True
    """
    return sorted(_REGISTRY)


def describe_architecture(name: str) -> str:
    """Return what the builder of an architecture says about it: paper, size, cost.

    Parameters
    ----------
    name : str
        One of `list_architectures`.

    Returns
    -------
    str

    Examples
    --------
    >>> from heartbeat.neural import describe_architecture
    >>> print(describe_architecture("kachuee").splitlines()[0])
    Residual network of Kachuee et al. (2018), as published.
    """
    return getdoc(_entry(name).build) or ""


def architecture_defaults(name: str) -> dict[str, float]:
    """Return the default of each knob of an architecture.

    Parameters
    ----------
    name : str
        One of `list_architectures`.

    Returns
    -------
    dict
        Keys ``"width"``, ``"depth"``, ``"kernel_size"``, ``"dropout"``.

    Examples
    --------
    >>> from heartbeat.neural import architecture_defaults
    >>> architecture_defaults("kachuee")
    {'width': 32, 'depth': 5, 'kernel_size': 5, 'dropout': 0.0}
    """
    return dict(_entry(name).defaults)


def build_backbone(name: str, n_leads: int, n_times: int, **knobs: float | None) -> nn.Module:
    """Build the body of a network; a knob that is None takes the architecture's default."""
    return _entry(name).build(n_leads, n_times, **chosen_knobs(name, **knobs))


def chosen_knobs(name: str, **knobs: float | None) -> dict[str, float]:
    """Return knobs with the architecture's default for each that is None."""
    defaults = _entry(name).defaults
    return {knob: defaults[knob] if value is None else value for knob, value in knobs.items()}


def _entry(name: str) -> _Entry:
    try:
        return _REGISTRY[name]
    except (KeyError, TypeError):
        raise ValueError(
            f"unknown architecture {name!r}: choose one of {list_architectures()} or register "
            f"your own with heartbeat.neural.register_architecture."
        ) from None
