"""Import wfdb, and list its annotation symbols."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quietly() -> Iterator[None]:
    """Suppress wfdb's own deprecation warnings.

    wfdb 4.3 uses a pandas feature that pandas 3.1 deprecates, and could not even be imported where
    warnings are errors.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


with quietly():
    import wfdb
    from wfdb.io.annotation import ann_labels

__all__ = ["WFDB_CODES", "WFDB_SYMBOLS", "quietly", "wfdb"]

WFDB_CODES = {label.symbol: label.label_store for label in ann_labels}
"""Code of each symbol in annotation files."""

WFDB_SYMBOLS = frozenset(label.symbol for label in ann_labels) - {" "}
"""Symbols that WFDB annotation files can hold; the blank stands for "no annotation" there."""
