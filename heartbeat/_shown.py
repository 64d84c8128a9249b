"""Readable values in messages, without the type names of NumPy."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

__all__ = ["clock", "in_plain_words", "shown"]

_SCALAR = re.compile(r"\bnp\.[a-z]+\d*_?\(([^()]*)\)|\bnp\.(True|False)_")


def shown(value: Any) -> str:
    """Return the `repr` of a value without NumPy's own types in it.

    >>> import numpy as np
    >>> shown(np.str_("S")), shown([np.float64(0.5), np.int64(3)]), shown({np.str_("S"): "N"})
    ("'S'", '[0.5, 3]', "{'S': 'N'}")
    >>> shown(np.array(["N", "V"]))
    "['N', 'V']"
    """
    return repr(_plain(value))


def clock(seconds: float) -> str:
    """Return a duration as hours, minutes and seconds.

    >>> clock(3725.6)
    '1:02:06'
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Remove NumPy's type names from the messages of exceptions that other libraries raise.

    >>> import numpy as np
    >>> with in_plain_words():
    ...     raise ValueError(f"C must be positive, got {np.float64(-1)!r} instead.")
    Traceback (most recent call last):
    ...
    ValueError: C must be positive, got -1.0 instead.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        text = _SCALAR.sub(lambda found: found[1] or found[2], str(error))
        if text == str(error):
            raise
        raise type(error)(text) from error


def _plain(value: Any) -> Any:
    # Without NumPy imported, no value can have one of its types.
    np = sys.modules.get("numpy")
    if np is None:
        return value
    if isinstance(value, np.generic):
        return value.item() if value.dtype.kind != "V" else str(value)
    if isinstance(value, np.ndarray):
        return _Words(np.array2string(value, separator=", ", threshold=10))
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    # Only the built-in types: a subclass may have a better repr of its own.
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(_plain(item) for item in value)
    return value


class _Words(str):
    """A string whose `repr` is the string itself, without quotes."""

    def __repr__(self) -> str:
        return str(self)
