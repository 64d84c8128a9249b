"""What a user can install instead to label heartbeats, on the same recordings, counted alike.

    python benchmarks/rivals.py
    python benchmarks/rivals.py --models any-lead-ds1 codec_v6 --records 3   # a trial

The rival is openecg, the only other package found on the index that labels beats with weights that
come along. It runs in an environment of its own (``--env``, made where it is not there), as its
``report`` does: with the int8 network. It tells V from N and has no class S. ``codec_v6`` is its
default; of ``codec_v5`` its authors say that it may suit beats better. What is claimed is from the
cards of its models.

P1   DS2 of mitdb
P2   svdb, 43 records

Everybody gets the same lead, in mV: MLII where there is one, else the first. Beats are labelled at
reference R peaks, and where they are detected; these pair with the reference as EC57 has it (150
ms). Whole recordings, as openecg's authors score; e and j count as N, as in papers. openecg finds R
peaks by rules, and its network types them in two ways: by the samples around a peak that it also
calls QRS, as ``report`` does; and by all samples there, which is much better (seen on 3 records of
DS1) and is what the other rows have. False V are other beats, and nothing, called V.

A column says what has been seen in training. The weights of this package that are scored have seen
no beat of the recordings; for P2 the classifier of ``any-lead`` is trained on mitdb alone. openecg
has learnt waves from QTDB, in which there are excerpts of 9 records of DS2 and of 8 of svdb; and
the cards of the models that codec_v6 descends from name the beats of svdb, for which reason
codec_v5 is not scored there. Nothing is chosen on DS2.

Seconds are those of the processor, from a signal in memory to labels, without imports: record
208 alone, on one thread, quickest of three. Labels are kept below ``--keep``, record by record, so
that an interrupted run goes on where it was; delete the folder after a change of the code.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from _any_lead import draw, load_any_lead, load_rearranged
from _common import protocol_header
from _resume import ResumableTable
from _rivals_environment import REQUIREMENTS, make_environment
from _script import OUTPUT, BenchmarkParser
from across_databases import MIN_BEATS
from train_weights import CONTEXT, SEED

from heartbeat._files import written_whole
from heartbeat.datasets import load_recordings
from heartbeat.export import export_onnx
from heartbeat.labels import DS2
from heartbeat.metrics import BeatComparison, compare_beats
from heartbeat.pipelines import make_interpatient_classifier
from heartbeat.recording import Annotations, Recording
from heartbeat.weights import model_card

PROTOCOLS = {"P1": ("mitdb", DS2), "P2": ("svdb", None)}
TIMED, N_TIMES = "208", 3
WAYS = {
    "given": "at reference positions",
    "detected": "detected",
    "reported": "detected, typed as by report()",
}
TABLE_ROWS = {"V": "VEB", "S": "SVEB"}
DETECTOR = "nothing; its detector, R peaks of svdb"
QTDB = "waves of {} records (QTDB)"
TRAINED_HERE, TRAINED_FILE = "any-lead, mitdb alone", "any-lead-mitdb.onnx"
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Contestant:
    """A rival's model, or weights of this package.

    `seen` and `claims` are by protocol; nobody is scored under a protocol that `seen` lacks.
    """

    package: str
    model: str
    seen: dict[str, str]
    claims: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Whether it is this package."""
        return self.package == "heartbeat"

    @property
    def ways(self) -> list[str]:
        """Keys of `WAYS` that it is scored in."""
        return [way for way in WAYS if way != "reported" or not self.ours]

    def folder(self, keep: Path) -> Path:
        """Return where its labels are kept."""
        return keep / f"{self.package}-{self.model}".replace(", ", "-").replace(" ", "-")


CONTESTANTS = (
    Contestant("heartbeat", "any-lead-ds1", {"P1": "nothing"}),
    Contestant("heartbeat", "mitdb-ds1-centered", {"P1": "nothing"}),
    Contestant("heartbeat", TRAINED_HERE, {"P2": DETECTOR}),
    Contestant("heartbeat", "mitdb-centered", {"P2": DETECTOR}),
    Contestant(
        "openecg",
        "codec_v6",
        {"P1": QTDB.format(9), "P2": QTDB.format(8) + "; its forerunners, beats of svdb"},
        {"P1": {"V F1": 0.929}},
    ),
    Contestant(
        "openecg",
        "codec_v5",
        {"P1": QTDB.format(9)},
        {"P1": {"V Se": 0.94, "V +P": 0.94, "V F1": 0.935}},
    ),
)


