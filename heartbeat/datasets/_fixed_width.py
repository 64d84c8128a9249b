"""Read numbers of one format: ``d.dddddddddddddddddde±dd``, 25 bytes per cell.

This is the default format of `numpy.savetxt`, and the format of the Kaggle heartbeat CSVs. If all
cells are equally wide, they can be found without searching for commas, and eight digits at a time
can be converted with integer arithmetic on whole arrays.
"""

import os
from pathlib import Path

import numpy as np

__all__ = ["parse_fixed_width", "read_bytes"]

_WIDTH = 25
# Rows of 187 samples and a label have enough cells for vector arithmetic on a few rows. This few
# fit in the CPU cache, where the arithmetic is several times faster than in main memory.
_CELLS_AT_ONCE = 1 << 14

_CELL = {
    "first": ("u1", 0),
    "point": ("u1", 1),
    "high": ("<u8", 2),
    "low": ("<u8", 10),
    "last": ("<u2", 18),
    "exponent": ("<u4", 20),
    "separator": ("u1", 24),
}
_ZEROS = np.uint64(0x3030303030303030)
_SIXES = np.uint64(0x4646464646464646)
_TOP_BITS = np.uint64(0x8080808080808080)
_POWERS = 10.0 ** np.arange(23)


def parse_fixed_width(raw: np.ndarray, n_columns: int) -> np.ndarray | None:
    """Read a table in which every cell is 25 bytes wide; return None for other tables.

    Parameters
    ----------
    raw : ndarray of shape (n_bytes,), dtype uint8
        The text: rows end in a line feed, or a carriage return and a line feed.
    n_columns : int
        Number of cells per row.

    Returns
    -------
    ndarray of shape (n_rows, n_columns), dtype float32, or None
        None means only that a general reader is needed.
    """
    for line_end in (b"\n", b"\r\n"):
        row_bytes = n_columns * _WIDTH - 1 + len(line_end)
        ends_like_this = bytes(raw[row_bytes - len(line_end) : row_bytes]) == line_end
        if len(raw) and len(raw) % row_bytes == 0 and ends_like_this:
            break
    else:
        return None
    names, formats = list(_CELL), [kind for kind, _ in _CELL.values()]
    cell = np.dtype(
        {
            "names": names,
            "formats": formats,
            "offsets": [offset for _, offset in _CELL.values()],
            "itemsize": _WIDTH,
        }
    )
    last_byte = row_bytes - 1
    row = np.dtype(
        {
            "names": ["cells", "end"],
            "formats": [(cell, (n_columns,)), "u1"],
            "offsets": [0, last_byte],
            "itemsize": row_bytes,
        }
    )
    rows = raw.view(row)
    table = np.empty((len(rows), n_columns), dtype=np.float32)
    separators = np.full(n_columns, ord(","), dtype=np.uint8)
    separators[-1] = line_end[0]
    step = max(1, _CELLS_AT_ONCE // n_columns)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        if (part["end"] != ord("\n")).any():
            return None
        if not _parse(part["cells"], separators, table[start : start + step]):
            return None
    return table


def read_bytes(path: str | os.PathLike) -> np.ndarray:
    """Return the bytes of a file, memory-mapped unless it is empty."""
    if Path(path).stat().st_size == 0:
        return np.empty(0, dtype=np.uint8)
    return np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)


def _parse(cells: np.ndarray, separators: np.ndarray, out: np.ndarray) -> bool:
    """Convert cells to numbers; return False if one does not have the format."""
    high, low = cells["high"], cells["low"]
    first = cells["first"] - np.uint8(48)
    last = cells["last"] - np.uint16(0x3030)
    # In the order of the bytes: "e", the sign, two digits.
    exponent = cells["exponent"]
    sign = (exponent >> np.uint32(8)) & np.uint32(0xFF)
    tens = ((exponent >> np.uint32(16)) & np.uint32(0xFF)) - np.uint32(48)
    ones = (exponent >> np.uint32(24)) - np.uint32(48)
    power = tens * np.uint32(10) + ones
    well_formed = (
        (cells["point"] == ord(".")).all()
        and (cells["separator"] == separators).all()
        and (first <= 9).all()
        and ((last & np.uint16(0xFF)) <= 9).all()
        and ((last >> np.uint16(8)) <= 9).all()
        and ((exponent & np.uint32(0xFF)) == ord("e")).all()
        and ((sign == ord("-")) | ((sign == ord("+")) & (power == 0))).all()
        and (tens <= 9).all()
        and (ones <= 9).all()
        and (power < len(_POWERS)).all()
        and _all_digits(high)
        and _all_digits(low)
    )
    if not well_formed:
        return False
    # 17 digits are all that a float64 holds. The last two of 19 cannot change a float32 unless the
    # first is 0, and only zero is written with a leading 0.
    digits = _eight_digits(high) * np.uint64(10**8) + _eight_digits(low)
    digits += first * np.uint64(10**16)
    if ((first == 0) & ((digits != 0) | (last != 0))).any():
        return False
    np.divide(digits, 1e16 * _POWERS[power], out=out, casting="same_kind")
    return True


def _all_digits(text: np.ndarray) -> bool:
    # A byte above "9" carries into its top bit by the addition, one below "0" by the subtraction.
    return not (((text + _SIXES) | (text - _ZEROS)) & _TOP_BITS).any()


def _eight_digits(text: np.ndarray) -> np.ndarray:
    """Return the numbers that eight digits each stand for, combining pairs, fours and eights."""
    value = text - _ZEROS
    value = (value * np.uint64(10) + (value >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    value = (value * np.uint64(100) + (value >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return (value * np.uint64(10000) + (value >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
