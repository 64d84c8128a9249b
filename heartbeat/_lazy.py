"""Import public names on first use, so that importing a subpackage is fast."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

__all__ = ["load_name"]


def load_name(module: str, homes: Mapping[str, str], name: str) -> Any:
    """Import a public name of a module from the file that defines it, for `__getattr__`.

    Parameters
    ----------
    module : str
        The module's ``__name__``.
    homes : mapping of str to str
        File of each name, in the module's folder.
    name : str
        The requested name.

    Raises
    ------
    AttributeError
        If the module has no such name.
    """
    if name not in homes:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    value = getattr(import_module(f"{module}.{homes[name]}"), name)
    setattr(sys.modules[module], name, value)
    return value
