"""Check the tags of a MATLAB file (versions 5 to 7) before scipy reads it.

scipy (at least up to 1.17) uses the data type of a tag as an index into a C table without checking
it, so a damaged file crashes the process. This check raises an error instead. The format is
described in "MAT-File Format" (The MathWorks).
"""

import struct
import zlib
from pathlib import Path

__all__ = ["check_tags"]

_HEADER_BYTES = 128
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = frozenset({1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 16, 17, 18})
_HOLDERS = frozenset({1, 2, 3, 16, 17})
"""Array classes that contain arrays: cell, struct, object, function, opaque."""
_DEEPEST = 50


def check_tags(path: Path) -> None:
    """Raise a ValueError if a tag is not valid in this format."""
    content = path.read_bytes()
    if b"\0" in content[:4] or content[126:128] not in (b"IM", b"MI"):
        return  # version 4, or a file that scipy rejects itself
    order = "<" if content[126:128] == b"IM" else ">"
    (version,) = struct.unpack_from(order + "H", content, 124)
    if version >> 8 != 1:
        return  # HDF5 (version 7.3), which scipy detects and rejects
    at = _HEADER_BYTES
    while at < len(content):
        kind, start, stop, at = _tag(content, at, len(content), order, padded=False)
        if kind == _COMPRESSED:
            try:
                unpacked = zlib.decompress(content[start:stop])
            except zlib.error as error:
                raise ValueError(f"a compressed variable is damaged: {error}") from error
            kind, start, stop, _ = _tag(unpacked, 0, len(unpacked), order)
            _check_matrix(unpacked, kind, start, stop, order, 0)
        else:
            _check_matrix(content, kind, start, stop, order, 0)


def _tag(
    content: bytes, at: int, end: int, order: str, padded: bool = True
) -> tuple[int, int, int, int]:
    """Return an element's type, the start and stop of its data, and the start of the next one."""
    if at + 8 > end:
        raise ValueError(f"it ends within the tag at byte {at}")
    kind, length = struct.unpack_from(order + "II", content, at)
    if kind >> 16:  # a short element, with the data inside the eight bytes of the tag
        kind, length, start, following = kind & 0xFFFF, kind >> 16, at + 4, at + 8
        if length > 4:
            raise ValueError(f"the short element at byte {at} has a length of {length} bytes")
    else:
        start, following = at + 8, at + 8 + length
        # Compressed elements are not padded to a multiple of eight bytes.
        following += -length % 8 if padded else 0
    if start + length > end:
        raise ValueError(
            f"the element at byte {at} has a length of {length} bytes, but {end - start} are left"
        )
    return kind, start, start + length, following


def _check_matrix(content: bytes, kind: int, start: int, stop: int, order: str, depth: int) -> None:
    if kind != _MATRIX or depth > _DEEPEST:
        raise ValueError(f"the variable before byte {start} is of type {kind}, not an array")
    if start == stop:
        return  # an empty cell
    kinds, at, holds_arrays = [], start, False
    while at < stop:
        kind, first, last, at = _tag(content, at, stop, order)
        kinds.append(kind)
        if len(kinds) == 1:
            if kind != 6 or last - first != 8:
                raise ValueError(f"the array at byte {start} does not begin with its class")
            (flags,) = struct.unpack_from(order + "I", content, first)
            holds_arrays = flags & 0xFF in _HOLDERS
        elif kind == _MATRIX and holds_arrays:
            _check_matrix(content, kind, first, last, order, depth + 1)
        elif kind not in _NUMBERS:
            raise ValueError(f"the element before byte {first} is of type {kind}, not numeric")
