"""Architectures by name."""

import pickle
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from inspect import Parameter, getdoc, signature

import cloudpickle
from torch import nn

from heartbeat._shown import shown

__all__ = [
    "Builder",
    "architecture_defaults",
    "architecture_name",
    "build_backbone",
    "carried_builders",
    "chosen_knobs",
    "describe_architecture",
    "is_ours",
    "list_architectures",
    "receive_builders",
    "register_architecture",
]

KNOBS = ("width", "depth", "kernel_size", "dropout")

Builder = Callable[..., nn.Module]


@dataclass(frozen=True)
class _Entry:
    build: Builder
    defaults: dict[str, float]
    code: bytes | None = None
    """The pickle that it was loaded from, if any."""

    @property
    def is_ours(self) -> bool:
        return self.build.__module__.partition(".")[0] == "heartbeat"


_REGISTRY: dict[str, _Entry] = {}
_RECEIVED: dict[str, bytes] = {}
"""Builders received in pickles, by name; they are unpickled when they are needed."""


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
        dropout=...)`` and returns it unchanged. Each of the four keyword arguments needs a default.
        `build` returns a `torch.nn.Module` that maps waveforms of shape
        (n_beats, n_leads, n_times) to features (n_beats, n_features). Its direct children, in
        order, are the blocks that ``CNNClassifier(trainable=n)`` counts, and that `layer_decay`
        and `unfreeze_every` go through from the last to the first.

    Notes
    -----
    ``CNNClassifier(architecture=build)`` takes a function or a class of a module directly; only an
    architecture with a name of its own needs to be registered.

    A pickle of a `CNNClassifier` carries what has been registered, so that the workers of a
    parallel search and other processes have it: a builder in a module by the name of that module,
    which must be importable there, one in a notebook or a script by value. Files of
    `save_classifier` hold no code: import the module that registers the architecture before
    `load_classifier`, or give its parameter `architecture`.

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
        _register(name, build)
        return build

    return decorate


def architecture_name(architecture: str | Builder) -> str:
    """Return the name of an architecture; register a builder under its module and name.

    Raises
    ------
    TypeError
        If it is neither a name nor a function or class, or lacks a required argument.
    ValueError
        If it is a function or class that cannot be imported by name.
    """
    if isinstance(architecture, str):
        return architecture
    qualname = getattr(architecture, "__qualname__", None)
    if not callable(architecture) or isinstance(architecture, nn.Module) or qualname is None:
        raise TypeError(
            f"architecture must be one of {list_architectures()}, a function that builds a body, "
            f"or a class of torch.nn.Module, got {shown(architecture)}."
        )
    if "<" in qualname:
        raise ValueError(
            f"architecture {qualname!r} is defined inside a function, so that other processes "
            "cannot import it by name. Define it at the top level of a module or notebook, or give "
            "it a name with heartbeat.neural.register_architecture."
        )
    name = f"{architecture.__module__}.{qualname}"
    _register(name, architecture)
    return name


def is_ours(name: str) -> bool:
    """Tell whether an architecture is one of this package."""
    return _entry(name).is_ours


def carried_builders() -> dict[str, bytes]:
    """Return the pickled builders of user-registered architectures for other processes."""
    carried = {}
    for name, entry in _REGISTRY.items():
        # A builder that cannot be pickled raises an error in the process that needs it.
        with suppress(Exception):
            if not entry.is_ours:
                carried[name] = cloudpickle.dumps(entry.build)
    # A received builder that was not used yet is passed on as it is; it is newer than a built one.
    return carried | _RECEIVED


def receive_builders(carried: dict[str, bytes]) -> None:
    """Register the builders that `carried_builders` returned, unless they are registered here.

    They replace builders received before, because a worker of a search may outlive several
    versions of a notebook cell.
    """
    for name, code in carried.items():
        entry = _REGISTRY.get(name)
        if entry is None or entry.code not in (None, code):
            _RECEIVED[name] = code


def _register(name: str, build: Builder, code: bytes | None = None) -> None:
    parameters = signature(build).parameters
    missing = [
        knob
        for knob in KNOBS
        if knob not in parameters or parameters[knob].default is Parameter.empty
    ]
    if missing:
        raise TypeError(
            f"architecture {name!r} must accept the keyword argument(s) {', '.join(missing)} "
            f"and give them defaults, because CNNClassifier passes all of {', '.join(KNOBS)}."
        )
    _REGISTRY[name] = _Entry(build, {knob: parameters[knob].default for knob in KNOBS}, code)
    _RECEIVED.pop(name, None)


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
    return sorted({*_REGISTRY, *_RECEIVED})


def describe_architecture(name: str | Builder) -> str:
    """Return what the builder of an architecture says about it: paper, size, cost.

    Parameters
    ----------
    name : str or builder
        One of `list_architectures`, or what `CNNClassifier` takes.

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


def architecture_defaults(name: str | Builder) -> dict[str, float]:
    """Return the defaults of the four parameters of an architecture.

    Parameters
    ----------
    name : str or builder
        One of `list_architectures`, or what `CNNClassifier` takes.

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
    """Build the body of a network; parameters that are None take the architecture's defaults."""
    return _entry(name).build(n_leads, n_times, **chosen_knobs(name, **knobs))


def chosen_knobs(name: str | Builder, **knobs: float | None) -> dict[str, float]:
    """Return the parameters with the architecture's default in place of None."""
    defaults = _entry(name).defaults
    return {knob: defaults[knob] if value is None else value for knob, value in knobs.items()}


def _entry(name: str | Builder) -> _Entry:
    name = architecture_name(name)
    if name in _RECEIVED:
        code = _RECEIVED[name]
        try:
            build = pickle.loads(code)
        except Exception as error:
            raise ValueError(
                f"the architecture {name!r} cannot be built in this process, because its code "
                f"cannot be imported: {type(error).__name__}: {error}. Make the module that "
                "registers it importable."
            ) from error
        # Importing its module may have registered it.
        if name in _RECEIVED:
            _register(name, build, code)
    try:
        return _REGISTRY[name]
    except (KeyError, TypeError):
        raise ValueError(
            f"unknown architecture {shown(name)}. Choose one of {list_architectures()}, pass a "
            "builder, or register one with heartbeat.neural.register_architecture (if a module "
            "registers it, import that module first)."
        ) from None
