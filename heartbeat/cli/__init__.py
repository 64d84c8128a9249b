"""The command ``heartbeat``: classify, demo, evaluate, prepare, report, review, fetch, info.

Each command is a module with `add_arguments` and `run`. Only the module of the requested command is
imported, so that ``heartbeat --help`` is fast.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

from heartbeat._version import __version__

__all__ = ["main"]

_COMMANDS = {
    "classify": "label the beats of recordings and mark unreadable stretches",
    "demo": "label a sample recording, then compare a random forest with a CNN",
    "evaluate": "score annotations against a reference as ANSI/AAMI EC57 specifies",
    "prepare": "cut recordings or the Kaggle CSV files into a table of beats",
    "report": "write an HTML report of a labelled recording: summary, charts, ECG strips",
    "review": "view a labelled recording in the browser and correct its beats",
    "fetch": "download a database from PhysioNet",
    "info": "describe a recording, or the installation and the available data sets",
}

EXIT_OK, EXIT_ERROR, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process when None.

    Returns
    -------
    int
        0 on success, 1 for an error that the user can correct (printed as one line on standard
        error), 2 for a wrong command line, 130 if interrupted.
    """
    parser = _parser()
    arguments = parser.parse_args(argv)
    command = import_module(f"heartbeat.cli._{arguments.command}")
    try:
        with warnings.catch_warnings():
            if not arguments.traceback:
                warnings.showwarning = _show_warning
            command.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("heartbeat: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has exited. Prevent an error when Python flushes the output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except (ImportError, OSError, ValueError) as error:
        if arguments.traceback:
            raise
        print(f"heartbeat: error: {_one_line(error)}", file=sys.stderr)
        return EXIT_ERROR
    return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heartbeat", description="Detect and classify heartbeats in ECG recordings."
    )
    parser.add_argument("--version", action="version", version=f"heartbeat {__version__}")
    parser.add_argument(
        "--traceback", action="store_true", help="show the full traceback of an error"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in _COMMANDS.items():
        command = commands.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
        )
        import_module(f"heartbeat.cli._{name}").add_arguments(command)
    return parser


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning like an error, without the line of the package that caused it."""
    print(f"heartbeat: warning: {_one_line(message)}", file=sys.stderr)


def _one_line(error: Exception | str) -> str:
    text = " ".join(str(error).split())
    return text or type(error).__name__
