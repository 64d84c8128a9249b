"""What is public: typed, spelt and ordered alike everywhere, and found where the docs say."""

import importlib
import inspect
import pkgutil
import re
from dataclasses import is_dataclass
from pathlib import Path

import pytest

import heartbeat

PACKAGE = Path(heartbeat.__file__).parent
ROOT = PACKAGE.parent
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(heartbeat.__path__, "heartbeat.")
    if not any(part.startswith("_") for part in module.name.split("."))
)

# Parameters that many functions and classes share stand in this order, whatever stands between.
ORDER = ("fs", "before", "after", "n_leads", "n_context", "n_jobs", "random_state")
SYNONYMS = {
    "fs": {"sampling_rate", "sample_rate", "sampling_frequency", "sfreq", "srate", "rate"},
    "n_leads": {"n_channels", "num_leads", "nleads"},
    "n_context": {"n_extra", "num_context", "context_size"},
    "n_jobs": {"njobs", "n_workers", "num_workers", "n_threads"},
    "random_state": {"seed", "rng", "random_seed", "generator"},
}


def functions_of(cls):
    """Yield the public methods, and the constructor, that a class has from this package."""
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


def parameters_of(function):
    parameters = list(inspect.signature(function).parameters.values())
    return parameters[1:] if parameters and parameters[0].name in ("self", "cls") else parameters


def resolve(name):
    """Import as much of a dotted name as is a module, and take the rest as attributes."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            value = getattr(value, part)
        return value
    raise ModuleNotFoundError(name)


@pytest.mark.parametrize("module", MODULES)
def test_annotated(module):
    missing = []
    for name, function in public_functions(importlib.import_module(module)):
        missing += [f"{name}({p.name})" for p in parameters_of(function) if p.annotation is p.empty]
        returns = inspect.signature(function).return_annotation
        if returns is inspect.Signature.empty and not name.endswith("__init__"):
            missing.append(f"{name} -> ?")
    assert not missing, f"{module}: without a type: {', '.join(missing)}"


def test_type_checkers_are_told():
    assert (PACKAGE / "py.typed").is_file()


@pytest.mark.parametrize("module", MODULES)
def test_shared_parameters_have_one_order(module):
    for name, function in public_functions(importlib.import_module(module)):
        shared = [p.name for p in parameters_of(function) if p.name in ORDER]
        assert shared == sorted(shared, key=ORDER.index), f"{module}.{name}: {shared}"


@pytest.mark.parametrize("module", MODULES)
def test_shared_parameters_have_one_spelling(module):
    module = importlib.import_module(module)
    for name, function in public_functions(module):
        # The fields of a record that a file holds are not parameters that one sets.
        if is_dataclass(getattr(module, name.partition(".")[0], None)):
            continue
        for parameter in parameters_of(function):
            for spelling, others in SYNONYMS.items():
                assert parameter.name not in others, f"{name}: {parameter.name} is {spelling} here"


@pytest.mark.parametrize("module", MODULES)
def test_public_names_are_where_their_module_is(module):
    public = importlib.import_module(module)
    assert public.__all__, f"{module} has no public name"
    for name in public.__all__:
        value = getattr(public, name)
        home = getattr(value, "__module__", None)
        if not (inspect.isclass(value) or inspect.isfunction(value)) or home is None:
            continue
        assert home.startswith("heartbeat."), f"{module}.{name} comes from {home}"
        # The module that documents it: the one that defines it, without its private files.
        named = home.partition("._")[0]
        assert getattr(importlib.import_module(named), name, None) is value, f"{named}.{name}"
        assert name in importlib.import_module(named).__all__, f"{named}.{name}"


def texts_with_names():
    yield from PACKAGE.rglob("*.py")
    yield from (ROOT / "examples").glob("*.py")
    yield from (ROOT / "docs").rglob("*.md")
    yield from (ROOT / "docs").rglob("*.rst")
    yield ROOT / "README.md"


def test_names_in_the_docs_exist():
    # `heartbeat.metrics.aami_scores`, with or without a role, a call or a second backtick.
    quoted = re.compile(r"`~?(heartbeat(?:\.\w+)+)(?:\([^`]*\))?`")
    names = {
        name
        for path in texts_with_names()
        if path.is_file() and "generated" not in path.parts
        for name in quoted.findall(path.read_text(encoding="utf-8"))
    }
    assert len(names) > 30
    private = {name for name in names if "._" in name}
    lost = []
    for name in sorted(names - private):
        try:
            resolve(name)
        except (AttributeError, ModuleNotFoundError):
            lost.append(name)
    assert not lost, f"named in the docs, but not there: {', '.join(lost)}"
