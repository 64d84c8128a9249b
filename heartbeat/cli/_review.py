"""``heartbeat review``: view and correct a labelled recording in the browser."""

import argparse

from heartbeat.cli._find import find_recording
from heartbeat.cli._labelled import add_recording_arguments, labelled_recording


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``heartbeat review``."""
    add_recording_arguments(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="RECORD",
        help="record to save edits and annotations as (default: NAME in the current folder)",
    )
    parser.add_argument(
        "--save-as",
        default="rev",
        metavar="SUFFIX",
        help="suffix of the saved annotations (default: rev)",
    )
    parser.add_argument(
        "--beside", metavar="SUFFIX", help="suffix of a second set of annotations to show (atr)"
    )
    parser.add_argument("--port", type=int, default=0, help="port (default: a free one)")
    parser.add_argument(
        "--address", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")


def run(arguments: argparse.Namespace) -> None:
    """Label a recording, or read the requested annotations, and serve its review."""
    record = find_recording(arguments.recording, arguments.data_home)
    from heartbeat.browser import serve_review
    from heartbeat.recording import read_recording

    second = None
    if arguments.beside is not None:
        second = read_recording(record, fs=arguments.fs, annotator=arguments.beside).annotations

    def ready(url: str) -> None:
        print(f"open {url}\nPress Ctrl+C to stop. All edits are saved.", flush=True)
        if not arguments.no_browser:
            import webbrowser

            webbrowser.open(url)

    serve_review(
        labelled_recording(arguments, record),
        arguments.output or record.stem,
        annotator=arguments.save_as,
        second=second,
        address=arguments.address,
        port=arguments.port,
        ready=ready,
    )
