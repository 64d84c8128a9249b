"""Write the API reference from ``__all__``: a page per module and a page per public name."""

import importlib
import inspect
import re
from functools import cached_property
from pathlib import Path

import heartbeat

# In the order in which readers need them; modules that are not listed here come last.
ORDER = (
    "recording", "annotation", "browser", "quality", "detection",
    "datasets", "segmentation", "context", "labels",
    "preprocessing", "features", "resampling", "boosting", "neural", "weights", "transfer",
    "pipelines", "model_selection", "metrics", "evaluation", "calibration", "transductive",
    "inspection",
)  # fmt: skip


def write(folder: Path) -> None:
    """Write all pages, and remove those of names that no longer exist."""
    pages = {"index": _index()}
    for name in _modules():
        module = importlib.import_module(f"heartbeat.{name}")
        pages[module.__name__] = _module_page(module)
        for public in module.__all__:
            pages[f"{module.__name__}.{public}"] = _page(module, public)
    pages["heartbeat.show_versions"] = _page(heartbeat, "show_versions")
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.rst"):
        if path.stem not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.exists() or path.read_text() != text:  # unchanged pages are not built again
            path.write_text(text)


def _modules() -> list[str]:
    known = list(heartbeat._SUBPACKAGES)
    return [n for n in ORDER if n in known] + [n for n in known if n not in ORDER]


def _heading(text: str, mark: str = "=") -> str:
    return f"{text}\n{mark * len(text)}\n\n"


def _first_line(documented) -> str:
    return (inspect.getdoc(documented) or "").split("\n")[0]


def _index() -> str:
    lines = [
        _heading("API reference"),
        "Every public name is imported from the module under which it is listed. The names that\n"
        "are used most can also be imported from ``heartbeat`` itself: ",
        ", ".join(f"``{name}``" for name in sorted(heartbeat._PUBLIC)),
        ".\n\n.. list-table::\n   :widths: 30 70\n   :class: modules\n\n",
    ]
    for name in _modules():
        module = importlib.import_module(f"heartbeat.{name}")
        lines.append(f"   * - :doc:`heartbeat.{name}`\n     - {_first_line(module)}\n")
    lines.append("   * - :doc:`heartbeat.show_versions`\n     - Versions for a bug report.\n")
    lines.append("\n.. toctree::\n   :hidden:\n   :maxdepth: 1\n\n")
    lines += [f"   heartbeat.{name}\n" for name in _modules()]
    lines.append("   heartbeat.show_versions\n")
    return "".join(lines)


def _module_page(module) -> str:
    kinds: dict[str, list[str]] = {"Classes": [], "Functions": [], "Constants": []}
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value):
            kinds["Classes"].append(name)
        elif inspect.isroutine(value):
            kinds["Functions"].append(name)
        else:
            kinds["Constants"].append(name)
    text = _heading(module.__name__)
    text += f".. automodule:: {module.__name__}\n   :no-members:\n\n"
    text += f".. currentmodule:: {module.__name__}\n\n"
    for title, names in kinds.items():
        if names:
            text += _heading(title, "-") + ".. autosummary::\n   :nosignatures:\n\n"
            text += "".join(f"   {name}\n" for name in names) + "\n"
    text += ".. toctree::\n   :hidden:\n   :maxdepth: 1\n\n"
    return text + "".join(f"   {name} <{module.__name__}.{name}>\n" for name in module.__all__)


def _page(module, name: str) -> str:
    value = getattr(module, name)
    text = _heading(name) + f".. currentmodule:: {module.__name__}\n\n"
    if inspect.isclass(value):
        text += f".. autoclass:: {name}\n\n" + "".join(_members(value))
    elif inspect.isroutine(value):
        text += f".. autofunction:: {name}\n\n"
    else:
        text += f".. autodata:: {name}\n   :no-value:\n\n"
    if callable(value):
        text += (
            f".. minigallery:: {module.__name__}.{name}\n   :add-heading: Examples that use it\n"
        )
    return text


def _members(cls: type):
    """Yield a directive for each public member that this package defines, bases included."""
    documented = inspect.getdoc(cls) or ""
    seen = set()
    for base in inspect.getmro(cls):
        if not base.__module__.startswith("heartbeat"):
            continue
        for name, member in vars(base).items():
            if name.startswith("_") or name in seen or not _has_docstring(member):
                continue
            if re.fullmatch(r"set_\w+_request", name):  # made by scikit-learn for every estimator
                continue
            seen.add(name)
            if isinstance(member, property | cached_property):
                if f"\n{name} : " not in documented:  # else told under Attributes
                    yield f"   .. autoproperty:: {name}\n\n"
            else:
                yield f"   .. automethod:: {name}\n\n"


def _has_docstring(member) -> bool:
    if isinstance(member, property | cached_property):
        return bool(member.__doc__)
    routine = inspect.isroutine(member) or isinstance(member, classmethod | staticmethod)
    return routine and bool(member.__doc__)
