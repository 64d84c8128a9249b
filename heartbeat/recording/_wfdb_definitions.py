"""Notes at the start of an annotation file, some of which make wfdb loop forever.

A note at sample 0 is a definition: the rate of the annotations, or custom symbols. wfdb (at least
up to 4.3) does not get past one that begins with ``## `` but defines nothing, such as
``## made by hand`` or a second rate.
"""

import re

__all__ = ["count", "masked", "unmasked"]

_NOTE, _SKIP, _AUX = 22, 59, 63
_MARK, _MASK = b"## ", b"\x01# "
_RATE = re.compile(rb"## time resolution: (\d+\.?\d*)")
_BEGIN, _END = b"## annotation type definitions", b"## end of definitions"


def masked(content: bytes) -> bytes:
    """Return an annotation file without notes that wfdb cannot read, or the file itself."""
    if _MARK not in content:
        return content
    notes, n_definitions, _ = _notes(content)
    data, i, has_rate = bytearray(content), 0, False
    # Follow wfdb step by step, but advance in every step.
    while i < min(n_definitions, len(notes)):
        start, note = notes[i]
        if note.startswith(_MARK):
            rate = None if has_rate else _RATE.search(note)
            if rate:
                has_rate = float(rate[1]) != 0
            elif note == _BEGIN:
                while i < len(notes) and notes[i][1] != _END:
                    i += 1
            else:
                data[start : start + len(_MASK)] = _MASK
        i += 1
    return content if data == content else bytes(data)


def unmasked(note: str) -> str:
    """Return a note as it is in the file."""
    mask = _MASK.decode()
    return _MARK.decode() + note.removeprefix(mask) if note.startswith(mask) else note


def count(content: bytes) -> int:
    """Return the number of annotations in a file, including definitions."""
    return _notes(content)[2]


def _notes(content: bytes) -> tuple[list[tuple[int, bytes]], int, int]:
    """Return the note of each annotation with its position, and the number of possible definitions.

    The third value is the number of annotations without those that stand for no annotation.
    """
    notes: list[tuple[int, bytes]] = []
    sample = n_definitions = n_annotations = at = 0
    while at + 3 < len(content):
        while content[at + 1] >> 2 == _SKIP and at + 7 < len(content):
            # The upper half comes first, each half with its lower byte first.
            high, low = content[at + 2 : at + 4], content[at + 4 : at + 6]
            sample += int.from_bytes(low + high, "little", signed=True)
            at += 6
        kind = content[at + 1] >> 2
        sample += content[at] + 256 * (content[at + 1] & 3)
        n_definitions += kind == _NOTE and sample == 0
        n_annotations += kind != 0
        at += 2
        n_notes = len(notes)
        while at + 1 < len(content) and content[at + 1] >> 2 > _SKIP:
            if content[at + 1] >> 2 == _AUX:
                length = content[at]
                notes.append((at + 2, content[at + 2 : at + 2 + length]))
                at += length + length % 2
            at += 2
        if len(notes) == n_notes:
            notes.append((at, b""))
    return notes, n_definitions, n_annotations
