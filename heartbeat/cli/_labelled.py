"""Recordings with labelled beats, for the commands report and review."""

import argparse
from pathlib import Path
from typing import Any

__all__ = ["add_recording_arguments", "labelled_recording"]


def add_recording_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that choose a recording and the origin of its beats."""
    parser.add_argument(
        "recording", metavar="RECORDING", help="recording, or record (208) in the data home"
    )
    parser.add_argument(
        "--annotator",
        metavar="SUFFIX",
        help="use existing annotations with this suffix (atr) instead of labelling beats",
    )
    parser.add_argument("--lead", help="lead to show, by name (default: the most suitable)")
    parser.add_argument("--fs", type=float, help="sampling rate in Hz, for CSV and NPZ files")
    parser.add_argument("--data-home", metavar="DIR", help="folder of data sets ($HEARTBEAT_DATA)")


def labelled_recording(arguments: argparse.Namespace, record: Path) -> Any:
    """Return the recording with the requested annotations, or labelled by `BeatAnnotator`."""
    if arguments.annotator is not None:
        from heartbeat.browser import MarkedRecording
        from heartbeat.recording import read_recording

        recording = read_recording(record, fs=arguments.fs, annotator=arguments.annotator)
        return MarkedRecording.from_recording(recording, lead=arguments.lead or 0, path=record)
    from heartbeat.annotation import BeatAnnotator
    from heartbeat.recording import read_recording

    what = record if arguments.fs is None else read_recording(record, fs=arguments.fs)
    lead = {} if arguments.lead is None else {"lead": arguments.lead}
    return BeatAnnotator(**lead).annotate(what)
