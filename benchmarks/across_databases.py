"""Scores on people, leads and databases outside the training set: mitdb and svdb.

    python benchmarks/across_databases.py --protocols P4 --candidates lite --seeds 0

Every lead of every record gives its own rows, scaled by the size of its QRS complexes. The beats of
a record are scored from its first lead, and from both leads (mean of the probabilities). Reference
R peaks are used, e and j count as N, beats are of class N, S, V and F, and paced records are left
out. About 2 % of the training beats are in other rhythms, see
``heartbeat.datasets.augment_rhythm``; candidates "as recorded" are trained without them.

P1   trained on DS1, scored on DS2
P1s  trained on DS1 and svdb, scored on DS2
P2   trained on mitdb, scored on svdb
P3   trained on svdb, scored on DS2
P4   trained on both, 5-fold cross-validation over their subjects, scored by database

Candidates are chosen by P4 and, for a database that is left out, by P2 and the other half of P3.
DS2 is never used for a choice, and each time that it is scored adds a line to
``across_databases_ds2.csv``. Probabilities are stored in ``--keep``, so that an interrupted run can
be continued, and the mean of two candidates needs no training.
"""

import resource
import time
from collections.abc import Iterator
from datetime import date
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from _across_models import AS_RECORDED, CANDIDATES, FITTED, MEANS
from _any_lead import N_DRAWN, N_REARRANGED, draw, load_any_lead, load_rearranged
from _common import protocol_header
from _results import Results
from _resume import ResumableTable
from _script import BenchmarkParser
from sklearn.metrics import cohen_kappa_score, roc_auc_score
from sklearn.utils import Bunch
from train_weights import CONTEXT

from heartbeat._files import written_whole
from heartbeat.labels import DS1, DS2
from heartbeat.metrics import aami_report, expected_calibration_error, j_kappa_score
from heartbeat.model_selection import SubjectKFold

CLASSES = np.array(list("FNSV"))
PROTOCOLS = ("P1", "P1s", "P2", "P3", "P4")
DS2_LOG = "When DS2 was scored, and for what"
MIN_BEATS = 20
"""Records with fewer beats of a class do not count in the mean over records."""


def load_views(data_home: str | None) -> Bunch:
    """Return the beats of every lead, and as `load_rearranged` what rearranges them for a fit.

    Rearranging takes about 10 s, which a run whose probabilities are all stored does not spend.
    """
    beats = load_any_lead(CONTEXT, data_home)
    beats.load_rearranged = cache(partial(load_rearranged, CONTEXT, data_home))
    return beats


