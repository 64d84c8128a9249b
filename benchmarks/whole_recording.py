"""Whether all beats of an unlabelled recording help to label each of them (transductive).

    python benchmarks/whole_recording.py --candidates lite --keep DIR

Five-fold cross-validation over the subjects of mitdb and svdb, protocol P4 of
``across_databases.py``: reference R peaks, e and j count as N, beats of class N, S, V and F,
paced records left out, every lead a recording of its own, and the mean over leads. The plain
candidate is compared with the second stage of
``heartbeat.transductive.WholeRecordingClassifier`` on the same probabilities. That of a fold is
trained on the other folds, whose probabilities come from models that had not seen those beats'
subjects; some of these models had seen the fold that is scored, but its labels take no further
part. "With trees" is a control: the same trees and weights without the columns about the other
beats of the recording.

Choices were made on svdb and DS1 under P4 with seed 0 and ``lite``, among about 60 variants, so
that the scores there are somewhat optimistic. ``least_usual`` was added after record 232 of DS2 had
been seen to lose its S beats; rows "every recording" are without it. ``--ds2`` scores the records
of DS2 under the same protocol (models see other subjects of DS2), and adds a line to
``whole_recording_ds2.csv``.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from _across_models import CANDIDATES
from _common import protocol_header
from _script import BenchmarkParser
from across_databases import CLASSES, DS2_LOG, by_beat, load_views, predict, scores
from sklearn.utils import Bunch

from heartbeat._layout import resolve_layout
from heartbeat.labels import DS1, DS2
from heartbeat.model_selection import SubjectKFold
from heartbeat.transductive import WholeRecordingClassifier
from heartbeat.transductive._evidence import Spread
from heartbeat.transductive._second_stage import SecondStage

SHOWN = ("accuracy", "S Se", "S +P", "S F1", "S F1 mean over records", "S F1 without 232",
         "V Se", "V +P", "V F1", "V F1 mean over records", "S AUROC", "V AUROC")  # fmt: skip


def methods(
    beats: Bunch, probability: np.ndarray, default: WholeRecordingClassifier, seed: int
) -> dict[str, np.ndarray]:
    """Return the probabilities of each method, from those of the plain candidate by view."""
    X = beats.data.to_numpy(np.float32)
    y = np.searchsorted(CLASSES, np.asarray(beats.target))
    sequence = np.char.add(np.char.add(beats.record.astype(str), " "), beats.lead.astype(str))
    layout = resolve_layout(X.shape[1], beats.data.columns)
    stage = SecondStage(layout, fs=beats.fs, before=beats.before, random_state=seed)
    # Means and spreads of the context columns need no labels, and are those of all beats here.
    stage.usual_ = int(np.bincount(y).argmax())
    stage.spread_ = Spread.of(X[:, layout.context_slice])
    table = stage.table(X, probability, sequence)
    n_classes = len(CLASSES)
    logs_and_context = np.arange(2 * n_classes - 1 + layout.n_context)
    columns_of = {"whole recording": table, "with trees": table[:, logs_and_context]}
    result = {"plain": probability}
    for name, columns in columns_of.items():
        trees = np.empty_like(probability)
        for train, test in SubjectKFold(5).split(X, beats.target, beats.subject):
            stage.fit_table(columns[train], y[train], beats.subject[train])
            trees[test] = stage.revise_table(columns[test], n_classes)
        weight = default.weight
        result[f"{name}, every recording"] = (1 - weight) * probability + weight * trees
        result[name] = stage.mean(
            probability, trees, sequence, weight=weight, least_usual=default.least_usual
        )
    return result


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="four minutes on one core, and 20 more for lite if its probabilities are not stored",
        writes=["whole_recording.csv", "whole_recording_ds2.csv"],
        published=["--candidates lite 'lite + boosting' --seeds 0 --ds2"],
        rows=["candidates", "seeds"],
        incidental=["keep", "ds2"],
        data="mitdb/ and svdb/",
    )
    parser.add_argument(
        "--candidates", nargs="+", default=["lite"], choices=CANDIDATES, help="plain classifiers"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], help="seeds of everything")
    parser.add_argument("--ds2", action="store_true", help="also score DS2, which is logged")
    parser.add_argument(
        "--keep",
        type=Path,
        default=Path("across-databases-probabilities"),
        metavar="DIR",
        help="folder of the probabilities that across_databases.py stores",
    )
    arguments = parser.parse_args()
    results = parser.results(arguments)
    torch.set_num_threads(1)
    default = WholeRecordingClassifier(None)
    header = protocol_header(
        "Whole recording: labels revised by all beats of the unlabelled recording (transductive)",
        protocol="P4: 5 folds over the subjects of mitdb and svdb, reference R peaks",
        second_stage=f"weight {default.weight}, trained on cross-fitted probabilities",
        kept_plain=f"recordings with less than {default.least_usual:.0%} N, but for rows 'every'",
        chosen_on="svdb and DS1, seed 0, lite, about 60 variants",
        seeds=arguments.seeds,
        torch_threads=1,
    )
    print(header)
    beats = load_views(arguments.data_home)
    ds1 = [f"mitdb/{record}" for record in DS1]
    ds2 = [f"mitdb/{record}" for record in DS2]
    scored = []
    for candidate in arguments.candidates:
        for seed in arguments.seeds:
            rows, found, _ = predict(beats, "P4", candidate, seed, arguments.keep)
            probability = np.empty_like(found)
            probability[rows] = found
            for method, revised in methods(beats, probability, default, seed).items():
                frame = by_beat(beats, np.arange(len(revised)), revised)
                sets = {"svdb": frame[frame.database == "svdb"], "DS1": _of(frame, ds1)}
                if arguments.ds2:
                    sets["DS2"] = _of(frame, ds2)
                for name, part in sets.items():
                    for leads in ("first lead", "both leads"):
                        key = {"set": name, "candidate": candidate, "seed": seed, "leads": leads}
                        row = key | {"method": method}
                        found_scores = scores(part, leads)
                        row |= {k: found_scores[k] for k in SHOWN if k in found_scores}
                        scored.append(row)
    table = pd.DataFrame(scored).sort_values(["set", "leads"], kind="stable")
    print(table.round(3).to_string(index=False))
    results.save_table(table, "whole_recording", header)
    if arguments.ds2:
        facts = {"date": date.today(), "candidates": " ".join(arguments.candidates)}
        results.add_line("whole_recording_ds2", DS2_LOG, **facts)


def _of(frame: pd.DataFrame, records: list[str]) -> pd.DataFrame:
    return frame[frame.record.isin(records)]


if __name__ == "__main__":
    main()
