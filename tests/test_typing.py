"""Public functions say their types, and the package tells checkers so."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import heartbeat

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(heartbeat.__path__, "heartbeat.")
    if not any(part.startswith("_") for part in module.name.split("."))
)


def functions_of(cls):
    """Yield public functions and the constructor that a class has from this package."""
    for base in cls.__mro__:
        if not base.__module__.startswith("heartbeat."):
            continue
        for name, value in vars(base).items():
            if isinstance(value, (classmethod, staticmethod)):
                value = value.__func__
            elif isinstance(value, property):
                value = value.fget
            else:
                value = getattr(value, "func", value)  # cached_property
            # What other libraries generate (set_fit_request, ...) is not ours to annotate.
            ours = inspect.isfunction(value) and value.__module__.startswith("heartbeat.")
            if ours and (name == "__init__" or not name.startswith("_")):
                yield f"{base.__name__}.{name}", value


def public_functions(module):
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value):
            yield from functions_of(value)
        elif inspect.isfunction(value):
            yield name, value


@pytest.mark.parametrize("module", MODULES)
def test_public_functions_are_annotated(module):
    missing = []
    for name, function in public_functions(importlib.import_module(module)):
        signature = inspect.signature(function)
        parameters = list(signature.parameters.values())
        if parameters and parameters[0].name in ("self", "cls"):
            del parameters[0]
        missing += [f"{name}({p.name})" for p in parameters if p.annotation is p.empty]
        if signature.return_annotation is signature.empty and not name.endswith("__init__"):
            missing.append(f"{name} -> ?")
    assert not missing, f"{module}: without a type: {', '.join(missing)}"


def test_public_modules_say_what_is_public():
    for name in MODULES:
        module = importlib.import_module(name)
        assert module.__all__, name
        assert all(hasattr(module, public) for public in module.__all__), name


def test_checkers_are_told():
    assert (Path(heartbeat.__file__).parent / "py.typed").is_file()
