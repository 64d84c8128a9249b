"""``heartbeat classify``: label the beats of recordings."""

import argparse
import sys
from pathlib import Path
from typing import Any

__all__ = ["add_arguments", "run"]

_FORMATS = ("wfdb", "csv", "json")
# Programs of the standard leave the first five minutes out; of shorter recordings nothing.
_LEARNING_S = 300.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``heartbeat classify``."""
    parser.add_argument(
        "recordings",
        nargs="*",
        metavar="RECORDING",
        help="file, WFDB record, or folder of records; the sample recording if none is named",
    )
    parser.add_argument(
        "--output", "-o", metavar="DIR", help="folder for the labels (default: the current one)"
    )
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="wfdb",
        help="WFDB annotations NAME.hb (default), a table, or everything as JSON",
    )
    parser.add_argument(
        "--weights",
        metavar="NAME",
        help="weights, a saved classifier, or an ONNX file (FILE.onnx), which needs no torch",
    )
    parser.add_argument("--lead", default="auto", help="lead to label by (default: auto)")
    parser.add_argument("--jobs", type=int, default=-1, help="threads (default: all cores)")
    parser.add_argument("--force", action="store_true", help="write labels again that are there")
    parser.add_argument("--data-home", metavar="DIR", help="where data lie ($HEARTBEAT_DATA)")


def run(arguments: argparse.Namespace) -> None:
    """Label every recording, go on past those that cannot be, and name them at the end."""
    from heartbeat.annotation import BeatAnnotator
    from heartbeat.annotation._save import FORMATS

    output = Path(arguments.output or ".")
    if not output.is_dir():
        raise ValueError(f"--output {output} is no folder: make it first")
    if arguments.jobs == 0:
        raise ValueError("--jobs must be a number of threads, or -1 for as many as there are cores")
    options = {"lead": _lead(arguments.lead), "n_jobs": arguments.jobs}
    if arguments.weights is not None:
        options["classifier"] = arguments.weights
    annotator = BeatAnnotator(**options)
    if not arguments.recordings:
        from heartbeat.datasets import load_sample_recording

        _show(annotator.annotate(load_sample_recording()))
        return
    paths = _paths(arguments.recordings, arguments.data_home)
    targets = _targets(paths, output, FORMATS[arguments.format])
    failed = []
    for number, (path, target) in enumerate(zip(paths, targets, strict=True), start=1):
        if target.exists() and not arguments.force:
            print(f"{path}: {target} is there already (--force writes it again)")
            continue
        _progress(f"{number} of {len(paths)}: {path} ...")
        try:
            annotated = annotator.annotate(path)
            annotated.save(target, arguments.format, overwrite=arguments.force)
        except (ImportError, OSError, TypeError, ValueError) as error:
            _progress("")
            print(f"heartbeat: {path}: {' '.join(str(error).split())}", file=sys.stderr)
            failed.append(path)
            continue
        _progress("")
        _show(annotated)
        print(f"written to {target}\n")
    if failed:
        raise ValueError(
            f"{len(failed)} of {len(paths)} recordings could not be labelled: "
            f"{', '.join(map(str, failed))}"
        )


def _show(annotated: Any) -> None:
    print(annotated.summary())
    if annotated.reference is None or not len(annotated.reference.beats()):
        return
    from heartbeat.metrics import compare_beats

    start = _LEARNING_S if annotated.duration > 2 * _LEARNING_S else 0.0
    comparison = compare_beats(
        annotated.reference, annotated.annotations, fs=annotated.fs, start=start
    )
    print(f"\nAgainst the annotations beside it, from {start:g} s on:\n{comparison}")


def _paths(named: list[str], data_home: str | None) -> list[Path]:
    """Return the recordings named, and those in the folders named."""
    from heartbeat.cli._find import find_recording

    paths: list[Path] = []
    for name in named:
        if Path(name).is_dir():
            inside = [header.with_suffix("") for header in sorted(Path(name).glob("*.hea"))]
            if not inside:
                raise ValueError(f"{name} is a folder without WFDB records: name files")
            paths += inside
        else:
            paths.append(find_recording(name, data_home))
    return list(dict.fromkeys(paths))


def _targets(paths: list[Path], output: Path, suffix: str) -> list[Path]:
    """Return the file to write for each recording, all different."""
    targets = [output / f"{path.stem if path.suffix else path.name}{suffix}" for path in paths]
    twice = sorted({str(target) for target in targets if targets.count(target) > 1})
    if twice:
        raise ValueError(f"several recordings would be written to {', '.join(twice)}: one a call")
    return targets


def _lead(text: str) -> str | int:
    return int(text) if text.isdigit() else text


def _progress(text: str) -> None:
    """Show what is going on, on a terminal only, and wipe it away with an empty text."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
