"""Encode annotations without notes as WFDB bytes with NumPy, all at once.

wfdb encodes them one by one in Python, which takes as long for the beats of a day as detecting
them. The result is the same byte for byte.
"""

import numpy as np

from heartbeat.recording._annotations import Annotations
from heartbeat.recording._wfdb_library import WFDB_CODES, wfdb

__all__ = ["plain_annotation_bytes"]

# Codes of the words that are not annotations: a long interval, and the subtype of the last one.
_SKIP, _SUBTYPE = 59, 61
_LONGEST_INTERVAL, _LONGEST_SKIP = 1023, 2**31 - 1
_END_OF_DEFINITIONS = bytes([0, 236, 255, 255, 255, 255, 1, 0])
_END_OF_FILE = b"\0\0"


def plain_annotation_bytes(annotations: Annotations, fs: float | int | None) -> bytes | None:
    """Encode annotations without notes, channels and numbers; return None for others.

    Parameters
    ----------
    annotations : Annotations
        At least one annotation to encode.
    fs : float, int or None
        Sampling rate in Hz to store.

    Returns
    -------
    bytes or None
    """
    interval = np.diff(annotations.sample, prepend=0)
    plain = not annotations.chan.any() and not annotations.num.any() and not any(annotations.aux)
    if not plain or interval.max() > _LONGEST_SKIP:
        return None
    symbols, inverse = np.unique(annotations.symbol, return_inverse=True)
    code = np.array([WFDB_CODES[symbol] for symbol in symbols.tolist()])[inverse]
    subtype = annotations.subtype.astype(np.int64) & 0xFF
    is_long, has_subtype = interval > _LONGEST_INTERVAL, subtype != 0
    # 16-bit words: three for a long interval, one for the annotation, one for its subtype.
    words = np.empty((len(interval), 5), dtype="<u2")
    words[:, 0] = _SKIP << 10
    words[:, 1], words[:, 2] = interval >> 16, interval & 0xFFFF
    words[:, 3] = np.where(is_long, 0, interval) | code << 10
    words[:, 4] = subtype | _SUBTYPE << 10
    used = np.empty(words.shape, dtype=bool)
    used[:, :3], used[:, 3], used[:, 4] = is_long[:, np.newaxis], True, has_subtype
    head = b""
    if fs is not None:
        note = wfdb.Annotation("draft", "hb", annotations.sample[:1], fs=fs).calc_fs_bytes()
        head = bytes(map(int, note)) + _END_OF_DEFINITIONS
    return head + words[used].tobytes() + _END_OF_FILE
