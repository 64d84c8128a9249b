"""Detect whether output goes to a terminal or a notebook, where a person sees it."""

import sys
from typing import TextIO

__all__ = ["is_watched"]


def is_watched(stream: TextIO | None) -> bool:
    """Tell whether a stream goes to a terminal or to the output of a notebook cell."""
    return stream is not None and (stream.isatty() or _in_notebook())


def _in_notebook() -> bool:
    # A notebook would have imported IPython.
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return hasattr(get_ipython(), "kernel")
