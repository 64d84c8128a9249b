"""Scores on mitdb with a stratified 80/20 split, the protocol of Kaggle's notebooks.

    python benchmarks/intra_patient.py --models lite --seeds 0
    python benchmarks/intra_patient.py --layouts centered kaggle kaggle-csv --models all

Beats of one person are on both sides, so that these scores show how well a model is engineered, not
how it performs on a new patient. Nothing was chosen on the test part: choices were made with
``--validate``, which holds out a part of the training part instead. Runs in the CSV file of the
output folder are not repeated; delete the file to start again. If `load_average` exceeds the number
of threads, others were using the machine, and the seconds are too high.
"""

import os
import time
from collections.abc import Callable

import numpy as np
import torch
from _common import protocol_header
from _resume import ResumableTable
from _script import BenchmarkParser
from sklearn.base import ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from heartbeat.datasets import load_beats, load_kaggle_heartbeat
from heartbeat.labels import AAMI_CLASSES
from heartbeat.neural import CNNClassifier


def make_boosting(package: str) -> Callable[[int], ClassifierMixin]:
    def make(seed: int) -> ClassifierMixin:
        if package == "lightgbm":
            from lightgbm import LGBMClassifier

            return LGBMClassifier(n_estimators=100, random_state=seed, verbose=-1)
        return HistGradientBoostingClassifier(random_state=seed)

    return make


def make_rocket(seed: int) -> ClassifierMixin:
    from heartbeat.pipelines import make_rocket_classifier

    return make_rocket_classifier(random_state=seed)


MODELS: dict[str, Callable[[int], ClassifierMixin]] = {
    "lite": lambda seed: CNNClassifier("lite", augment="default", random_state=seed),
    "lite, not augmented": lambda seed: CNNClassifier("lite", random_state=seed),
    "lite, width 32": lambda seed: CNNClassifier(
        "lite", width=32, augment="default", random_state=seed
    ),
    "lite, width 32, 3 members": lambda seed: CNNClassifier(
        "lite", width=32, n_members=3, augment="default", random_state=seed
    ),
    "resnet": lambda seed: CNNClassifier("resnet", augment="default", random_state=seed),
    "kachuee": lambda seed: CNNClassifier("kachuee", max_epochs=8, random_state=seed),
    "forest": lambda seed: RandomForestClassifier(200, n_jobs=-1, random_state=seed),
    "lightgbm": make_boosting("lightgbm"),
    "boosting": make_boosting("sklearn"),
    "nearest neighbours": lambda seed: KNeighborsClassifier(4, weights="distance", p=1, n_jobs=-1),
    "random convolutions": make_rocket,
}


def load(layout: str, data_home: str | None) -> tuple[np.ndarray, np.ndarray, tuple | None]:
    """Return the table, labels, and the published division where there is one."""
    if layout == "kaggle-csv":
        train, test = (
            load_kaggle_heartbeat(part, data_home=data_home) for part in ("train", "test")
        )
        X, y = np.vstack([train.data, test.data]), np.hstack([train.target, test.target])
        rows = np.arange(len(X))
        return X, y, (rows[: len(train.data)], rows[len(train.data) :])
    beats = load_beats("mitdb", layout=layout, data_home=data_home)
    return np.asarray(beats.data), np.asarray(beats.target), None


def run(model: ClassifierMixin, X: np.ndarray, y: np.ndarray, train, test) -> dict:
    start, cpu_start = time.perf_counter(), time.process_time()
    model.fit(X[train], y[train])
    fitted, cpu_s = time.perf_counter(), time.process_time() - cpu_start
    predicted = model.predict(X[test])
    end = time.perf_counter()
    by_class = f1_score(y[test], predicted, average=None, labels=AAMI_CLASSES)
    return {
        "accuracy": accuracy_score(y[test], predicted),
        "macro_f1": by_class.mean(),
        **{f"f1_{letter}": value for letter, value in zip(AAMI_CLASSES, by_class, strict=True)},
        "fit_s": fitted - start,
        "fit_cpu_s": cpu_s,
        "load_average": os.getloadavg()[0],
        "predict_beats_per_s": len(test) / (end - fitted),
        "epoch_s": getattr(model, "history_", {"dur": np.array([np.nan])})["dur"].min(),
    }


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="75 seconds on two cores for lite and one seed, over two hours for all published",
        writes=["intra_patient.csv", "intra_patient_validation.csv"],
        published=["--layouts centered kaggle --models all --seeds 0 1 2"],
        rows=["layouts", "models", "seeds"],
        data="mitdb/, or the Kaggle CSVs",
    )
    parser.add_argument(
        "--layouts",
        nargs="+",
        default=["centered"],
        choices=["centered", "kaggle", "kaggle-csv"],
        help="beats around R, beats in the layout of Kaggle's files, or Kaggle's files themselves",
    )
    parser.add_argument(
        "--models", nargs="+", default=["lite"], choices=[*MODELS, "all"], help="models to train"
    )
    parser.add_argument(
        "--seeds", nargs="+", type=int, default=[0], help="seeds of the split and of the models"
    )
    parser.add_argument(
        "--validate",
        action="store_true",
        help="score on a part of the training part instead of the test part",
    )
    arguments = parser.parse_args()
    results = parser.results(arguments)
    models = list(MODELS) if "all" in arguments.models else arguments.models
    name = "intra_patient_validation" if arguments.validate else "intra_patient"
    scored = "a fifth of the training part" if arguments.validate else "the test part"
    header = protocol_header(
        "Intra-patient: beats of the same people in training and test",
        data="mitdb, 48 records, 5 AAMI classes (escape beats are N), 187 samples at 125 Hz",
        split="stratified by class, 80/20, by the seed; the CSVs keep their published division",
        scored_on=f"{scored}; macro-F1 over N S V F Q",
        precision="auto (bfloat16 where the processor has it)",
        torch_threads=torch.get_num_threads(),
    )
    print(header)
    table = ResumableTable(results, name, ["layout", "model", "seed"], header)
    for layout in arguments.layouts:
        X, y, published = load(layout, arguments.data_home)
        for seed in arguments.seeds:
            train, test = published or train_test_split(
                np.arange(len(y)), test_size=0.2, stratify=y, random_state=seed
            )
            if arguments.validate:
                train, test = train_test_split(
                    train, test_size=0.2, stratify=y[train], random_state=seed
                )
            for model in models:
                key = {"layout": layout, "model": model, "seed": seed}
                if not table.done(**key):
                    table.add(key | run(MODELS[model](seed), X, y, train, test))
                    print(table.frame().tail(1).to_string(index=False), flush=True)
    measures = ["accuracy", "macro_f1", "fit_s", "predict_beats_per_s"]
    print(table.frame().groupby(["layout", "model"])[measures].mean().round(4).to_string())


if __name__ == "__main__":
    main()
