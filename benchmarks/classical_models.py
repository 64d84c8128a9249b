"""Scores of classical models across patients (DS1 to DS2) and within patients.

    python benchmarks/classical_models.py --data-home DATA             # the table
    python benchmarks/classical_models.py --data-home DATA --select    # choice of features on DS1

All choices for the feature forest were made with ``--select``, by cross-validation over the
subjects of DS1. DS2 was not used for any choice.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from _common import protocol_header
from _results import Results
from _script import BenchmarkParser
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import Bunch

from heartbeat.datasets import load_beats
from heartbeat.labels import DS1, DS2
from heartbeat.metrics import aami_report, aami_scores
from heartbeat.model_selection import SubjectKFold
from heartbeat.pipelines import make_forest_baseline, make_rocket_classifier

CONTEXT = ("rr", "rhythm", "template")
"""Blocks that look at most 150 beats ahead, never at a whole recording: not transductive."""

FOREST_TREES = 200


@dataclass(frozen=True)
class Candidate:
    """A model and the columns it is given: blocks of context, and the waveform or not."""

    make: Callable[[int], Pipeline]
    context: tuple[str, ...] = CONTEXT
    waveform: bool = True
    seeds: int | None = None

    def columns(self, beats: Bunch) -> list[str]:
        """Return the names of the columns of `beats` that the model is given."""
        names = list(beats.feature_names)
        waveform, context = names[beats.waveform], names[beats.context]
        chosen = [name for name in context if name.startswith(self.context)] if self.context else []
        return (waveform if self.waveform else []) + chosen


def make_boosting(seed: int) -> Pipeline:
    """Build the feature forest with gradient boosting in place of the trees."""
    features = make_forest_baseline()[:-1].steps
    boosting = HistGradientBoostingClassifier(max_leaf_nodes=15, random_state=seed)
    return make_pipeline(*(step for _, step in features), boosting).set_output(transform="pandas")


def make_models(rocket_features: int) -> dict[str, Candidate]:
    """Return the models of the table."""
    return {
        "forest, raw samples": Candidate(
            lambda seed: make_pipeline(RandomForestClassifier(50, random_state=seed)), (), seeds=1
        ),
        "forest, features + context": Candidate(
            lambda seed: make_forest_baseline(FOREST_TREES, random_state=seed)
        ),
        "gradient boosting, features + context": Candidate(make_boosting, seeds=1),
        "random convolutions + ridge": Candidate(
            lambda seed: make_rocket_classifier(rocket_features, random_state=seed), (), seeds=1
        ),
        "random convolutions + context + ridge": Candidate(
            lambda seed: make_rocket_classifier(rocket_features, random_state=seed), seeds=1
        ),
    }


def make_choices() -> dict[str, Candidate]:
    """Return what `--select` compares: trees under all features, then groups of features."""

    def forest(leaf: int = 5, weight: str | None = "balanced", n_leading_steps: int = 2):
        def make(seed: int) -> Pipeline:
            trees = ExtraTreesClassifier(
                60, min_samples_leaf=leaf, class_weight=weight, random_state=seed
            )
            steps = make_forest_baseline().steps[:n_leading_steps]
            pipeline = make_pipeline(*(step for _, step in steps), trees)
            return pipeline.set_output(transform="pandas")

        return make

    return {
        "all: morphology, rr, rhythm, template": Candidate(forest()),
        "all, unweighted": Candidate(forest(weight=None)),
        "all, leaves of 1": Candidate(forest(leaf=1)),
        "all, leaves of 1, unweighted": Candidate(forest(leaf=1, weight=None)),
        "all, leaves of 20": Candidate(forest(leaf=20)),
        "morphology": Candidate(forest(), ()),
        "morphology, rr": Candidate(forest(), ("rr",)),
        "morphology, rr, rhythm": Candidate(forest(), ("rr", "rhythm")),
        "morphology, rr, template": Candidate(forest(), ("rr", "template")),
        "rr, rhythm, template": Candidate(forest(n_leading_steps=0), waveform=False),
        "raw samples, rr, rhythm, template": Candidate(forest(n_leading_steps=0)),
    }


def load(records: str | tuple[str, ...], data_home: str | None, classes: str) -> Bunch:
    """Load beats with all context as a frame, of the given classes alone."""
    beats = load_beats(
        "mitdb", records=records, context=CONTEXT, data_home=data_home, as_frame=True
    )
    kept = np.isin(np.asarray(beats.target), list(classes))
    beats.data = beats.data[kept].reset_index(drop=True)
    beats.target = np.asarray(beats.target)[kept]
    beats.record, beats.subject = beats.record[kept], beats.subject[kept]
    return beats


def fit_and_predict(
    candidate: Candidate, seed: int, train: Bunch, test: Bunch
) -> tuple[np.ndarray, float, float]:
    """Return predictions, seconds of fitting and predicted beats per second, in processor time."""
    columns = candidate.columns(train)
    X_train, X_test = train.data[columns], test.data[columns]
    model = candidate.make(seed)
    start = time.process_time()
    model.fit(X_train, train.target)
    fitted = time.process_time()
    predicted = model.predict(X_test)
    return predicted, fitted - start, len(X_test) / (time.process_time() - fitted)


def seeds_of(candidate: Candidate, n_seeds: int) -> range:
    return range(min(n_seeds, candidate.seeds or n_seeds))


def score_row(scores) -> dict[str, float]:
    """Return accuracy, macro-F1 and Se, +P, F1 of S and V."""
    frame = scores.to_frame()
    row = {"accuracy": scores.accuracy, "macro F1": scores.macro_f1}
    for letter in "SV":
        row |= {f"{letter} {name}": frame.loc[letter, name] for name in ("Se", "+P", "F1")}
    return row


def across_patients(models, n_seeds: int, data_home: str | None) -> Iterator[dict]:
    """Train on DS1, test on DS2, four classes."""
    train, test = (load(records, data_home, "NSVF") for records in ("DS1", "DS2"))
    for name, candidate in models.items():
        for seed in seeds_of(candidate, n_seeds):
            predicted, fit_s, rate = fit_and_predict(candidate, seed, train, test)
            report = aami_report(
                test.target,
                predicted,
                groups=test.record,
                macro_classes=tuple("NSVF"),
                confidence=0.95,
                random_state=0,
            )
            ends = report.to_frame(intervals=True)
            strict = aami_scores(test.target, predicted, rules="one-vs-rest").to_frame()
            yield {
                "protocol": "DS1 to DS2",
                "model": name,
                "seed": seed,
                **score_row(report.scores),
                **{f"{k} F1 {e}": ends.loc[k, f"F1 {e}"] for k in "SV" for e in ("low", "high")},
                "V F1 one-vs-rest": strict.loc["V", "F1"],
                "S F1 without 232": report.without("232").to_frame().loc["S", "F1"],
                "S F1 per record": report.average.loc["S", "F1"],
                "fit s": fit_s,
                "predict beats/s": rate,
            }


def within_patients(models, n_seeds: int, data_home: str | None) -> Iterator[dict]:
    """Split all 48 records' beats 80/20 at random, stratified by class: five classes."""
    beats = load(None, data_home, "NSVFQ")
    for name, candidate in models.items():
        for seed in seeds_of(candidate, n_seeds):
            sides = train_test_split(
                np.arange(len(beats.target)),
                test_size=0.2,
                stratify=beats.target,
                random_state=seed,
            )
            train, test = (
                Bunch(**{**beats, "data": beats.data.iloc[rows], "target": beats.target[rows]})
                for rows in sides
            )
            predicted, fit_s, rate = fit_and_predict(candidate, seed, train, test)
            yield {
                "protocol": "intra-patient 80/20",
                "model": name,
                "seed": seed,
                **score_row(aami_scores(test.target, predicted, macro_classes=tuple("NSVFQ"))),
                "fit s": fit_s,
                "predict beats/s": rate,
            }


