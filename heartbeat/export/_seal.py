"""Hash of an exported file inside the file, so that a damaged file is never run."""

import hashlib
import re
from pathlib import Path

__all__ = ["BLANK_SEAL", "SEAL_KEY", "check_seal", "sealed"]

SEAL_KEY = "heartbeat.sha256"
"""Entry of the metadata that holds the hash."""
BLANK_SEAL = "0" * 64
"""Placeholder of the hash while it is computed."""

# A string field of a protocol buffer: tag, length, bytes.
_SEAL = re.compile(re.escape(SEAL_KEY.encode()) + rb"\x12\x40([0-9a-f]{64})")


def sealed(content: bytes) -> bytes:
    """Replace the placeholder in a file by its hash."""
    return content.replace(BLANK_SEAL.encode(), _digest(content).encode(), 1)


def check_seal(content: bytes, path: Path) -> None:
    """Raise a ValueError if a file has changed since it was written; files without hash pass."""
    found = _SEAL.search(content)
    if found is None:
        return
    blank = content[: found.start(1)] + BLANK_SEAL.encode() + content[found.end(1) :]
    if _digest(blank) != found[1].decode():
        raise ValueError(
            f"{path} is damaged or was changed after it was exported: its SHA256 is not "
            f"{found[1].decode()}. Copy or export it again. If the change was intended, remove the "
            f"entry {SEAL_KEY!r} from its metadata."
        )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
