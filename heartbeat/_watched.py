"""Whether somebody watches what is printed: a terminal, or a notebook."""

import sys
from typing import TextIO

__all__ = ["is_watched"]


def is_watched(stream: TextIO | None) -> bool:
    """Say whether a stream goes to a terminal, or to the cell of a notebook."""
    return stream is not None and (stream.isatty() or _in_notebook())


def _in_notebook() -> bool:
    # Where IPython is not even imported, this is no notebook.
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return hasattr(get_ipython(), "kernel")
