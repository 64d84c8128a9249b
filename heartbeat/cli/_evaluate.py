"""``heartbeat evaluate``: score annotations against a reference as EC57 specifies."""

import argparse
from pathlib import Path

from heartbeat.cli._output import output_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``heartbeat evaluate``."""
    parser.add_argument(
        "reference", metavar="REFERENCE", help="folder or database with reference annotations"
    )
    parser.add_argument("test", metavar="TEST", help="folder with the annotations to evaluate")
    parser.add_argument("-o", "--output", metavar="FILE", help="text file to write the report to")
    parser.add_argument("--table", metavar="FILE", help="CSV file to write all figures to")
    parser.add_argument("--data-home", metavar="DIR", help="folder of data sets ($HEARTBEAT_DATA)")
    which = parser.add_argument_group("what is compared")
    which.add_argument(
        "--reference-annotator", default="atr", metavar="SUFFIX", help="default: atr"
    )
    which.add_argument(
        "--test-annotator",
        metavar="SUFFIX",
        help="default: tst if there are such files, else hb, which heartbeat classify writes",
    )
    which.add_argument("--records", metavar="NAMES", help="DS1, DS2, or comma-separated names")
    which.add_argument("--fs", type=float, metavar="HZ", help="sampling rate, if no file has it")
    which.add_argument(
        "--start", type=float, default=300.0, metavar="S", help="start in seconds (default: 300)"
    )
    which.add_argument("--stop", type=float, metavar="S", help="stop in seconds (default: the end)")
    how = parser.add_argument_group("how it is evaluated")
    how.add_argument(
        "--window",
        type=float,
        default=0.15,
        metavar="S",
        help="matching window in seconds (default: 0.15)",
    )
    how.add_argument(
        "--convention",
        choices=("ec57", "literature"),
        default="ec57",
        help="class of escape beats (default: ec57)",
    )
    how.add_argument(
        "--corrected", action="store_true", help="correct the known defects of rxr in counting runs"
    )
    how.add_argument(
        "--confidence", type=float, default=0.95, help="coverage of the intervals (default: 0.95)"
    )
    how.add_argument(
        "--seed", type=int, default=0, help="random seed of the intervals (default: 0)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Evaluate, print the report, and write the requested files."""
    targets = []
    for text, suffix in ((arguments.output, ".txt"), (arguments.table, ".csv")):
        if text is not None:
            targets.append(output_path(text, (suffix,)))
    from heartbeat.datasets import get_data_home
    from heartbeat.evaluation import evaluate_folder, write_evaluation

    reference = Path(arguments.reference)
    if not reference.is_dir() and not reference.is_absolute():
        in_home = get_data_home(arguments.data_home) / reference
        reference = in_home if in_home.is_dir() else reference
    evaluation = evaluate_folder(
        reference,
        arguments.test,
        annotators=(arguments.reference_annotator, _test_annotator(arguments)),
        records=_records(arguments.records),
        fs=arguments.fs,
        window=arguments.window,
        start=arguments.start,
        stop=arguments.stop,
        convention=arguments.convention,
        corrected=arguments.corrected,
        confidence=arguments.confidence,
        random_state=arguments.seed,
    )
    # Write the files first, because the reader of the report may stop early (head, less).
    written = [write_evaluation(evaluation, target) for target in targets]
    print(evaluation, *(f"wrote {path}" for path in written), sep="\n")


def _test_annotator(arguments: argparse.Namespace) -> str:
    if arguments.test_annotator is not None:
        return arguments.test_annotator
    has = {suffix: any(Path(arguments.test).glob(f"*.{suffix}")) for suffix in ("tst", "hb")}
    return "hb" if has["hb"] and not has["tst"] else "tst"


def _records(names: str | None) -> list[str] | None:
    from heartbeat import labels

    if names is None:
        return None
    divisions = {"DS1": labels.DS1, "DS2": labels.DS2}
    return list(divisions.get(names, [name.strip() for name in names.split(",") if name.strip()]))
