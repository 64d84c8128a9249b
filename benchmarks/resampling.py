"""Effect of resampling, inter-patient: none, random, SMOTE and samplers made for beats.

    python benchmarks/resampling.py --models forest
    python benchmarks/resampling.py --models cnn --protocols ds2
    python benchmarks/resampling.py --speed

Each training set is resampled, after the split, so that every class has at least `--floor` beats,
and larger classes are not changed. All samplers get the same target numbers. They were chosen and
configured by cross-validation over the subjects of DS1. Runs in the CSV file are not repeated, so
that an interrupted benchmark can be continued.
"""

import itertools
import time
from functools import partial

import numpy as np
import pandas as pd
from _common import protocol_header
from _resume import ResumableTable
from _script import BenchmarkParser
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from heartbeat.datasets import load_beats
from heartbeat.labels import DS1, DS2
from heartbeat.resampling import (
    BeatAugmenter,
    BeatMixup,
    BeatSMOTE,
    SubjectBalancer,
    SubjectUnderSampler,
    resample_with,
)

CLASSES = ("N", "S", "V", "F")
PROTOCOLS = {"ds1-cv": "cross-validation over the subjects of DS1", "ds2": "DS1 to DS2"}
KEY = ["protocol", "model", "sampler", "seed"]
NOT_OURS = ("none", "RandomOverSampler", "SMOTE")
TABLES = {"forest": "resampling", "cnn": "resampling_cnn"}


def at_least(floor, y):
    """Return the sampling strategy that lifts every class to `floor` beats."""
    labels, counts = np.unique(y, return_counts=True)
    return {
        label: floor for label, count in zip(labels.tolist(), counts, strict=True) if count < floor
    }


def fusion(floor, y):
    """Return the strategy that lifts class F alone."""
    return {"F": max(floor, int(np.sum(y == "F")))}


