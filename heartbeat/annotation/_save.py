"""Write labels to files: choice of format, CSV and JSON."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from heartbeat._files import written_whole
from heartbeat._shown import shown

__all__ = ["FORMATS", "check_target", "rounded", "write_csv", "write_json"]

FORMATS = {"wfdb": ".hb", "csv": ".csv", "json": ".json"}
"""Formats, with the default suffix of their files."""

# A file of annotations with such a suffix would be opened by a program that cannot read it.
_OTHER_FORMATS = frozenset(
    ".txt .tsv .xls .xlsx .ods .html .htm .pdf .png .svg .xml .parquet .feather .npz .npy .mat "
    ".pkl .edf .bdf".split()
)

_DECIMALS = 5


def check_target(path: Path, format: str | None, *, overwrite: bool) -> str:
    """Return the format of a file to write, or raise an error if it cannot be written."""
    if format is None:
        if path.suffix.lower() in _OTHER_FORMATS:
            raise ValueError(
                f"labels cannot be saved as {path.name}. Use the suffix .csv for the table of "
                f"beats, .json for all results, or that of WFDB annotations, such as "
                f"{path.stem}.hb; AnnotatedRecording.report writes an HTML page."
            )
        format = path.suffix.lstrip(".").lower()
        format = format if format in FORMATS else "wfdb"
    if format not in FORMATS:
        raise ValueError(f"format must be one of {list(FORMATS)}, got {shown(format)}.")
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} already exists. Choose another name, or set overwrite=True.")
    if format == "wfdb":
        if not path.suffix:
            raise ValueError(
                f"{path} has no suffix. WFDB annotations are named after their record and their "
                f"annotator, such as {path}.hb."
            )
        # Annotations must not overwrite the files of the record itself.
        if path.suffix in (".hea", ".dat"):
            raise ValueError(
                f"{path} has the suffix of a signal file. Give annotations the name of their "
                f"annotator as suffix, such as {path.stem}.hb."
            )
    return format


def rounded(beats: pd.DataFrame) -> pd.DataFrame:
    """Return the table with values rounded as in files."""
    return beats.round(_DECIMALS)


def write_csv(beats: pd.DataFrame, path: Path) -> Path:
    """Write the table of beats atomically."""
    with written_whole(path) as temporary:
        rounded(beats).to_csv(temporary, index=False, lineterminator="\n")
    return path


def write_json(document: dict[str, Any], path: Path) -> Path:
    """Write a JSON document atomically."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n")
    return path
