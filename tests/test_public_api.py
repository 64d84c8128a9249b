"""What is public: typed, spelt and ordered alike everywhere, and found where the docs say."""

import ast
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
# Alike and never called by users: `register_architecture` documents their parameters.
BUILDERS = {"convnext1d", "inception", "kachuee", "lite", "resnet", "tcn"}
WITHOUT_EXAMPLE = {
    "serve_review": "it serves until it is interrupted",
    "main": "it is the command line",
    **dict.fromkeys(BUILDERS, "see register_architecture"),
}
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
    # `__init__.py` loads its names when they are asked for, which checkers cannot follow.
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    told = {
        alias.name: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom) and node.module.startswith("heartbeat")
        for alias in node.names
    }
    assert set(told) <= set(heartbeat.__all__)
    assert {"CNNClassifier", "load_beats", "metrics"} <= set(told)
    for name, module in told.items():
        if module == "heartbeat":
            assert getattr(heartbeat, name) is importlib.import_module(f"heartbeat.{name}")
        else:
            assert getattr(heartbeat, name) is getattr(importlib.import_module(module), name)


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


def documented_parameters(value):
    """Return the names in the section Parameters, or Attributes of what is only returned."""
    doc = inspect.cleandoc(value.__doc__ or "")
    for section in ("Parameters", "Attributes"):
        _, found, text = f"\n{doc}".partition(f"\n{section}\n{'-' * len(section)}\n")
        if found:
            text = re.split(r"\n\n(?=\S)", text)[0]
            # "fs, before : float", "**kwargs" or "ax, **keywords", at the margin.
            heads = re.findall(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: :.*)?$", text, re.MULTILINE)
            return [name.lstrip("*") for head in heads for name in head.split(", ")]
    return []


def public_docstrings(module):
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value):
            yield name, value, value
            for method, function in functions_of(value):
                # An override without a docstring of its own has that of scikit-learn.
                if not method.endswith("__init__") and function.__doc__:
                    yield method, function, function
        elif inspect.isfunction(value):
            yield name, value, value


@pytest.mark.parametrize("module", MODULES)
def test_parameters_are_documented_in_order(module):
    wrong = []
    for name, value, function in public_docstrings(importlib.import_module(module)):
        if inspect.isclass(function):
            function = function.__init__
            if not inspect.isfunction(function) or not function.__module__.startswith("heartbeat"):
                continue
        actual = [p.name for p in parameters_of(function)]
        documented = documented_parameters(value)
        if actual and name not in BUILDERS and documented[: len(actual)] != actual:
            wrong.append(f"{name}: takes {actual}, documents {documented}")
    assert not wrong, "\n".join([f"in {module}", *wrong])


@pytest.mark.parametrize("module", MODULES)
def test_public_names_have_an_example(module):
    lacking = []
    for name in importlib.import_module(module).__all__:
        value = getattr(importlib.import_module(module), name)
        if inspect.isclass(value) or inspect.isfunction(value):
            doc = inspect.cleandoc(value.__doc__ or "")
            if ">>> " not in doc and name not in WITHOUT_EXAMPLE:
                lacking.append(name)
    assert not lacking, f"{module}: without an example: {', '.join(lacking)}"


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
