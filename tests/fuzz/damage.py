"""Ways to damage a file: blind to its format, or knowing where its numbers and parts are."""

import io
import json
import re
import struct
import zipfile
from collections.abc import Callable

import numpy as np

__all__ = ["damaged", "damaged_archive", "damaged_header_of_tensors", "damaged_words"]

Damage = Callable[[bytes, np.random.Generator], bytes]

_NASTY = (
    b"\0", b"-1", b"nan", b"1e999", b"9" * 12, b"\xff\xff", b"\n", b",", b"(", b"## ", b"~",
)  # fmt: skip
_EXTREMES = (
    b"0", b"-1", b"1", b"2", b"0.5", b"-0.0", b"1e-308", b"1e308", b"1e999", b"nan", b"inf",
    b"65536", b"2147483647", b"-2147483648", b"4294967296", b"1000000000000",
    b"9223372036854775807", b"18446744073709551616", b"9" * 40, b"", b"x", b"1/0", b"0x10",
    b"\xd9\xa3", b"1_0", b"true", b"null",
)  # fmt: skip
_NUMBER = re.compile(rb"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage bytes: flip, cut, double, insert, overwrite, swap parts, put extreme numbers in."""
    data = bytearray(content)
    # Headers come first, and most that can go wrong stands there.
    reach = min(len(data), 2048) if rng.random() < 0.7 else len(data)
    for _ in range(rng.integers(1, 5)):
        at = int(rng.integers(0, max(1, min(reach, len(data)))))
        kind = rng.integers(0, 9)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << int(rng.integers(0, 8))
        elif kind == 1:
            del data[at : at + int(rng.integers(1, 64))]
        elif kind == 2:
            data[at:at] = data[at : at + int(rng.integers(1, 64))]
        elif kind == 3:
            data[at:at] = rng.bytes(int(rng.integers(1, 16)))
        elif kind == 4:
            chosen = _NASTY[rng.integers(len(_NASTY))]
            data[at : at + len(chosen)] = chosen
        elif kind == 5:
            data = bytearray(with_an_extreme_number(bytes(data), rng, reach))
        elif kind == 6:
            # A binary number, little or big end first, that promises too much or less than none.
            order = "<>"[rng.integers(2)]
            number = (2**31 - 1, -1, 0, 2**30, 65_537)[rng.integers(5)]
            data[at : at + 4] = struct.pack(order + "i", number)
        elif kind == 7:
            data = bytearray(with_parts_swapped(bytes(data), rng))
        elif rng.random() < 0.5:
            del data[at:]
    return bytes(data)


def with_an_extreme_number(content: bytes, rng: np.random.Generator, reach: int) -> bytes:
    """Replace one of the numbers that stand there as text."""
    numbers = list(_NUMBER.finditer(content[:reach]))
    if not numbers:
        return content
    found = numbers[rng.integers(len(numbers))]
    return (
        content[: found.start()] + _EXTREMES[rng.integers(len(_EXTREMES))] + content[found.end() :]
    )


def with_parts_swapped(content: bytes, rng: np.random.Generator) -> bytes:
    """Exchange two neighbouring lines, or two neighbouring pieces of any length."""
    if rng.random() < 0.5 and content.count(b"\n") > 2:
        lines = content.split(b"\n")
        at = int(rng.integers(min(len(lines), 40) - 1))
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
        return b"\n".join(lines)
    first, second, third = np.sort(rng.integers(0, len(content) + 1, 3))
    return content[:first] + content[second:third] + content[first:second] + content[third:]


def damaged_words(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage JSON, or lines of it, in its values: it stays JSON, and says something else."""
    if rng.random() < 0.3:
        return damaged(content, rng)
    lines = content.decode().splitlines()
    whole = len(lines) > 1 and lines[0].strip() in "{["
    at = int(rng.integers(len(lines)))
    value = json.loads(content if whole else lines[at])
    for _ in range(rng.integers(1, 3)):
        value = _other(value, rng)
    if whole:
        return json.dumps(value).encode()
    lines[at] = json.dumps(value)
    return ("\n".join(lines) + "\n").encode()


def damaged_archive(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage the members of a zip and pack them anew: with right sums, but of something else."""
    if rng.random() < 0.3:
        return damaged(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    names = sorted(members)
    chosen = names[rng.integers(len(names))]
    kind = rng.integers(0, 6)
    if kind == 0:
        del members[chosen]
    elif kind == 1:
        other = names[rng.integers(len(names))]
        members[chosen], members[other] = members[other], members[chosen]
    elif kind == 2:
        members[chosen] = members[names[rng.integers(len(names))]]
    elif kind == 3:
        members[chosen] = _array_file(rng)
    else:
        members[chosen] = damaged(members[chosen], rng)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED if rng.random() < 0.5 else 0) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return packed.getvalue()


def damaged_header_of_tensors(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage what a safetensors file says of itself, and count its length anew."""
    if rng.random() < 0.2:
        return damaged(content, rng)
    (length,) = struct.unpack("<Q", content[:8])
    header, tensors = json.loads(content[8 : 8 + length]), content[8 + length :]
    if rng.random() < 0.8:
        description = json.loads(header["__metadata__"]["heartbeat"])
        for _ in range(rng.integers(1, 3)):
            description = _other(description, rng)
        header["__metadata__"]["heartbeat"] = json.dumps(description)
    elif rng.random() < 0.5:
        tensors = damaged(tensors, rng)
        tensors = (tensors + content)[: len(content) - 8 - length]
    else:
        header = _other(header, rng)
    packed = json.dumps(header).encode()
    return struct.pack("<Q", len(packed)) + packed + tensors


_VALUES = (
    None, True, False, 0, -1, 1, 2, 0.5, 10**12, 2**63, -(2**31), 1e308, float("nan"),
    float("inf"), "", "N", "lite", "<f4", "O", "é", "\0", "x" * 300, [], [1], ["N"], [[1, "N"]],
    [[1, 2, 3]], {}, {"a": 1},
)  # fmt: skip


def _other(value: object, rng: np.random.Generator) -> object:
    """Return a JSON value with one thing in it changed, left out or added."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = sorted(value)[rng.integers(len(value))]
        if rng.random() < 0.1:
            return {name: held for name, held in value.items() if name != key}
        if rng.random() < 0.1:
            return value | {f"{key}_": value[key]}
        return value | {key: _other(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = int(rng.integers(len(value)))
        if rng.random() < 0.2:
            return value[:at] + value[at + 1 :]
        if rng.random() < 0.2:
            return value[: at + 1] + value[at:]
        return value[:at] + [_other(value[at], rng)] + value[at + 1 :]
    return _VALUES[rng.integers(len(_VALUES))]


def _array_file(rng: np.random.Generator) -> bytes:
    """Return an intact array of some other type and shape, as NumPy writes it."""
    arrays = (
        np.array("word"), np.zeros(0), np.zeros((0, 3)), np.zeros((2, 3, 4)), np.array(3),
        np.array(np.nan), np.arange(5), np.array(["a", "b"]), np.zeros(3, complex),
        np.zeros(3, "M8[s]"), np.zeros(2, bool), np.zeros(2, [("a", "f4")]), np.array([b"x"]),
        np.array([np.inf]), np.full((600, 2), 1e300), np.full(2, 2**63, np.uint64),
        np.array([-(2**63), 5]), np.zeros(4, np.float16), np.zeros(3, "V3"),
    )  # fmt: skip
    file = io.BytesIO()
    np.save(file, arrays[rng.integers(len(arrays))])
    return file.getvalue()
