"""Random forest and CNN, inter-patient: trained on DS1, tested on DS2.

    python benchmarks/random_forest_vs_cnn.py --data mitdb
    python benchmarks/random_forest_vs_cnn.py                      # synthetic, needs no data

Both models use the same beats: lead MLII, 0.5 s before R to 1 s after it at 125 Hz, band-pass
filtered from 0.5 to 40 Hz, with the RR intervals around them. Nothing is tuned on the test part.
"""

import time

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

from heartbeat.datasets import load_beats, make_beats
from heartbeat.labels import AAMI_CLASSES, DS1, DS2
from heartbeat.metrics import aami_report
from heartbeat.neural import CNNClassifier
from heartbeat.preprocessing import BandpassFilter


def load(data, data_home):
    """Return the beats, which of them are for testing, and the protocol in words."""
    if data == "mitdb":
        beats = load_beats("mitdb", records=DS1 + DS2, context="rr", data_home=data_home)
        return beats, np.isin(beats.record, DS2), "mitdb, inter-patient DS1 -> DS2, 30 minutes"
    beats = make_beats(20_000, n_subjects=44, context="rr", random_state=0)
    in_test = np.isin(beats.subject, np.unique(beats.subject)[22:])
    return beats, in_test, "synthetic, 22 subjects -> 22 others"


def make_models(beats, architecture, n_epochs, seed):
    layout = {"n_leads": beats.n_leads, "n_context": beats.n_context}
    forest = RandomForestClassifier(200, class_weight="balanced", n_jobs=-1, random_state=seed)
    cnn = CNNClassifier(architecture, max_epochs=n_epochs, random_state=seed, **layout)
    return {
        "random forest": make_pipeline(BandpassFilter(fs=beats.fs, **layout), forest),
        f"CNN ({architecture})": make_pipeline(BandpassFilter(fs=beats.fs, **layout), cnn),
    }


def main():
    parser = BenchmarkParser(
        __doc__,
        takes="half a minute on two cores with made-up beats, 2 minutes with mitdb",
        writes=["random_forest_vs_cnn_mitdb.csv", "random_forest_vs_cnn_synthetic.csv"],
        published=["--data mitdb", "--data synthetic"],
        data="mitdb/",
    )
    parser.add_argument(
        "--data", choices=("synthetic", "mitdb"), default="synthetic", help="beats to use"
    )
    parser.add_argument("--architecture", default="lite", help="architecture of the CNN")
    parser.add_argument("--epochs", type=int, default=10, help="training epochs of the CNN")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="seeds of both models")
    arguments = parser.parse_args()
    results = parser.results(arguments)

    beats, in_test, protocol = load(arguments.data, arguments.data_home)
    header = protocol_header(
        "Random forest against CNN",
        protocol=protocol,
        beats=f"{(~in_test).sum():,} for training, {in_test.sum():,} for testing",
        seeds=arguments.seeds,
        epochs=arguments.epochs,
    )
    print(header)
    X, y = beats.data, beats.target
    rows = []
    for seed in arguments.seeds:
        models = make_models(beats, arguments.architecture, arguments.epochs, seed)
        for name, model in models.items():
            start = time.perf_counter()
            model.fit(X[~in_test], y[~in_test])
            fitted = time.perf_counter()
            predicted = model.predict(X[in_test])
            done = time.perf_counter()
            report = aami_report(
                y[in_test], predicted, groups=beats.subject[in_test], confidence=0.95
            )
            print(f"\n{name}, seed {seed}: trained in {fitted - start:.1f} s")
            print(report)
            rows.append(
                {"model": name, "seed": seed}
                | {
                    f"{score} {letter}": report.to_frame().loc[letter, score]
                    for letter in AAMI_CLASSES
                    for score in ("Se", "+P", "F1")
                }
                | {
                    "accuracy": report.scores.accuracy,
                    "macro_f1": report.scores.macro_f1,
                    "j_kappa": report.scores.j_kappa,
                    "train_s": fitted - start,
                    "predict_beats_per_s": in_test.sum() / (done - fitted),
                }
            )
    path = results.save_table(pd.DataFrame(rows), f"random_forest_vs_cnn_{arguments.data}", header)
    print(f"\nwritten to {path}")


if __name__ == "__main__":
    main()