def write_signal(recording: Recording, path: Path) -> None:
    """Write what contestants get of a recording, unless it is there."""
    if path.is_file():
        return
    position = recording.leads.index("MLII") if "MLII" in recording.leads else 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as temporary, open(temporary, "wb") as file:
        np.savez(
            file,
            signal=np.nan_to_num(recording.lead(position)),
            lead=recording.leads[position],
            fs=recording.fs,
            beats=recording.annotations.beats().sample,
        )


def label(contestant: Contestant, signals: Path, labels: Path, python: Path) -> None:
    """Let a contestant label what it has not labelled yet, in a process of its own."""
    labels.mkdir(parents=True, exist_ok=True)
    if contestant.ours:
        trained = labels.parent / TRAINED_FILE
        model = trained if trained.is_file() else contestant.model
        command = [sys.executable, FOLDER / "_rivals_package.py", model, signals, labels]
    else:
        version = contestant.model.removeprefix("codec_")
        command = [python, FOLDER / "_rivals_worker.py", version, signals, labels]
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    print(f"{contestant.package}, {contestant.model}: {signals.name}", flush=True)
    if subprocess.run(command, env=os.environ | one_thread).returncode:
        raise SystemExit(
            f"{contestant.package}, {contestant.model}, ended with the error above; what it had "
            f"labelled is kept in {labels}, and the script goes on from there"
        )


def train_on_mitdb(path: Path, data_home: str | None) -> None:
    """Train the classifier of ``any-lead`` on mitdb alone, as across_databases does, if not yet."""
    if path.is_file():
        return
    torch.set_num_threads(1)
    beats = load_any_lead(CONTEXT, data_home)
    rows = np.flatnonzero(beats.database == "mitdb")
    path.parent.mkdir(parents=True, exist_ok=True)
    X, y = draw(beats, rows, load_rearranged(CONTEXT, data_home), SEED)
    classifier = make_interpatient_classifier(random_state=SEED)
    classifier.set_params(network__precision="float32").fit(X, y)
    export_onnx(classifier, path, segmentation=model_card("any-lead").segmentation, check=X[:64])


def compare(recordings: Iterable[Recording], labels: Path, way: str) -> list[BeatComparison]:
    """Return the comparison of each recording with what a contestant made of it."""
    compared = []
    for recording in recordings:
        with np.load(labels / f"{recording.name}.npz") as told:
            fields = {name: told.get(f"{way}_{name}") for name in ("sample", "symbol", "subtype")}
        compared.append(
            compare_beats(
                recording.annotations,
                Annotations(**fields),
                fs=recording.fs,
                start=0,
                convention="literature",
                record=recording.name,
            )
        )
    return compared


def scores(compared: Sequence[BeatComparison], way: str, classes: str) -> dict[str, float | str]:
    """Return detection and the scores of some classes: pooled, over records, and the worst."""
    tables = [comparison.to_frame() for comparison in compared]
    n_normal = sum(comparison.matrix.loc["N"].sum() for comparison in compared)
    tp, fn, fp = sum(table.loc["QRS", ["TP", "FN", "FP"]] for table in tables)
    row: dict[str, float | str] = {"QRS Se": ratio(tp, tp + fn), "QRS +P": ratio(tp, tp + fp)}
    if way == "given":
        row = dict.fromkeys(row, np.nan)
    for letter in classes:
        counts = pd.DataFrame(
            [table.loc[TABLE_ROWS[letter]] for table in tables],
            index=[comparison.record for comparison in compared],
        )
        tp, fn, fp = counts[["TP", "FN", "FP"]].sum()
        row |= {f"{letter} Se": ratio(tp, tp + fn), f"{letter} +P": ratio(tp, tp + fp)}
        row[f"{letter} F1"] = ratio(2 * tp, 2 * tp + fn + fp)
        enough = counts[counts["TP"] + counts["FN"] >= MIN_BEATS]
        f1 = 2 * enough["TP"] / (2 * enough["TP"] + enough["FN"] + enough["FP"])
        row[f"{letter} F1 mean over records"] = f1.mean()
        worst = f1.sort_values().head(3)
        row[f"{letter} worst records"] = " ".join(f"{name}:{v:.2f}" for name, v in worst.items())
        row[f"false {letter} per 1000 N"] = 1000 * fp / n_normal
    return row


def ratio(part: float, whole: float) -> float:
    """Return a fraction; NaN of nothing."""
    return part / whole if whole else np.nan