def select(data_home: str | None) -> Iterator[dict]:
    """Cross-validate groups of features over the subjects of DS1."""
    train = load("DS1", data_home, "NSVF")
    for name, candidate in make_choices().items():
        columns = candidate.columns(train)
        predicted = cross_val_predict(
            candidate.make(0),
            train.data[columns],
            train.target,
            groups=train.subject,
            cv=SubjectKFold(5),
        )
        report = aami_report(
            train.target, predicted, groups=train.subject, macro_classes=tuple("NSVF")
        )
        yield {
            "features": name,
            **score_row(report.scores),
            "V F1 per subject": report.average.loc["V", "F1"],
        }


def collect(rows: Iterator[dict], label: str) -> list[dict]:
    """Take rows one by one and say so, for a run takes minutes."""
    collected = []
    for row in rows:
        collected.append(row)
        print(f"done: {row[label]}, seed {row.get('seed', 0)}", flush=True)
    return collected


def draw(table: pd.DataFrame):
    """Draw F1 of V and S on DS2 with the intervals over records."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    # One run a model: what the interval shows is the draw of patients, not of seeds.
    table = table[(table["protocol"] == "DS1 to DS2") & (table["seed"] == 0)].iloc[::-1]
    figure, panels = plt.subplots(1, 2, figsize=(10, 3.4), sharey=True, layout="constrained")
    for panel, letter in zip(panels, "VS", strict=True):
        value = table[f"{letter} F1"]
        error = [value - table[f"{letter} F1 low"], table[f"{letter} F1 high"] - value]
        panel.errorbar(
            value, table["model"], xerr=error, fmt="o", color="#0072B2", capsize=3,
            label="all records; bar: 95 % interval, records drawn with replacement",
        )  # fmt: skip
        if letter == "S":
            without = table["S F1 without 232"]
            panel.plot(
                without, table["model"], "x", color="#D55E00", mew=1.8, label="without record 232"
            )
        panel.set(title=f"F1 of {letter}, DS1 to DS2", xlim=(0, 1))
        panel.grid(axis="x", color="0.92")
        panel.spines[["top", "right"]].set_visible(False)
    handles, labels = panels[1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="5 minutes across patients and 2 within, on one core; some minutes for --select",
        writes=[
            "classical_models_across.csv",
            "classical_models_across.png",
            "classical_models_within.csv",
            "classical_models_select.csv",
        ],
        published=["--protocol across", "--protocol within --seeds 1", "--select"],
        data="mitdb/",
        redraws=True,
    )
    parser.add_argument("--seeds", type=int, default=3, help="runs of the feature forest")
    parser.add_argument(
        "--rocket-features", type=int, default=5000, help="number of random convolution features"
    )
    parser.add_argument(
        "--protocol", choices=("across", "within", "both"), default="both", help="split to use"
    )
    parser.add_argument("--only", nargs="*", help="names of the models to run (default: all)")
    parser.add_argument(
        "--select", action="store_true", help="compare groups of features on DS1 instead"
    )
    options = parser.parse_args()
    results = parser.results(options)
    if options.redraw:
        table = results.read_table("classical_models_across")
        print(results.save_figure(draw(table), "classical_models_across"))
        return
    models = make_models(options.rocket_features)
    for name in options.only or ():
        if name not in models:
            parser.error(f"--only: no model {name!r}, choose from {list(models)}")
    models = {name: models[name] for name in options.only or models}
    common = {
        "beats": "mitdb, reference R peaks, MLII or first lead, 0.5 s before R to 1 s after at "
        "125 Hz, full 30 minutes",
        "context": f"{', '.join(CONTEXT)}: non-transductive, up to 150 beats ahead",
        "timing": "processor time of fit and predict, all steps of the pipeline, one thread",
        "scores": "as EC57 counts: F called V is not a false positive of V; the column one-vs-rest "
        "counts it",
    }
    seeds = f"{', '.join(map(str, range(options.seeds)))} for the feature forest, 0 for the others"
    if options.select:
        show(
            results,
            "classical_models_select",
            collect(select(options.data_home), "features"),
            "Features and trees of the forest, chosen on DS1 alone",
            protocol=f"5-fold cross-validation over the subjects of DS1 ({len(DS1)} records), "
            "N S V F, out-of-fold predictions pooled; 60 extra trees, seed 0",
            **common,
        )
        return
    if options.protocol != "within":
        table = show(
            results,
            "classical_models_across",
            collect(across_patients(models, options.seeds, options.data_home), "model"),
            "Classical models across patients",
            protocol=f"trained on DS1 ({len(DS1)} records), tested on DS2 ({len(DS2)}); paced "
            "records and the 15 Q beats left out; 95 % intervals: bootstrap over records",
            seeds=seeds,
            convolutions=options.rocket_features,
            **common,
        )
        results.save_figure(draw(table), "classical_models_across")
    if options.protocol != "across":
        show(
            results,
            "classical_models_within",
            collect(within_patients(models, options.seeds, options.data_home), "model"),
            "Classical models within patients",
            protocol="all 48 records, beats split 80/20 at random, stratified, five classes: the "
            "same people are on both sides",
            seeds=seeds,
            convolutions=options.rocket_features,
            **common,
        )


def show(results: Results, name: str, rows: list[dict], title: str, **protocol) -> pd.DataFrame:
    """Print a table under its protocol and save both."""
    table = pd.DataFrame(rows)
    header = protocol_header(title, **protocol)
    print(header, table.to_string(index=False, float_format="%.4g"), sep="\n\n")
    results.save_table(table, name, header)
    return table


if __name__ == "__main__":
    main()
