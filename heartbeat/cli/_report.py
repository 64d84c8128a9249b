"""``heartbeat report``: write an HTML report of a labelled recording."""

import argparse

from heartbeat.cli._find import find_recording
from heartbeat.cli._labelled import add_recording_arguments, labelled_recording
from heartbeat.cli._output import output_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``heartbeat report``."""
    add_recording_arguments(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="HTML file to write (default: NAME.html)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Label a recording, or read the requested annotations, and write its report."""
    record = find_recording(arguments.recording, arguments.data_home)
    target = output_path(arguments.output or f"{record.stem}.html", (".html", ".htm"))
    from heartbeat.browser import write_report

    path = write_report(labelled_recording(arguments, record), target)
    print(f"wrote {path} ({path.stat().st_size / 1e6:.1f} MB)")
