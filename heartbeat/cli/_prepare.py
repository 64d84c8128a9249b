"""``heartbeat prepare``: make a table of beats from recordings or the Kaggle CSV files."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from heartbeat._files import written_whole
from heartbeat.cli._output import output_path

_KAGGLE = "kaggle_heartbeat"
_LEAD = "MLII"
_ECG = re.compile(r"(ecg|ekg)", re.IGNORECASE)
_OTHER_SIGNAL = re.compile(r"(eeg|eog|emg)", re.IGNORECASE)
_COLUMNS = ("target", "symbol", "subject", "record", "sample", "invalid")
_FACTS = ("n_leads", "n_context", "fs", "before")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``heartbeat prepare``."""
    parser.add_argument(
        "source",
        nargs="+",
        metavar="SOURCE",
        help=f"a database (mitdb), {_KAGGLE}, recordings (WFDB, EDF, CSV, NPZ, ...), or "
        f"records in the data home (208, mitdb/208)",
    )
    parser.add_argument(
        "--output", "-o", required=True, metavar="FILE", help="file to write, .npz or .csv"
    )
    parser.add_argument("--data-home", metavar="DIR", help="folder of data sets ($HEARTBEAT_DATA)")
    which = parser.add_argument_group("which beats")
    which.add_argument("--records", metavar="NAMES", help="DS1, DS2, or comma-separated names")
    which.add_argument(
        "--subset", choices=("train", "test", "all"), default="all", help="part of Kaggle's data"
    )
    which.add_argument(
        "--beats",
        choices=("annotations", "detect"),
        help="positions of the beats (default: annotations if there are any, else detect)",
    )
    which.add_argument("--leads", metavar="NAMES", help="comma-separated leads (default: MLII)")
    which.add_argument("--fs", type=float, metavar="HZ", help="sampling rate of CSV and NPZ files")
    how = parser.add_argument_group("how they are cut and cleaned")
    how.add_argument(
        "--clean",
        choices=("bandpass", "baseline", "none"),
        default="bandpass",
        help="filter (default: bandpass)",
    )
    how.add_argument(
        "--layout",
        choices=("centered", "kaggle"),
        default="centered",
        help="centered on R peaks, or as in Kaggle's data (default: centered)",
    )
    how.add_argument(
        "--beat-fs",
        type=float,
        default=125.0,
        metavar="HZ",
        help="sampling rate of the beats (default: 125)",
    )
    how.add_argument(
        "--before", type=float, default=0.5, metavar="S", help="seconds before R (default: 0.5)"
    )
    how.add_argument(
        "--after", type=float, default=1.0, metavar="S", help="seconds after R (default: 1)"
    )
    how.add_argument(
        "--context",
        default="",
        metavar="BLOCKS",
        help="comma-separated context blocks, such as rr,rhythm",
    )
    how.add_argument(
        "--scale",
        choices=("minmax", "zscore", "robust", "r_amplitude", "none"),
        default="none",
        help="scaling of each beat (default: none)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Prepare the beats and write them."""
    output = output_path(arguments.output, (".npz", ".csv"))
    if arguments.source == [_KAGGLE]:
        tables = [_kaggle_table(arguments)]
    else:
        tables = [_table(recording, arguments) for recording in _recordings(arguments)]
    columns = _put_together(tables)
    columns["data"] = _scaled(columns["data"], tables[0], arguments)
    _write(output, columns, _column_names(tables), tables[0])
    n_beats, n_columns = columns["data"].shape
    print(f"{n_beats:,} beats of {n_columns} columns in {output}")


def _recordings(arguments: argparse.Namespace) -> Iterator:
    from heartbeat.cli._find import find_recording
    from heartbeat.datasets import list_databases, load_recordings
    from heartbeat.recording import read_recording

    first, *rest = arguments.source
    if arguments.records and first not in list_databases():
        raise ValueError(
            f"--records selects records of a database, but {first} is not a database. Omit it"
        )
    if first in list_databases():
        if rest:
            raise ValueError(
                f"a database must be the only source, but {rest} follow {first}. Select records "
                "with --records"
            )
        names = _names(arguments.records)
        records = names[0] if names in (("DS1",), ("DS2",)) else names
        yield from load_recordings(first, records=records or None, data_home=arguments.data_home)
    else:
        twice = {path for path in arguments.source if arguments.source.count(path) > 1}
        if twice:
            raise ValueError(
                f"each recording must be given only once, but {', '.join(sorted(twice))} is given "
                "more than once"
            )
        for path in arguments.source:
            yield read_recording(find_recording(path, arguments.data_home), fs=arguments.fs)


def _table(recording: Any, arguments: argparse.Namespace) -> Any:
    from heartbeat.segmentation import segment_beats

    marks = recording.annotations
    # Annotations without a beat, such as the comments of an EDF file, do not say where beats are.
    annotated = marks is not None and len(marks.beats()) > 0
    beats = arguments.beats or ("annotations" if annotated else "detect")
    table = segment_beats(
        _cleaned(recording, arguments.clean),
        beats=beats,
        layout=arguments.layout,
        fs=arguments.beat_fs,
        before=arguments.before,
        after=arguments.after,
        leads=_leads(recording, arguments.leads),
        context=_names(arguments.context),
    )
    print(f"{recording.name}: {len(table.data):,} beats on {', '.join(table.leads)}")
    return table


def _cleaned(recording: Any, how: str) -> Any:
    if how == "none":
        return recording
    from heartbeat.preprocessing import BandpassFilter, BaselineRemover, clean

    return clean(recording, BandpassFilter() if how == "bandpass" else BaselineRemover())


def _leads(recording: Any, asked: str | None) -> tuple:
    if asked:
        return _names(asked)
    from heartbeat.datasets._lead_choice import choose_leads

    # As in `load_beats`: MLII, or the lead that replaces it in a recording.
    chosen = choose_leads(recording, (_LEAD,), missing_lead="first") or recording.leads
    # A polysomnogram has other signals before its ECG.
    named = [lead for lead in recording.leads if _ECG.match(lead)]
    return tuple(named[:1]) if named and _OTHER_SIGNAL.match(chosen[0]) else chosen


def _kaggle_table(arguments: argparse.Namespace) -> Any:
    import numpy as np

    from heartbeat.datasets import load_kaggle_heartbeat

    table = load_kaggle_heartbeat(arguments.subset, data_home=arguments.data_home)
    # The subjects of these beats are unknown.
    unknown = np.full(len(table.data), "")
    table.update(symbol=unknown, subject=unknown, record=unknown)
    table.update(sample=np.full(len(table.data), -1), invalid=np.zeros(len(table.data), "f4"))
    print("the Kaggle beats are already segmented and filtered: only --subset and --scale apply")
    return table


def _put_together(tables: list) -> dict:
    import numpy as np

    lengths = {table.data.shape[1] for table in tables}
    if len(lengths) > 1:
        raise ValueError(
            f"all recordings must have beats of the same length, got {sorted(lengths)} columns"
        )
    return {
        name: np.concatenate([np.asarray(table[name]) for table in tables])
        for name in ("data", *_COLUMNS)
    }


def _column_names(tables: list) -> list[str]:
    """Return the column names: of the leads, or of the lead that other leads replace."""
    names = tables[0].feature_names
    if all(table.leads == tables[0].leads for table in tables):
        return names
    from heartbeat._layout import resolve_layout

    return replace(resolve_layout(len(names), names), leads=(_LEAD,)).column_names()


def _scaled(data: Any, table: Any, arguments: argparse.Namespace) -> Any:
    if arguments.scale == "none":
        return data
    from heartbeat.preprocessing import BeatScaler

    scaler = BeatScaler(
        arguments.scale,
        fs=table.fs,
        before=table.before,
        n_leads=table.n_leads,
        n_context=table.n_context,
    )
    return scaler.fit_transform(data)


def _write(output: Path, columns: dict, feature_names: list[str], table: Any) -> None:
    with written_whole(output) as temporary:
        if output.suffix == ".npz":
            import numpy as np

            facts = {name: table[name] for name in _FACTS}
            np.savez(temporary, feature_names=np.array(feature_names), **columns, **facts)
        else:
            import pandas as pd

            others = {name: columns[name] for name in _COLUMNS}
            frame = pd.DataFrame(columns["data"], columns=feature_names).assign(**others)
            frame.to_csv(temporary, index=False, float_format="%.6g")


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
