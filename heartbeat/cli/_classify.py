"""``heartbeat classify``: label the beats of recordings."""

import argparse
import sys
from collections import Counter
from glob import glob
from pathlib import Path
from typing import Any

from heartbeat._progress import show_progress

__all__ = ["add_arguments", "run"]

_FORMATS = ("wfdb", "csv", "json")
_PERIOD = "from five minutes on where it is longer than ten"
# With more recordings than this, each gets one line instead of a table.
_MANY = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``heartbeat classify``."""
    parser.add_argument(
        "recordings",
        nargs="*",
        metavar="RECORDING",
        help="file, WFDB record, folder or pattern (default: the sample recording)",
    )
    parser.add_argument(
        "--output",
        "-o",
        metavar="DIR",
        help="folder for the labels, created if it does not exist (default: the current one)",
    )
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="wfdb",
        help="wfdb: annotations NAME.hb (default); csv: table of beats; json: all results",
    )
    parser.add_argument(
        "--weights",
        metavar="NAME",
        help="name of weights, saved classifier, or ONNX file (runs without torch)",
    )
    parser.add_argument("--lead", default="auto", help="lead to classify, by name (default: auto)")
    parser.add_argument(
        "--fs", type=float, metavar="HZ", help="sampling rate of files without it (CSV, NPZ)"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=-1,
        help="number of parallel jobs (default: -1, all cores)",
    )
    parser.add_argument("--force", action="store_true", help="replace existing labels")
    parser.add_argument("--data-home", metavar="DIR", help="folder of data sets ($HEARTBEAT_DATA)")


def run(arguments: argparse.Namespace) -> None:
    """Label all recordings, skip those that cannot be read, and list them at the end."""
    from heartbeat.annotation import BeatAnnotator
    from heartbeat.weights import find_weights

    if arguments.jobs == 0:
        raise ValueError("--jobs must not be 0. Use -1 for as many jobs as there are cores.")
    options: dict[str, Any] = {"lead": _lead(arguments.lead)}
    if arguments.weights is not None:
        find_weights(arguments.weights)  # raises an error before the first recording is read
        options["classifier"] = arguments.weights
    annotator = BeatAnnotator(**options)
    if arguments.recordings:
        _label(arguments, annotator)
        return
    from heartbeat.datasets import load_sample_recording

    annotator.set_params(n_jobs=arguments.jobs)
    print(annotator.annotate(load_sample_recording()).summary())


def _label(arguments: argparse.Namespace, annotator: Any) -> None:
    from heartbeat.annotation._files import label_files
    from heartbeat.annotation._folders import find_files, make_folder, plan_targets
    from heartbeat.annotation._save import FORMATS

    found = find_files(_paths(arguments.recordings, arguments.data_home))
    paths = [path for path, _ in found]
    output = make_folder(arguments.output or ".")
    targets = plan_targets((place for _, place in found), output, FORMATS[arguments.format])
    labelled = label_files(
        list(zip(paths, targets, strict=True)),
        annotator,
        format=arguments.format,
        overwrite=arguments.force,
        fs=arguments.fs,
        n_jobs=arguments.jobs,
        compare=True,
    )
    statuses: Counter[str] = Counter()
    failed, compared = [], []
    with show_progress(None, "labelling", len(paths), "recordings") as shown:
        for file in labelled:
            shown.advance()
            statuses[file.status] += 1
            if file.comparison is not None:
                compared.append(file.comparison)
            if file.status == "failed":
                print(f"heartbeat: {file.path}: {file.error}", file=sys.stderr)
                failed.append(file.path)
            else:
                _show(file, briefly=len(paths) > _MANY)
    if len(compared) > 1:
        from heartbeat.metrics import summarize_comparisons

        print(f"Compared with the annotations beside {len(compared)} recordings ({_PERIOD}):")
        print(summarize_comparisons(compared), end="\n\n")
    if len(paths) > 1:
        print(", ".join(f"{number:,} {status}" for status, number in statuses.items()))
    if failed:
        named = ", ".join(map(str, failed[:_MANY])) + (", ..." if len(failed) > _MANY else "")
        raise ValueError(f"{len(failed)} of {len(paths)} recordings could not be labelled: {named}")


def _show(file: Any, briefly: bool) -> None:
    """Print the result for a recording: everything, or one line if there are many."""
    if file.status == "already there":
        print(f"{file.path}: {file.target} already exists (use --force to replace it)")
    elif file.summary is None or briefly:
        told = "" if file.summary is None else f" ({file.summary.n_beats:,} beats)"
        print(f"{file.path}: written to {file.target}{told}")
    else:
        parts = [file.summary, f"written to {file.target}"]
        if file.comparison is not None:
            heading = f"Compared with the annotations beside it ({_PERIOD}):"
            parts.insert(1, f"{heading}\n{file.comparison}")
        print("\n\n".join(map(str, parts)), end="\n\n")


def _paths(named: list[str], data_home: str | None) -> list[Path]:
    """Return the recordings, folders and expanded patterns that were named."""
    from heartbeat.cli._find import find_recording

    paths: list[Path] = []
    for name in named:
        matching = [] if Path(name).exists() else sorted(glob(name, recursive=True))
        if matching:
            paths += map(Path, matching)
        else:
            paths.append(Path(name) if Path(name).is_dir() else find_recording(name, data_home))
    return paths


def _lead(text: str) -> str | int:
    return int(text) if text.isdigit() else text