def samplers(floor, seed):
    """Return the contenders: imbalanced-learn's, then ours."""
    lift = {"sampling_strategy": partial(at_least, floor), "random_state": seed}
    augment = BeatAugmenter(sources="subjects", **lift)
    balance = SubjectBalancer(method="weight", sampling_strategy=["S", "V", "F"])
    return {
        "none": None,
        "RandomOverSampler": RandomOverSampler(**lift),
        "SMOTE": SMOTE(**lift),
        "BeatSMOTE": BeatSMOTE(**lift),
        "BeatSMOTE between subjects": BeatSMOTE(subjects="between", **lift),
        "BeatAugmenter": BeatAugmenter(**lift),
        "BeatAugmenter by subject": augment,
        "BeatMixup": BeatMixup(**lift),
        "SubjectBalancer, BeatAugmenter by subject": [balance, augment],
        "BeatMixup of F, SubjectBalancer, BeatAugmenter by subject": [
            BeatMixup(partial(fusion, floor // 3), share=(0.15, 0.5), random_state=seed),
            balance,
            augment,
        ],
    }


def models(trees, epochs, seed):
    from heartbeat.neural import CNNClassifier

    return {
        "forest": ExtraTreesClassifier(trees, min_samples_leaf=2, random_state=seed, n_jobs=1),
        "cnn": CNNClassifier(max_epochs=epochs, random_state=seed),
    }


def fit_predict(model, sampler, train, test, beats):
    """Resample the training rows, fit, and predict the test rows."""
    X, y = beats.data.iloc[train], beats.target.to_numpy()[train]
    groups, weight = beats.subject[train], None
    start = time.perf_counter()
    if sampler is not None:
        # SMOTE cannot say whose its beats are: it resamples without groups.
        known = None if type(sampler) is SMOTE else groups
        X, y, groups, weight = resample_with(sampler, X, y, groups=known)
    resampled = time.perf_counter()
    model.fit(X, y, sample_weight=weight)
    fitted = time.perf_counter()
    predicted = model.predict(beats.data.iloc[test])
    return predicted, resampled - start, fitted - resampled, len(y)


def scores(y, predicted, record):
    """Return F1 per class, their mean, and that of S without record 232."""
    f1 = dict(zip(CLASSES, per_class(y, predicted), strict=True))
    rest = record != "232"
    return {
        "macro F1": np.mean(list(f1.values())),
        **{f"{label} F1": value for label, value in f1.items()},
        "S F1 w/o 232": per_class(y[rest], predicted[rest])[1],
    }


def per_class(y, predicted):
    return f1_score(y, predicted, labels=list(CLASSES), average=None, zero_division=0)


def run(beats, protocol, model_name, sampler_name, seed, options):
    """Run one line of the table."""
    y, record = beats.target.to_numpy(), beats.record
    ds1 = np.flatnonzero(np.isin(record, DS1))
    if protocol == "ds2":
        splits = [(ds1, np.flatnonzero(np.isin(record, DS2)))]
    else:
        folds = StratifiedGroupKFold(options.folds, shuffle=True, random_state=0)
        splits = [
            (ds1[train], ds1[test]) for train, test in folds.split(ds1, y[ds1], beats.subject[ds1])
        ]
    predicted = np.full(len(y), "", dtype=y.dtype)
    resample_s = fit_s = n_train = 0
    for train, test in splits:
        train = thin(beats, train, options.max_n)
        model = models(options.trees, options.epochs, seed)[model_name]
        sampler = samplers(options.floor, seed)[sampler_name]
        predicted[test], resampling, fitting, n = fit_predict(model, sampler, train, test, beats)
        resample_s, fit_s, n_train = resample_s + resampling, fit_s + fitting, n_train + n
    tested = np.concatenate([test for _, test in splits])
    return {
        **scores(y[tested], predicted[tested], record[tested]),
        "resample s": resample_s,
        "fit s": fit_s,
        "training beats": n_train // len(splits),
    }


def thin(beats, rows, max_n):
    """Leave at most `max_n` beats of class N, evenly over subjects: the same for all samplers."""
    y = beats.target.to_numpy()[rows]
    if max_n is None or np.sum(y == "N") <= max_n:
        return rows
    sampler = SubjectUnderSampler({"N": max_n}, random_state=0)
    sampler.fit_resample(rows[:, None].astype(float), y, groups=beats.subject[rows])
    return rows[sampler.sample_indices_]


def measure_speed(results, n_new=100_000):
    """Time how long the samplers take for synthetic beats of one class, one lead."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 187)).cumsum(axis=1).astype(np.float32)
    y, subject = np.repeat(["N", "V"], 1000), np.tile(np.arange(10), 200)
    strategy = {"V": 1000 + n_new}
    contenders = {
        "RandomOverSampler": RandomOverSampler(sampling_strategy=strategy, random_state=0),
        "SMOTE": SMOTE(sampling_strategy=strategy, random_state=0),
        "BeatAugmenter": BeatAugmenter(strategy, random_state=0),
        "BeatSMOTE": BeatSMOTE(strategy, random_state=0),
        "BeatMixup": BeatMixup(strategy, random_state=0),
    }
    rows = []
    for name, sampler in contenders.items():
        known = None if type(sampler) is SMOTE else subject
        wall, cpu = [], []
        for _ in range(9):
            start = time.perf_counter(), time.process_time()
            resample_with(sampler, X, y, groups=known)
            wall.append(time.perf_counter() - start[0])
            cpu.append(time.process_time() - start[1])
        # On a busy machine wall time measures its other users; CPU time less so.
        row = {"sampler": name, "synthetic beats": n_new}
        rows.append(row | {"least wall s of 9": min(wall), "least CPU s of 9": min(cpu)})
    table = pd.DataFrame(rows)
    header = protocol_header("Speed of resampling", beats="187 samples, float32, made up")
    print(header, table.round(3).to_string(index=False), sep="\n")
    results.save_table(table, "resampling_speed", header)


def draw(table):
    import matplotlib.pyplot as plt

    parts = list(table.groupby(["protocol", "model"], sort=False))
    figure, axes = plt.subplots(
        len(parts), 1, figsize=(9, 1 + 3.2 * len(parts)), squeeze=False, layout="constrained"
    )
    for axis, ((protocol, model), part) in zip(axes[:, 0], parts, strict=True):
        for name, runs in part.groupby("sampler", sort=False):
            color = "0.7" if name in NOT_OURS else "#56B4E9"
            axis.barh(name, runs["macro F1"].mean(), color=color)
            axis.plot(runs["macro F1"], [name] * len(runs), "k.", ms=5)
        axis.invert_yaxis()
        axis.set(title=f"{PROTOCOLS[protocol]}, {model}", xlabel="macro F1 of N S V F")
        axis.spines[["top", "right"]].set_visible(False)
    for color, words in (("0.7", "none, imbalanced-learn"), ("#56B4E9", "heartbeat")):
        axis.barh([name], [0], color=color, label=words)
    axis.plot([], [], "k.", ms=5, label="one seed")
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    return figure


def main():
    parser = BenchmarkParser(
        __doc__,
        takes="7 minutes on one core for each published table; 15 seconds for --speed",
        writes=[
            *(f"{name}.{kind}" for name in TABLES.values() for kind in ("csv", "png")),
            "resampling_speed.csv",
        ],
        published=[
            "--models forest --floor 3000 --max-n 8000 --trees 50",
            "--models cnn --floor 3000 --max-n 8000 --epochs 3",
            "--speed",
        ],
        rows=["protocols", "samplers", "seeds"],
        data="mitdb/",
        redraws=True,
    )
    parser.add_argument(
        "--models", nargs="+", default=list(TABLES), choices=TABLES, help="models to train"
    )
    parser.add_argument(
        "--protocols",
        nargs="+",
        default=list(PROTOCOLS),
        choices=PROTOCOLS,
        help="protocols to run",
    )
    parser.add_argument("--samplers", nargs="+", help="names of the samplers (default: all)")
    parser.add_argument(
        "--seeds", nargs="+", type=int, default=[0, 1, 2], help="seeds of samplers and models"
    )
    parser.add_argument(
        "--folds", type=int, default=3, help="number of folds of the cross-validation on DS1"
    )
    parser.add_argument(
        "--floor", type=int, default=5000, help="minimum number of beats of each class"
    )
    parser.add_argument(
        "--max-n", type=int, help="maximum number of beats of class N, for a shorter run"
    )
    parser.add_argument("--trees", type=int, default=100, help="trees of the forest")
    parser.add_argument("--epochs", type=int, default=8, help="training epochs of the CNN")
    parser.add_argument(
        "--speed", action="store_true", help="measure the time for 100,000 synthetic beats instead"
    )
    options = parser.parse_args()
    results = parser.results(options)
    if options.redraw:
        for name in map(TABLES.get, options.models):
            print(results.save_figure(draw(results.read_table(name)), name))
        return
    if options.speed:
        measure_speed(results)
        return

    beats = load_beats(
        "mitdb", data_home=options.data_home, records=[*DS1, *DS2], context=("rr",), as_frame=True
    )
    wanted = (beats.target != "Q").to_numpy()
    for name in ("data", "target", "record", "subject"):
        beats[name] = beats[name][wanted]

    header = protocol_header(
        "Resampling for inter-patient heartbeat classification",
        beats="187 samples of MLII (first lead where absent) and the 16 columns of context 'rr', "
        "at reference positions, full records, class Q left out",
        protocols=f"ds1-cv: {options.folds} folds by subject, scores pooled; ds2: DS1 to DS2",
        resampling=f"training part only; every class to at least {options.floor} beats",
        class_N=f"thinned to {options.max_n}" if options.max_n else "all beats",
        models=f"forest: {options.trees} extra trees; cnn: CNNClassifier, {options.epochs} epochs",
        seeds=options.seeds,
    )
    print(header)
    for model in options.models:
        table = ResumableTable(results, TABLES[model], KEY, header)
        for protocol, seed in itertools.product(options.protocols, options.seeds):
            for sampler in options.samplers or samplers(options.floor, seed):
                key = {"protocol": protocol, "model": model, "sampler": sampler, "seed": seed}
                if table.done(**key):
                    continue
                row = key | run(beats, protocol, model, sampler, seed, options)
                table.add(row)
                print(pd.DataFrame([row]).to_string(header=False, index=False), flush=True)
        runs = table.frame()
        means = runs.groupby(KEY[:3], sort=False).mean(numeric_only=True).drop(columns="seed")
        means.insert(1, "± seeds", runs.groupby(KEY[:3], sort=False)["macro F1"].std())
        print(means.round(3).to_string())
        results.save_figure(draw(runs), TABLES[model])


if __name__ == "__main__":
    main()