def cost(labels: Path, duration: float) -> dict[str, float]:
    """Return seconds of the processor for an hour of recording, and the most MB held.

    `labels` has the files of one process that labelled one recording again and again: its first
    peak counts.
    """
    seconds, megabytes = [], []
    for path in labels.glob("*.npz"):
        with np.load(path) as told:
            seconds.append(float(told["seconds"]))
            megabytes.append(float(told["megabytes"]))
    return {"seconds an hour": 3600 * min(seconds) / duration, "peak MB": min(megabytes)}


def rows_of(contestant: Contestant, protocol: str, compared: dict, costs: dict) -> list[dict]:
    """Return a row for what is claimed, and one for each way of labelling."""
    database = PROTOCOLS[protocol][0]
    told = {"protocol": protocol, "database": "DS2" if protocol == "P1" else database}
    told |= {"package": contestant.package, "model": contestant.model}
    classes = "VS" if contestant.ours else "V"
    told |= {"has seen": contestant.seen[protocol]}
    rows = []
    if protocol in contestant.claims:
        rows.append(told | {"beats": "as claimed"} | contestant.claims[protocol])
    for way, comparisons in compared.items():
        scored = scores(comparisons, way, classes) | (costs if way == "detected" else {})
        rows.append(told | {"beats": WAYS[way]} | scored)
    return rows


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="40 minutes on one core, most of them openecg's",
        writes=["rivals.csv"],
        rows=["protocols", "models"],
        incidental=["env", "keep"],
        data="mitdb/ and svdb/",
    )
    parser.add_argument(
        "--env",
        type=Path,
        default=OUTPUT / "rivals-environment",
        metavar="DIR",
        help="the rival's environment, made where it is not there",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        default=OUTPUT / "rivals-labels",
        metavar="DIR",
        help="folder of the labels, to go on from",
    )
    parser.add_argument(
        "--protocols", nargs="+", default=list(PROTOCOLS), choices=PROTOCOLS, help="see above"
    )
    models = list(dict.fromkeys(contestant.model for contestant in CONTESTANTS))
    parser.add_argument(
        "--models", nargs="+", default=models, choices=models, metavar="MODEL", help="which"
    )
    parser.add_argument(
        "--records", type=int, help="the first so many records of each database, for a trial"
    )
    arguments = parser.parse_args()
    results, keep = parser.results(arguments), arguments.keep
    python = make_environment(arguments.env.absolute())
    header = protocol_header(
        "Rivals that label beats",
        protocol="EC57 counting, 150 ms, whole recordings, e and j are N; one lead, MLII or the "
        "first; seconds of the processor on one thread, record 208 alone",
        means_over_records=f"records with at least {MIN_BEATS} beats of the class",
        records=arguments.records or "all",
        rival=" ".join(REQUIREMENTS),
        seed=f"{SEED}, of the classifier that is trained on mitdb alone",
    )
    print(header)
    (timed,) = load_recordings("mitdb", records=[TIMED], data_home=arguments.data_home)
    for number in range(N_TIMES):
        write_signal(timed, keep / "signals" / "timed" / f"{TIMED}-{number}.npz")
    table = ResumableTable(results, "rivals", ["protocol", "model", "beats"], header)
    for protocol in arguments.protocols:
        database, records = PROTOCOLS[protocol]
        recordings = load_recordings(database, records=records, data_home=arguments.data_home)
        recordings = recordings[: arguments.records]
        signals = keep / "signals" / protocol
        for recording in recordings:
            write_signal(recording, signals / f"{recording.name}.npz")
        for contestant in CONTESTANTS:
            key = {"protocol": protocol, "model": contestant.model}
            if contestant.model not in arguments.models or protocol not in contestant.seen:
                continue
            if table.done(**key, beats=WAYS[contestant.ways[-1]]):
                continue
            own = contestant.folder(keep)
            if contestant.model == TRAINED_HERE:
                train_on_mitdb(own / TRAINED_FILE, arguments.data_home)
            label(contestant, keep / "signals" / "timed", own / "timed", python)
            label(contestant, signals, own / protocol, python)
            costs = cost(own / "timed", timed.n_samples / timed.fs)
            compared = {way: compare(recordings, own / protocol, way) for way in contestant.ways}
            for row in rows_of(contestant, protocol, compared, costs):
                if not table.done(**key, beats=row["beats"]):
                    table.add(row)
                    print(pd.Series(row).to_string(), flush=True)
    print(f"written to {results.path('rivals.csv')}")


if __name__ == "__main__":
    main()
