"""Robustness of a forest and a CNN to noise: trained on clean DS1, tested on DS2 with added noise.

    python benchmarks/noise_stress.py

The noise is that of the MIT-BIH Noise Stress Test Database (baseline wander, electrode motion,
muscle), scaled as defined there. Every beat gets a random stretch, the same at all strengths. RR
intervals are those of the annotations, because the classifier is tested, not the detector. Neither
model was trained with such noise.
"""

import time

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from heartbeat.datasets import load_beats
from heartbeat.inspection import noise_stress
from heartbeat.neural import CNNClassifier
from heartbeat.preprocessing import BandpassFilter

CLASSES = "NSVF"
NOISES = {"bw": "baseline wander", "em": "electrode motion", "ma": "muscle"}
STYLES = {"random forest": ("#E69F00", "s"), "CNN (lite)": ("#0072B2", "o")}


def train(beats, trees, epochs, seed):
    layout = {"n_leads": beats.n_leads, "n_context": beats.n_context}
    forest = RandomForestClassifier(trees, class_weight="balanced", random_state=seed, n_jobs=-1)
    cnn = CNNClassifier("lite", max_epochs=epochs, random_state=seed, **layout)
    for name, model in zip(STYLES, (forest, cnn), strict=True):
        model = make_pipeline(BandpassFilter(fs=beats.fs, **layout), model)
        yield name, model.fit(beats.data, beats.target)


def draw(table):
    import matplotlib.pyplot as plt

    scores = {"macro_f1": "macro-F1 (N S V F)", "V F1": "F1 of V"}
    figure, axes = plt.subplots(
        len(scores), len(NOISES), figsize=(7.0, 4.4), sharex=True, sharey=True,
        layout="constrained",
    )  # fmt: skip
    snrs = sorted(table.loc[table["noise"] != "none", "snr"].unique(), reverse=True)
    ticks = ["clean", *(f"{snr:g}" for snr in snrs)]
    for place, (score, label) in enumerate(scores.items()):
        row = axes[place]
        for ax, (noise, title) in zip(row, NOISES.items(), strict=True):
            for name, (color, marker) in STYLES.items():
                of_model = table[table["model"] == name]
                for seed, rows in of_model.groupby("seed"):
                    rows = rows[rows["noise"].isin(["none", noise])]
                    rows = rows.sort_values("snr", ascending=False)
                    first = seed == of_model["seed"].min()
                    ax.plot(range(len(rows)), rows[score], marker=marker, color=color, lw=1.4,
                            markersize=4, alpha=1 if first else 0.45,
                            label=name if first else f"{name}, seed {seed}")  # fmt: skip
            if place == 0:
                ax.set_title(title, fontsize=9)
            else:
                ax.set_xticks(range(len(ticks)), ticks, fontsize=7)
                ax.set_xlabel("SNR (dB)", fontsize=8)
            ax.set_ylim(0, 1)
            ax.tick_params(axis="y", labelsize=7)
            ax.grid(color="0.92")
            ax.spines[["top", "right"]].set_visible(False)
        row[0].set_ylabel(label, fontsize=8)
    axes[1, 0].legend(fontsize=8, frameon=False, loc="lower left")
    return figure


def main():
    parser = BenchmarkParser(
        __doc__,
        takes="a minute on two cores",
        writes=["noise_stress.csv", "noise_stress.png"],
        data="mitdb/ and nstdb/",
        redraws=True,
    )
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[0], help="seeds of the models and the noise"
    )
    parser.add_argument("--epochs", type=int, default=5, help="training epochs of the CNN")
    parser.add_argument("--trees", type=int, default=100, help="trees of the forest")
    parser.add_argument(
        "--snr",
        type=float,
        nargs="+",
        default=[24, 18, 12, 6, 0, -6],
        help="signal-to-noise ratios in dB, as defined by the program nst",
    )
    arguments = parser.parse_args()
    results = parser.results(arguments)
    if arguments.redraw:
        print(results.save_figure(draw(results.read_table("noise_stress")), "noise_stress"))
        return

    known = {"context": "rr", "data_home": arguments.data_home}
    training, testing = (load_beats("mitdb", records=part, **known) for part in ("DS1", "DS2"))
    header = protocol_header(
        "Noise stress test",
        protocol=f"mitdb, DS1 ({len(training.target):,} beats, clean) -> DS2 "
        f"({len(testing.target):,} beats, noise added), 30 minutes, MLII with RR of annotations",
        noise="bw, em, ma of nstdb, SNR as nst defines it, a random stretch for each beat",
        models=f"random forest of {arguments.trees} trees, class_weight balanced; CNN lite, "
        f"{arguments.epochs} epochs; both after a band-pass of 0.5-40 Hz",
        macro_F1=f"of {' '.join(CLASSES)}",
        seeds=arguments.seeds,
    )
    print(header)
    tables = []
    for seed in arguments.seeds:
        for name, model in train(training, arguments.trees, arguments.epochs, seed):
            start = time.perf_counter()
            table = noise_stress(
                model, testing, noise=list(NOISES), snr=arguments.snr, macro_classes=CLASSES,
                data_home=arguments.data_home, random_state=seed,
            )  # fmt: skip
            table.insert(0, "model", name)
            table.insert(1, "seed", seed)
            tables.append(table)
            shown = table.pivot_table(index="snr", columns="noise", values="macro_f1")
            print(f"\n{name}, seed {seed}, macro-F1 ({time.perf_counter() - start:.0f} s)")
            print(shown.sort_index(ascending=False).round(3).to_string(na_rep=""), flush=True)
    table = pd.concat(tables, ignore_index=True)
    path = results.save_table(table, "noise_stress", header)
    print(f"\nwritten to {path} and {results.save_figure(draw(table), 'noise_stress')}")
    worst = table[np.isclose(table["snr"], 0)].pivot_table(
        index="model", columns="noise", values=["macro_f1", "V F1", "S F1"]
    )
    print(f"\nat 0 dB\n{worst.round(3).to_string()}")


if __name__ == "__main__":
    main()
