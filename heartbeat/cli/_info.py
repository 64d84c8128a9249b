"""``heartbeat info``: describe a recording, or the installation and the data sets."""

import argparse
from collections import Counter
from contextlib import suppress
from pathlib import Path

from heartbeat._show_versions import REQUIRED, installed_version
from heartbeat._version import __version__
from heartbeat.cli._find import find_recording
from heartbeat.labels import AAMI_CLASS_NAMES, AAMI_CLASSES, UNCLASSIFIED_DATABASES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``heartbeat info``."""
    parser.add_argument(
        "recording",
        nargs="?",
        metavar="RECORDING",
        help="recording, record (208) or database (mitdb) in the data home to describe",
    )
    parser.add_argument("--fs", type=float, help="sampling rate in Hz, for CSV and NPZ files")
    parser.add_argument("--data-home", metavar="DIR", help="folder of data sets ($HEARTBEAT_DATA)")


def run(arguments: argparse.Namespace) -> None:
    """Describe a recording or, without one, the installation and the available data sets."""
    from heartbeat.datasets import list_databases

    name = arguments.recording
    if name is not None and name in list_databases() and not Path(name).is_file():
        _describe_database(name, arguments.data_home)
    elif name is not None:
        _describe_recording(find_recording(name, arguments.data_home), arguments.fs)
    else:
        _describe_installation(arguments.data_home)


def _describe_recording(path: Path, fs: float | None) -> None:
    from heartbeat.recording import read_recording

    recording = read_recording(path, fs=fs)
    print(f"recording {recording.name}  subject {recording.subject}")
    print(f"leads     {', '.join(recording.leads)}")
    print(f"sampling  {recording.fs:g} Hz, {recording.n_samples:,} samples, ", end="")
    print(_length(recording.duration))
    if recording.annotations is None or not len(recording.annotations.beats()):
        print("beats     no reference annotations")
        return
    counts = Counter(recording.annotations.beats().classes())
    print(f"beats     {counts.total():,} annotated")
    if recording.database in UNCLASSIFIED_DATABASES:
        print(f"          without classes, because {recording.database} does not have them")
        return
    for letter in AAMI_CLASSES:
        print(f"  {letter} {counts[letter]:>8,}  {AAMI_CLASS_NAMES[letter]}")


def _describe_database(name: str, data_home: str | None) -> None:
    from heartbeat.datasets import load_recordings

    recordings = load_recordings(name, data_home=data_home)
    first, count = recordings[0], len(recordings)
    print(f"database  {name}")
    print(f"folder    {recordings.folder}")
    shown = ", ".join(recordings.names[:8])
    print(f"records   {count}: {shown}{', ...' if count > 8 else ''}")
    print(f"first     {', '.join(first.leads)}; {first.fs:g} Hz, {_length(first.duration)}")


def _length(seconds: float) -> str:
    """Return a duration as text: ``24 h``, ``30 min 5.6 s``."""
    tenths = round(seconds * 10)
    hours, tenths = divmod(tenths, 36_000)
    minutes, tenths = divmod(tenths, 600)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    parts += [f"{tenths / 10:g} s"] if tenths or not parts else []
    return " ".join(parts)


def _describe_installation(data_home: str | None) -> None:
    from heartbeat.datasets import get_data_home, list_databases
    from heartbeat.weights import list_weights, model_card

    print(f"heartbeat {__version__}")
    for package in REQUIRED:
        found = installed_version(package) or f"missing (install it with pip install {package})"
        print(f"  {package:<17} {found}")
    print("weights")
    for name in list_weights():
        print(f"  {name:<19} {model_card(name).title}")
    home = get_data_home(data_home)
    print(f"data home {home}")
    for name in list_databases():
        print(f"  {name:<17} {_what_is_there(home / name)}")
    print(f"  {'kaggle CSVs':<17} {_kaggle_csvs(data_home)}")


def _kaggle_csvs(data_home: str | None) -> str:
    from heartbeat.datasets._kaggle_csv import find_kaggle_csv
    from heartbeat.datasets._registry import kaggle_files

    n_files = 0
    for name in kaggle_files():
        with suppress(FileNotFoundError):
            find_kaggle_csv(name, data_home)
            n_files += 1
    return f"{n_files} of {len(kaggle_files())} files"


def _what_is_there(folder: Path) -> str:
    n_records = sum(1 for _ in folder.rglob("*.hea")) if folder.is_dir() else 0
    return f"{n_records} records" if n_records else f"not here: heartbeat fetch {folder.name}"
