"""Effect of having the same patients on both sides of a split: one forest, one CNN, two splits.

    python benchmarks/leakage.py                      # 44 records of mitdb
    python benchmarks/leakage.py --seeds 0 1 2 --epochs 8

Both models use the same beats of the same 44 records (DS1 and DS2 of de Chazal et al. 2004).
Intra-patient: beats are split at random, 80 % for training and 20 % for testing, stratified by
class, as in most published notebooks. Inter-patient: DS1 for training, DS2 for testing. Intervals
are over subjects drawn with replacement. Nothing is tuned on a test part.
"""

import time

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from heartbeat.datasets import load_beats
from heartbeat.labels import DS1, DS2
from heartbeat.metrics import aami_report
from heartbeat.model_selection import audit_split
from heartbeat.neural import CNNClassifier
from heartbeat.preprocessing import BandpassFilter

CLASSES = "NSVF"
MARKERS = {"intra-patient": "s", "inter-patient": "o"}
COLORS = {"intra-patient": "#E69F00", "inter-patient": "#0072B2"}


def make_models(beats, trees, epochs, seed):
    """Models by name; all get the rows of `beats`, filtered from 0.5 to 40 Hz."""
    layout = {"n_leads": beats.n_leads, "n_context": beats.n_context}
    forest = RandomForestClassifier(trees, class_weight="balanced", random_state=seed, n_jobs=-1)
    cnn = CNNClassifier("lite", max_epochs=epochs, random_state=seed, **layout)
    models = {"random forest": forest, "CNN (lite)": cnn}
    return {
        name: make_pipeline(BandpassFilter(fs=beats.fs, **layout), model)
        for name, model in models.items()
    }


def make_splits(beats, seed):
    rows = np.arange(len(beats.target))
    in_test = np.isin(beats.record, DS2)
    # A class of one beat cannot be dealt in proportion; Q has fifteen.
    train, test = train_test_split(
        rows, test_size=0.2, stratify=beats.target, random_state=seed, shuffle=True
    )
    return {"intra-patient": (train, test), "inter-patient": (rows[~in_test], rows[in_test])}


def score(name, split, seed, truth, predicted, subject, seconds):
    report = aami_report(
        truth, predicted, groups=subject, macro_classes=CLASSES, confidence=0.95, random_state=seed
    )
    yield from (
        {"model": name, "split": split, "seed": seed, "score": label, "train_s": seconds} | values
        for label, values in flat(report).items()
    )


def flat(report):
    """Scores with their intervals, by name."""
    places = {"accuracy": ("", "accuracy"), "macro-F1": ("", "macro-F1")}
    places |= {f"{c} F1": (c, "F1") for c in CLASSES}
    values = {"accuracy": report.scores.accuracy, "macro-F1": report.scores.macro_f1}
    values |= {f"{c} F1": report.scores.f1[c] for c in CLASSES}
    return {
        label: {"value": value} | report.intervals.loc[places[label], ["low", "high"]].to_dict()
        for label, value in values.items()
    }


def draw(table):
    """Draw the scores of both models on both splits: a mark each seed, full where it has a bar."""
    import matplotlib.pyplot as plt

    labels = ["accuracy", "macro-F1", *(f"{c} F1" for c in CLASSES)]
    models, seeds = (list(dict.fromkeys(table[name])) for name in ("model", "seed"))
    figure, axes = plt.subplots(
        1, len(models), figsize=(7.0, 3.3), sharey=True, layout="constrained", squeeze=False
    )
    for ax, model in zip(axes[0], models, strict=True):
        for shift, (split, marker) in zip((-0.14, 0.14), MARKERS.items(), strict=True):
            rows = table[(table["model"] == model) & (table["split"] == split)]
            for seed in seeds:
                of_seed = rows[rows["seed"] == seed].set_index("score").loc[labels]
                place, color = np.arange(len(labels)) + shift, COLORS[split]
                first = seed == seeds[0]
                if first:
                    ax.vlines(place, of_seed["low"], of_seed["high"], color=color, lw=1.5)
                # Beside the bar, so that no seed hides another.
                ax.plot(place + (0 if first else 0.13), of_seed["value"], marker, color=color,
                        markersize=4.5, markerfacecolor=color if first else "white",
                        clip_on=False)  # fmt: skip
        ax.set_xticks(range(len(labels)), labels, fontsize=7)
        ax.tick_params(axis="y", labelsize=7)
        ax.set_title(model, fontsize=9)
        ax.set_ylim(0, 1.02)
        ax.grid(axis="y", color="0.92")
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylabel("score")
    key = axes[0, 0]
    for split, marker in MARKERS.items():
        key.plot([], [], marker, color=COLORS[split], markersize=5, label=split)
    key.plot([], [], "o-", color="0.4", markersize=4.5,
             label=f"seed {seeds[0]}, with its 95 % interval over subjects")  # fmt: skip
    if len(seeds) > 1:
        others = ", ".join(map(str, seeds[1:]))
        key.plot([], [], "o", color="0.4", markersize=4.5, markerfacecolor="white",
                 label=f"seed {others}")  # fmt: skip
    figure.legend(loc="outside lower center", ncols=4, fontsize=7, frameon=False)
    return figure


