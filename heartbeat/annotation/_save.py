"""Labels on disk: WFDB annotations, CSV, JSON."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from heartbeat._files import written_whole
from heartbeat.recording import write_annotations

if TYPE_CHECKING:
    from heartbeat.annotation._result import AnnotatedRecording

__all__ = ["FORMATS", "write_result"]

FORMATS = {"wfdb": ".hb", "csv": ".csv", "json": ".json"}
"""Formats, with the suffix that files of them have by default."""


def write_result(
    result: "AnnotatedRecording", path: Path, format: str | None, *, overwrite: bool
) -> Path:
    """Write a result; see `AnnotatedRecording.save`."""
    if format is None:
        format = path.suffix.lstrip(".").lower()
        format = format if format in FORMATS else "wfdb"
    if format not in FORMATS:
        raise ValueError(f"format must be one of {list(FORMATS)}, got {format!r}.")
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} is already there: choose another name, or overwrite=True.")
    if format == "wfdb":
        if not path.suffix:
            raise ValueError(
                f"{path} has no suffix: WFDB annotations are named after their record and their "
                f"annotator, such as {path}.hb."
            )
        # The record's own files would be lost for good.
        if path.suffix in (".hea", ".dat"):
            raise ValueError(f"{path} would be a file of signals: name it {path.stem}.hb.")
        return write_annotations(
            path.with_suffix(""), result.annotations, path.suffix[1:], fs=result.fs
        )
    with written_whole(path) as temporary:
        if format == "csv":
            result.beats.round(_DECIMALS).to_csv(temporary, index=False, lineterminator="\n")
        else:
            temporary.write_text(json.dumps(_as_json(result), indent=1, allow_nan=False) + "\n")
    return path


_DECIMALS = 5


def _as_json(result: "AnnotatedRecording") -> dict:
    beats = result.beats.round(_DECIMALS).astype(object)
    return {
        "recording": result.name,
        "fs": result.fs,
        "n_samples": result.n_samples,
        "lead": result.lead,
        "summary": result.summary().to_dict(),
        "unreadable": result.unreadable.to_dict("records"),
        "beats": beats.where(beats.notna(), None).to_dict("list"),
        "provenance": result.provenance,
    }
