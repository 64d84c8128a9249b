"""Train the weights that come with the package, from mitdb; write files and model cards.

    python benchmarks/train_weights.py mitdb-ds1-centered   # writes to the output folder
    python benchmarks/train_weights.py all --check          # trains, compares, writes nothing
    python benchmarks/train_weights.py all --publish        # replaces those of the package

On one machine with the pinned requirements the files are the same byte for byte every time: one
thread, float32, one seed. The scores on a card are of subjects that the network was not trained on:
DS2 without 202 (who is also 201) for weights of DS1, and cross-validation of the recipe over
subjects for weights of all records. ``--choose`` compares the recipe with others by
cross-validation over the subjects of DS1, with one seed; the template block has the largest effect.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from _any_lead import N_REARRANGED, draw, load_any_lead, load_rearranged, rows_of
from _common import protocol_header
from _results import RESULTS, Results
from _script import BenchmarkParser
from sklearn.model_selection import cross_val_predict
from sklearn.utils import Bunch

import heartbeat
from heartbeat._files import written_whole
from heartbeat.boosting import BoostedTreesClassifier
from heartbeat.boosting._file import write_trees
from heartbeat.datasets import get_database, load_beats
from heartbeat.labels import AAMI_CLASSES, DS1, DS2
from heartbeat.metrics import AAMIReport, aami_report, aami_scores
from heartbeat.model_selection import SubjectKFold
from heartbeat.neural import CNNClassifier, architecture_defaults, save_classifier
from heartbeat.weights import ModelCard

WEIGHTS = Path(heartbeat.__file__).parent / "weights"
SEED, THREADS = 0, 1
KNOBS = {"dropout": 0.3}
TRAINING = {"augment": 2.0, "ema": 0.999, "max_epochs": 12, "precision": "float32"}
CONTEXT = ("rr", "rhythm", "template")
PACKAGES = ("heartbeat", "numpy", "scipy", "pandas", "scikit-learn", "torch", "skorch", "wfdb")


@dataclass(frozen=True)
class Recipe:
    """What to train on, and how its beats are cut."""

    title: str
    records: tuple[str, ...]
    layout: str = "centered"
    context: tuple[str, ...] = CONTEXT
    scaling: str | None = None
    databases: tuple[str, ...] = ("mitdb",)

    @property
    def any_lead(self) -> bool:
        """Whether every lead of every record is a view of its own."""
        return self.scaling is not None

    @property
    def leaves_ds2_out(self) -> bool:
        """Whether DS2 is there to be scored on."""
        return not set(DS2) & set(self.records)

    def load(self, records: tuple[str, ...], data_home: str | None) -> Bunch:
        """Return beats of some records, cut this way."""
        if self.any_lead:
            wanted = [f"mitdb/{record}" for record in records]
            beats = load_any_lead(self.context, data_home, self.scaling)
            others = beats.database != "mitdb" if records == self.records else False
            return rows_of(beats, np.isin(beats.record, wanted) | others)
        return load_beats(
            "mitdb",
            records=records,
            layout=self.layout,
            context=self.context,
            data_home=data_home,
            as_frame=True,
        )


RECIPES = {
    "mitdb-ds1-centered": Recipe(
        "the records of DS1, beats around R with rhythm and template", DS1
    ),
    "mitdb-ds1-kaggle": Recipe("the records of DS1, Kaggle layout", DS1, "kaggle", ()),
    "mitdb-centered": Recipe(
        "all records without pacemaker, beats around R with rhythm and template",
        tuple(sorted(DS1 + DS2)),
    ),
    "any-lead": Recipe(
        "every lead of mitdb without pacemaker and of svdb, in units of its own QRS",
        tuple(sorted(DS1 + DS2)),
        scaling="qrs",
        databases=("mitdb", "svdb"),
    ),
    "any-lead-causal": Recipe(
        "as any-lead, for monitors: from what comes before a beat and one second after its R peak",
        tuple(sorted(DS1 + DS2)),
        context=tuple(f"{block}_causal" for block in CONTEXT),
        scaling="qrs_causal",
        databases=("mitdb", "svdb"),
    ),
    "any-lead-ds1": Recipe(
        "as any-lead, without the records of DS2, for those who test on DS2",
        DS1,
        scaling="qrs",
        databases=("mitdb", "svdb"),
    ),
}

ANY_LEAD_TRAINING = {"augment": 2.0, "ema": 0.999, "max_epochs": 8, "precision": "float32"}
TREES_TRAINING = {"random_state": SEED}

CHOICES: dict[str, dict[str, Any]] = {
    "the recipe": {},
    "without the template block": {"context": ("rr", "rhythm")},
    "4 epochs": {"max_epochs": 4},
    "default augmentation": {"augment": "default"},
    "no average of weights, dropout .1": {"ema": None, "dropout": 0.1},
}
"""What the recipe was compared with."""


class Fitted(NamedTuple):
    """A network and, for any lead, the boosted trees that it is averaged with."""

    network: CNNClassifier
    trees: BoostedTreesClassifier | None

    def predict_proba(self, X: pd.DataFrame) -> list[np.ndarray]:
        """Return the probabilities of the network and, if there are trees, of the mean."""
        network = self.network.predict_proba(X)
        if self.trees is None:
            return [network]
        return [network, (network + self.trees.predict_proba(X)) / 2]


def fit(recipe: Recipe, beats: Bunch, rows: np.ndarray) -> Fitted:
    """Train the recipe on some rows of its table."""
    if recipe.any_lead:
        X, y = draw(beats, rows, beats.rearranged, SEED)
        trees = BoostedTreesClassifier(**TREES_TRAINING).fit(X, y)
        return Fitted(make_classifier(**ANY_LEAD_TRAINING).fit(X, y), trees)
    X, y = beats.data.iloc[rows], np.asarray(beats.target)[rows]
    return Fitted(make_classifier().fit(X, y), None)


def cross_predict(recipe: Recipe, beats: Bunch) -> list[np.ndarray]:
    """Label the beats of each fifth of the subjects by classifiers that have seen the others."""
    labels, order = [], []
    for train_rows, test_rows in SubjectKFold(5).split(beats.data, beats.target, beats.subject):
        labels.append(predict(fit(recipe, beats, train_rows), beats.data.iloc[test_rows]))
        order.append(test_rows)
    back = np.argsort(np.concatenate(order))
    return [np.concatenate(parts)[back] for parts in zip(*labels, strict=True)]


def predict(fitted: Fitted, X: pd.DataFrame) -> list[np.ndarray]:
    """Label beats by the network and, if there are trees, by the mean of both."""
    classes = fitted.network.classes_
    return [classes[probability.argmax(axis=1)] for probability in fitted.predict_proba(X)]


def make_classifier(**changes: Any) -> CNNClassifier:
    return CNNClassifier("lite", **(KNOBS | TRAINING | {"random_state": SEED} | changes))


def score(
    recipe: Recipe, beats: Bunch, fitted: Fitted, data_home: str | None
) -> tuple[str, list[dict[str, list[float]]]]:
    """Return what the scores are of, and those of the network and of the mean with its trees."""
    if recipe.leaves_ds2_out:
        # The man of record 202 is also that of 201, which is in DS1.
        test = recipe.load(tuple(record for record in DS2 if record != "202"), data_home)
        labels, protocol = predict(fitted, test.data), "DS2 without 202: unseen subjects"
    else:
        test, protocol = beats, "5-fold cross-validation of the recipe over subjects"
        labels = cross_predict(recipe, test)
    scores = [score_labels(recipe, test, pd.Series(each)) for each in labels]
    return f"{protocol}; EC57 counting, intervals over subjects", scores


def score_labels(recipe: Recipe, test: Bunch, predicted: pd.Series) -> dict[str, list[float]]:
    """Return value and interval by measure."""

    def report(rows: np.ndarray) -> AAMIReport:
        return aami_report(
            test.target[rows], predicted[rows], groups=test.record[rows],
            subjects=test.subject[rows], macro_classes="NSVF", confidence=0.95, random_state=SEED,
        )  # fmt: skip

    whole = report(test.record != "")
    print(whole)
    columns = ["F1", "F1 low", "F1 high"]
    values = whole.to_frame(intervals=True).loc[list("NSVF"), columns].rename("F1 {}".format)
    if recipe.leaves_ds2_out or not recipe.any_lead:
        # Three quarters of DS2's S beats are this one patient's.
        others = report(~np.isin(test.record, ["232", "mitdb/232"])).to_frame(intervals=True)
        values.loc["F1 S without 232"] = others.loc["S", columns]
    overall = whole.overall.loc[["accuracy", "macro-F1"], ["gross", "low", "high"]]
    overall.columns = columns
    return pd.concat([values, overall]).round(4).T.to_dict("list")


def train(name: str, folder: Path, data_home: str | None) -> None:
    """Write ``NAME.safetensors`` and ``NAME.json`` to a folder."""
    recipe = RECIPES[name]
    beats = recipe.load(recipe.records, data_home)
    if recipe.any_lead:
        beats.rearranged = load_rearranged(recipe.context, data_home, recipe.scaling, SEED)
    fitted = fit(recipe, beats, np.arange(len(beats.data)))
    classifier, path = fitted.network, folder / f"{name}.safetensors"
    save_classifier(classifier, path)
    protocol, (scores, *with_trees) = score(recipe, beats, fitted, data_home)
    trees = None
    if fitted.trees is not None:
        file = folder / f"{name}.trees.safetensors"
        write_trees(fitted.trees, file)
        trees = _file_facts(file) | {"training": TREES_TRAINING, "scores": with_trees[0]}
    kaggle = recipe.layout == "kaggle"
    databases = [get_database(one) for one in recipe.databases]
    letters, counts = np.unique(beats.target, return_counts=True)
    counts = dict(zip(letters.tolist(), counts.tolist(), strict=True))
    card = ModelCard(
        name=name,
        title=recipe.title,
        architecture=classifier.architecture,
        knobs=architecture_defaults(classifier.architecture) | KNOBS,
        classes=tuple(classifier.classes_.tolist()),
        layout=recipe.layout,
        fs=beats.fs,
        before=0.0 if kaggle else beats.before,
        after=classifier.layout_.n_times / beats.fs if kaggle else beats.after,
        n_times=classifier.layout_.n_times,
        leads=classifier.layout_.leads,
        units="scaled to [0, 1]" if kaggle else "QRS heights" if recipe.any_lead else "mV",
        scaling="the network subtracts and divides by constants of the training beats; "
        + ("0.5-40 Hz" if recipe.any_lead else "nothing is filtered"),
        context_blocks=recipe.context,
        context=classifier.layout_.context,
        convention="literature",
        database=" and ".join(f"{one.title} {one.version}" for one in databases),
        records=tuple(np.unique(beats.record).tolist()) if recipe.any_lead else recipe.records,
        subjects=tuple(np.unique(beats.subject).tolist()),
        class_counts={letter: counts.get(letter, 0) for letter in AAMI_CLASSES},
        training=ANY_LEAD_TRAINING | {"rearranged": N_REARRANGED} if recipe.any_lead else TRAINING,
        seed=SEED,
        protocol=protocol,
        scores=scores,
        licence="BSD-3-Clause",
        data_licence=databases[0].licence,
        citation=tuple(dict.fromkeys(text for one in databases for text in one.citation)),
        versions={package: _version(package) for package in PACKAGES},
        beat_scaling=recipe.scaling,
        trees=trees,
        **_file_facts(path),
    )
    text = json.dumps(asdict(card), indent=1, ensure_ascii=False)
    (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    print(card, end="\n\n", flush=True)


def choose(data_home: str | None) -> tuple[pd.DataFrame, str]:
    """Compare the recipe with others by cross-validation over the subjects of DS1."""
    recipe = RECIPES["mitdb-ds1-centered"]
    header = protocol_header(
        "Recipe of the weights",
        protocol="mitdb DS1, 4-fold cross-validation over subjects, pooled beats",
        recipe=f"lite, {KNOBS | TRAINING}, context {recipe.context}",
        seed=SEED,
        torch_threads=THREADS,
    )
    print(header)
    rows = []
    for name, changes in CHOICES.items():
        changed = replace(recipe, context=changes.get("context", recipe.context))
        beats = changed.load(DS1, data_home)
        knobs = {knob: value for knob, value in changes.items() if knob != "context"}
        predicted = cross_val_predict(
            make_classifier(**knobs), beats.data, beats.target, groups=beats.subject,
            cv=SubjectKFold(4),
        )  # fmt: skip
        scores = aami_scores(beats.target, predicted, macro_classes="NSVF")
        row = {"recipe": name, "accuracy": scores.accuracy, "macro_f1": scores.macro_f1}
        rows.append(row | {f"F1 {letter}": scores.f1[letter] for letter in "NSVF"})
        print(pd.DataFrame(rows).tail(1).round(3).to_string(index=False), flush=True)
    return pd.DataFrame(rows), header


def _file_facts(path: Path) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "n_bytes": path.stat().st_size}


def _version(package: str) -> str:
    return heartbeat.__version__ if package == "heartbeat" else version(package)


def files_of(name: str) -> list[str]:
    trees = [f"{name}.trees.safetensors"] if RECIPES[name].any_lead else []
    return [f"{name}.safetensors", *trees, f"{name}.json"]


def differing(name: str, folder: Path) -> list[str]:
    """Return the files of fresh weights that are not, byte for byte, those of the package."""
    return [
        file
        for file in files_of(name)
        if (folder / file).read_bytes() != (WEIGHTS / file).read_bytes()
    ]


def main() -> None:
    choices = "train_weights_choices"
    parser = BenchmarkParser(
        __doc__,
        takes="half a minute on one core for mitdb-ds1-kaggle, minutes for others",
        writes=[*(file for name in RECIPES for file in files_of(name)), f"{choices}.csv"],
        published=["all", "--choose"],
        rows=["names"],
        data="mitdb/, and svdb/ for any-lead",
        publishes_to=WEIGHTS,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(RECIPES)}, or all")
    parser.add_argument(
        "--check",
        action="store_true",
        help="compare with the files of the package, and write nothing",
    )
    parser.add_argument("--choose", action="store_true", help="compare the recipe with others")
    arguments = parser.parse_args()
    results = parser.results(arguments)
    names = list(RECIPES) if "all" in arguments.names else arguments.names
    if set(names) - set(RECIPES) or not (names or arguments.choose):
        parser.error(f"name weights to train: {', '.join(RECIPES)}, or all")
    torch.set_num_threads(THREADS)
    if arguments.choose:
        table, header = choose(arguments.data_home)
        if arguments.publish:
            results = Results(RESULTS, [f"{choices}.csv"])
        print(f"written to {results.save_table(table, choices, header)}")
        return
    different = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            train(name, Path(folder), arguments.data_home)
            if arguments.check:
                different += differing(name, Path(folder))
            else:
                results.folder.mkdir(parents=True, exist_ok=True)
                for file in files_of(name):
                    with written_whole(results.path(file)) as temporary:
                        shutil.copyfile(Path(folder, file), temporary)
                    print(f"written to {results.path(file)}")
    if arguments.check:
        print("not the same:" if different else "all the same", *different)
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