def main():
    parser = BenchmarkParser(
        __doc__,
        takes="6 minutes on two cores",
        writes=["leakage.csv", "leakage_audit.csv", "leakage.png"],
        data="mitdb/",
        redraws=True,
    )
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[0, 1], help="seeds of the split and of the models"
    )
    parser.add_argument("--epochs", type=int, default=5, help="training epochs of the CNN")
    parser.add_argument("--trees", type=int, default=100, help="trees of the forest")
    arguments = parser.parse_args()
    results = parser.results(arguments)
    if arguments.redraw:
        print(results.save_figure(draw(results.read_table("leakage")), "leakage"))
        return

    beats = load_beats("mitdb", records=DS1 + DS2, context="rr", data_home=arguments.data_home)
    header = protocol_header(
        "Intra-patient against inter-patient",
        database=f"mitdb, DS1 and DS2, {len(beats.target):,} beats, 30 minutes, MLII with RR",
        intra_patient="80 % of the beats for training, 20 % for testing, stratified by class",
        inter_patient="DS1 for training, DS2 for testing; records 201 (DS1) and 202 (DS2) are one "
        "person, which is how the division was published",
        models=f"random forest of {arguments.trees} trees, class_weight balanced; CNN lite, "
        f"{arguments.epochs} epochs; both after a band-pass of 0.5-40 Hz",
        intervals="95 %, subjects drawn with replacement",
        macro_F1=f"of {' '.join(CLASSES)}",
        seeds=arguments.seeds,
    )
    print(header)
    X, y, subject = np.asarray(beats.data), beats.target, beats.subject
    waveforms = X[:, beats.waveform]
    rows, audits = [], []
    for seed in arguments.seeds:
        for split, (train, test) in make_splits(beats, seed).items():
            if seed == arguments.seeds[0]:
                for groups in (subject, None):
                    audit = audit_split(
                        waveforms, y, groups, train=train, test=test, max_beats=5_000
                    )
                    known = "subjects known" if groups is not None else "subjects not known"
                    print(f"\n{split}, {known}:\n{audit}")
                    audits.append({"split": split, "subjects": known, **vars(audit)})
            for name, model in make_models(beats, arguments.trees, arguments.epochs, seed).items():
                start = time.perf_counter()
                model.fit(X[train], y[train])
                seconds = time.perf_counter() - start
                found = list(
                    score(name, split, seed, y[test], model.predict(X[test]), subject[test],
                          seconds)
                )  # fmt: skip
                rows += found
                shown = "  ".join(f"{row['score']} {row['value']:.3f}" for row in found)
                print(f"{split}, {name}, seed {seed}, {seconds:.0f} s: {shown}", flush=True)
    table = pd.DataFrame(rows)
    wide = table.pivot_table(index=["model", "score"], columns="split", values="value")
    wide["lost"] = wide["intra-patient"] - wide["inter-patient"]
    print(f"\nmean over seeds\n{wide.round(3).to_string()}")
    audits = pd.DataFrame(audits).drop(columns="shared_subjects")
    results.save_table(audits, "leakage_audit", header)
    path = results.save_table(table, "leakage", header)
    print(f"\nwritten to {path} and {results.save_figure(draw(table), 'leakage')}")


if __name__ == "__main__":
    main()
