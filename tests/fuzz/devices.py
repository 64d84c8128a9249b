"""Small files as devices write them, by the formats' specifications."""

import binascii
import json
import struct
from pathlib import Path

import numpy as np


def write_scp(path: Path, microvolts: np.ndarray) -> Path:
    """Write two leads of an SCP-ECG file at 200 Hz, neither compressed nor differenced."""
    values = [lead.astype("<i2").tobytes() for lead in microvolts.T]
    sections = {
        1: b"\x02\x04\x00r-1\0" + b"\x19\x04\x00" + struct.pack("<HBB", 2024, 5, 1) + b"\xff\0\0",
        3: struct.pack("<BB", 2, 16 + 4)
        + b"".join(struct.pack("<IIB", 1, len(microvolts), lead) for lead in (2, 3)),
        6: struct.pack("<HHBBHH", 1000, 5000, 0, 0, *map(len, values)) + b"".join(values),
    }
    packed = {number: _section(number, data) for number, data in sections.items()}
    entries, at = b"", 6 + 16 + 12 * 10 + 1
    for number in range(12):
        length = {0: 16 + 12 * 10}.get(number, len(packed.get(number, b"")))
        index = 7 if number == 0 else at if length else 0
        entries += struct.pack("<HII", number, length, index)
        at += length if number else 0
    body = _section(0, entries, b"SCPECG") + b"".join(packed.values())
    body = struct.pack("<I", len(body) + 6) + body
    path.write_bytes(struct.pack("<H", binascii.crc_hqx(body, 0xFFFF)) + body)
    return path


def _section(number: int, data: bytes, name: bytes = b"\0" * 6) -> bytes:
    section = struct.pack("<HIBB6s", number, 16 + len(data), 20, 20, name) + data
    return struct.pack("<H", binascii.crc_hqx(section, 0xFFFF)) + section


def write_mfer(path: Path, microvolts: np.ndarray) -> Path:
    """Write two leads of an MFER file at 200 Hz, in microvolts."""

    def item(tag: int, value: bytes) -> bytes:
        return bytes([tag, len(value)]) + value

    values = microvolts.T.astype("<i2").tobytes()
    path.write_bytes(
        item(0x40, b"MFR Standard 12 leads ECG".ljust(32, b"\0"))
        + item(0x01, b"\x01")  # little end first
        + item(0x05, b"\x02")  # channels
        + item(0x04, struct.pack("<I", len(microvolts)))
        + item(0x06, b"\x01")  # sequences
        + item(0x0B, b"\x01\xfd" + struct.pack("<H", 5))  # interval: 5 ms
        + item(0x0C, b"\x00\xfa" + struct.pack("<H", 1))  # step: 1 uV
        + b"".join(b"\x3f" + bytes([i, 3, 9, 1, code]) for i, code in enumerate((2, 3)))
        + b"\x1e\x84" + struct.pack(">I", len(values)) + values + b"\x80\x00"
    )  # fmt: skip
    return path


def write_kardia(path: Path, microvolts: np.ndarray) -> Path:
    """Write two leads as a Kardia's server gives them, at 200 Hz, a microvolt a step."""
    samples = dict(zip(("leadI", "leadII"), microvolts.T.tolist(), strict=True))
    block = {
        "frequency": 200,
        "mainsFrequency": 50,
        "amplitudeResolution": 1000,
        "samples": samples,
    }
    path.write_text(
        json.dumps(
            {"recordedAt": "2024-05-01T10:00:00Z", "algorithmDetermination": "normal"}
            | {"patientID": "1", "duration": 5000, "data": {"raw": block}},
            indent=1,
        )
    )
    return path