def divisions(beats: Bunch, protocol: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield rows to train on and rows to score, once for each fit of a protocol."""
    mitdb, svdb = beats.database == "mitdb", beats.database == "svdb"
    ds1 = np.isin(beats.record, [f"mitdb/{record}" for record in DS1])
    ds2 = np.isin(beats.record, [f"mitdb/{record}" for record in DS2])
    if protocol == "P4":
        yield from SubjectKFold(5).split(beats.data, beats.target, beats.subject)
        return
    train, test = {
        "P1": (ds1, ds2),
        "P1s": (ds1 | svdb, ds2),
        "P2": (mitdb, svdb),
        "P3": (svdb, ds2),
    }[protocol]
    yield np.flatnonzero(train), np.flatnonzero(test)


def predict(
    beats: Bunch, protocol: str, candidate: str, seed: int, keep: Path
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return rows, their probabilities by class, and the seconds of training of one fit."""
    if candidate in MEANS:
        parts = [predict(beats, protocol, part, seed, keep) for part in MEANS[candidate]]
        (rows, *_), probabilities, seconds = zip(*parts, strict=True)
        return rows, np.mean(probabilities, axis=0), sum(seconds)
    rows, probabilities, seconds = [], [], []
    for fold, (train, test) in enumerate(divisions(beats, protocol)):
        rows.append(test)
        path = keep / f"{protocol}-{fold}-{candidate}-{seed}.npz"
        if not path.is_file():
            rearranged = None if candidate in AS_RECORDED else beats.load_rearranged()
            start = time.perf_counter()
            X, y = draw(beats, train, rearranged, seed)
            model = FITTED[candidate](seed).fit(X, y)
            took = time.perf_counter() - start
            if model.classes_.tolist() != CLASSES.tolist():
                raise RuntimeError(f"{protocol}, fold {fold}: classes {model.classes_}")
            probability = model.predict_proba(beats.data.iloc[test]).astype(np.float32)
            keep.mkdir(parents=True, exist_ok=True)
            with written_whole(path) as temporary, open(temporary, "wb") as file:
                np.savez(file, probability=probability, seconds=took)
            print(f"{protocol} fold {fold}, {candidate}, seed {seed}: {took:.0f} s", flush=True)
        with np.load(path) as kept:
            probabilities.append(kept["probability"])
            seconds.append(float(kept["seconds"]))
    return np.concatenate(rows), np.concatenate(probabilities), float(np.mean(seconds))


def by_beat(beats: Bunch, rows: np.ndarray, probability: np.ndarray) -> pd.DataFrame:
    """Return a row for each beat: record, class, and probabilities of first lead and of both."""
    views = pd.DataFrame(probability, columns=CLASSES)
    views["record"], views["sample"] = beats.record[rows], beats["sample"][rows]
    views["subject"], views["database"] = beats.subject[rows], beats.database[rows]
    views["target"] = np.asarray(beats.target)[rows]
    # Views of a record come lead by lead, in the order of the file.
    views["view"] = views.groupby(["record", "sample"]).cumcount()
    keys = ["database", "subject", "record", "sample", "target"]
    first = views[views.view == 0].set_index(keys)[CLASSES]
    both = views.groupby(keys)[list(CLASSES)].mean()
    return pd.concat({"first lead": first, "both leads": both}, axis=1).reset_index(level=keys)


def scores(beats: pd.DataFrame, leads: str) -> dict[str, float | str]:
    """Return every column of the table for the beats of one database."""
    probability = beats[leads].to_numpy()
    truth, predicted = beats["target"].to_numpy(), CLASSES[probability.argmax(axis=1)]
    report = aami_report(
        truth, predicted, groups=beats["record"].to_numpy(),
        subjects=beats["subject"].to_numpy(), macro_classes="NSV", confidence=0.95, random_state=0,
    )  # fmt: skip
    table = report.to_frame(intervals=True)
    row: dict[str, float | str] = {"accuracy": float(np.mean(truth == predicted))}
    row["kappa"] = cohen_kappa_score(truth, predicted)
    row["j_kappa"] = j_kappa_score(truth, predicted)
    row["ece"] = expected_calibration_error(truth, probability, classes=CLASSES)
    records, n_normal = beats["record"].to_numpy(), np.sum(truth == "N")
    for letter in "VS":
        column = table.loc[letter]
        row |= {f"{letter} Se": column["Se"], f"{letter} +P": column["+P"]}
        row |= {f"{letter} F1": column["F1"], f"{letter} F1 low": column["F1 low"]}
        row[f"{letter} F1 high"] = column["F1 high"]
        by_record = f1_by_record(truth, predicted, records, letter)
        row[f"{letter} F1 mean over records"] = by_record.mean()
        worst = by_record.sort_values().head(3)
        row[f"{letter} worst records"] = " ".join(
            f"{record}:{value:.2f}" for record, value in worst.items()
        )
        row[f"{letter} AUROC"] = roc_auc_score(truth == letter, probability[:, CLASSES == letter])
        false = np.sum((truth == "N") & (predicted == letter))
        row[f"false {letter} per 1000 N"] = 1000 * false / n_normal
    others = records != "mitdb/232"
    if not others.all():
        row["S F1 without 232"] = f1(truth[others] == "S", predicted[others] == "S")
    return row


def f1(truth: np.ndarray, predicted: np.ndarray) -> float:
    return 2 * np.sum(truth & predicted) / max(np.sum(truth) + np.sum(predicted), 1)


def f1_by_record(
    truth: np.ndarray, predicted: np.ndarray, records: np.ndarray, letter: str
) -> pd.Series:
    """Return the F1 of a class in each record that has enough of it."""
    found = {}
    for record in np.unique(records):
        rows = records == record
        if np.sum(truth[rows] == letter) >= MIN_BEATS:
            found[record] = f1(truth[rows] == letter, predicted[rows] == letter)
    return pd.Series(found)


def log_ds2(results: Results, protocol: str, candidate: str, seed: int) -> None:
    """Add a line that says when DS2 was scored, and for what."""
    facts = {"date": date.today(), "protocol": protocol, "candidate": candidate, "seed": seed}
    results.add_line("across_databases_ds2", DS2_LOG, **facts)


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="five hours on one core for all; 20 minutes for lite under P4 with one seed",
        writes=["across_databases.csv", "across_databases_ds2.csv"],
        published=["--protocols all --candidates all --seeds 0 1 2"],
        rows=["protocols", "candidates", "seeds"],
        incidental=["keep"],
        data="mitdb/ and svdb/",
    )
    parser.add_argument(
        "--protocols",
        nargs="+",
        default=["P4"],
        choices=[*PROTOCOLS, "all"],
        help="protocols to run (see above)",
    )
    parser.add_argument(
        "--candidates",
        nargs="+",
        default=["lite"],
        choices=[*CANDIDATES, "all"],
        help="models to train",
    )
    parser.add_argument(
        "--seeds",
        nargs="+",
        type=int,
        default=[0],
        help="seeds of the draw of beats and of the models",
    )
    parser.add_argument(
        "--keep",
        type=Path,
        default=Path("across-databases-probabilities"),
        metavar="DIR",
        help="folder to store the probabilities in, from which a run is continued",
    )
    arguments = parser.parse_args()
    results = parser.results(arguments)
    torch.set_num_threads(1)
    protocols = PROTOCOLS if "all" in arguments.protocols else arguments.protocols
    candidates = CANDIDATES if "all" in arguments.candidates else arguments.candidates
    header = protocol_header(
        "Across databases: mitdb without paced records and svdb, frozen models",
        data="reference R peaks, N S V F, e and j are N, scaled by the lead's own QRS",
        context=" ".join(CONTEXT),
        trained_on=f"{N_DRAWN} views, the rare of each subject oftener; 15 % upside down",
        rearranged=f"{N_REARRANGED} more, in rhythms by augment_rhythm; none if as recorded",
        means_over_records=f"records with at least {MIN_BEATS} beats of the class",
        intervals="95 %, bootstrap over subjects",
        seeds=arguments.seeds,
        torch_threads=1,
    )
    print(header)
    keys = ["protocol", "database", "candidate", "leads", "seed"]
    table = ResumableTable(results, "across_databases", keys, header)
    beats = load_views(arguments.data_home)
    for seed in arguments.seeds:
        for protocol in protocols:
            scored = {"P2": ["svdb"], "P4": ["mitdb", "svdb"]}.get(protocol, ["DS2"])
            for candidate in candidates:
                key = {"protocol": protocol, "candidate": candidate, "seed": seed}
                if table.done(**key, database=scored[-1], leads="both leads"):
                    continue
                rows, probability, took = predict(beats, protocol, candidate, seed, arguments.keep)
                frame = by_beat(beats, rows, probability)
                for database in scored:
                    one = frame if database == "DS2" else frame[frame["database"] == database]
                    for leads in ("first lead", "both leads"):
                        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                        row = key | {"database": database, "leads": leads} | scores(one, leads)
                        table.add(row | {"training s": took, "peak MB": memory})
                        print(table.frame().tail(1).T.to_string(header=False), flush=True)
                if "DS2" in scored:
                    log_ds2(results, protocol, candidate, seed)
    shown = ["V F1", "V F1 mean over records", "S F1", "S F1 mean over records", "ece"]
    by = ["protocol", "database", "candidate", "leads"]
    print(table.frame().groupby(by)[shown].mean().round(3).to_string())


if __name__ == "__main__":
    main()
