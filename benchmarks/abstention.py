"""Coverage of conformal sets on new patients: calibrated on DS1, tested on DS2.

    python benchmarks/abstention.py

The sets should miss the true class in at most 5 % of exchangeable beats. A third of DS1 is held out
for calibration, as random beats or as whole subjects, over all beats or class by class.
"""

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser
from sklearn.ensemble import RandomForestClassifier

from heartbeat.calibration import AbstainingClassifier
from heartbeat.datasets import load_beats

CLASSES = "NSVF"
MISSED = 0.05


def load(part, every, data_home):
    beats = load_beats("mitdb", records=part, context="rr", data_home=data_home)
    rows = np.flatnonzero(np.isin(beats.target, list(CLASSES)))[::every]
    return np.asarray(beats.data)[rows], beats.target[rows], beats.subject[rows]


def judge(model, X, y, subject):
    sets = model.predict_set(X)
    holds = sets[np.arange(len(y)), np.searchsorted(model.classes_, y)]
    by_subject = pd.Series(holds).groupby(subject).mean()
    predicted = model.predict(X)
    labelled = predicted != model.reject_label_
    return {
        "sets_hold_truth": holds.mean(),
        **{f"{c}_hold_truth": holds[y == c].mean() for c in CLASSES},
        "worst_subject": by_subject.min(),
        "subjects_below_stated": f"{(by_subject < 1 - MISSED).sum()} of {len(by_subject)}",
        "labelled": labelled.mean(),
        "wrong_among_labelled": (predicted != y)[labelled].mean() if labelled.any() else np.nan,
        "wrong_and_labelled": ((predicted != y) & labelled).mean(),
        "labelled_held_out": model.coverage_,
        "wrong_held_out": model.risk_,
    }


def main():
    parser = BenchmarkParser(
        __doc__, takes="20 seconds on two cores", writes=["abstention.csv"], data="mitdb/"
    )
    parser.add_argument("--every", type=int, default=2, help="use every N-th beat of DS1")
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of the forest and of the held-out part"
    )
    arguments = parser.parse_args()
    results = parser.results(arguments)

    X, y, subject = load("DS1", arguments.every, arguments.data_home)
    new = load("DS2", 1, arguments.data_home)
    header = protocol_header(
        "Coverage stated and coverage held",
        protocol=f"mitdb, DS1 ({len(y):,} beats) -> DS2 ({len(new[1]):,} beats), N S V F, MLII "
        "with RR; random forest of 50 trees; a third of DS1 held out, half of it for temperature",
        stated=f"sets miss the true class in at most {MISSED:.0%} of exchangeable beats",
        seed=arguments.seed,
    )
    print(header)
    rows = []
    for held_out, groups in (("random beats", None), ("subjects", subject)):
        for conditional in (False, True):
            forest = RandomForestClassifier(50, max_samples=0.3, random_state=arguments.seed)
            model = AbstainingClassifier(
                forest,
                alpha=MISSED,
                class_conditional=conditional,
                cv=3,
                random_state=arguments.seed,
            ).fit(X, y, groups=groups)
            rows.append(
                {
                    "held_out": held_out,
                    "by_class": conditional,
                    "n_thresholds": model.n_calibration_,
                }
                | judge(model, *new)
            )
    table = pd.DataFrame(rows)
    print(table.T.to_string(header=False, float_format="{:.3f}".format))
    print(f"\nwritten to {results.save_table(table, 'abstention', header)}")


if __name__ == "__main__":
    main()
