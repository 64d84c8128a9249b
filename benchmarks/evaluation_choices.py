"""Effect of the way of scoring on the score: one model, one set of predictions, many scores.

    python benchmarks/evaluation_choices.py

Extra trees on centred beats with RR intervals are trained on DS1 of mitdb and predict DS2 once. The
same predictions are then scored in the ways that the literature uses: all 30 minutes or from 5:00,
escape beats as N or as S, false positives by EC57 or one against the rest, pooled or averaged over
recordings, with and without recording 232, intervals over subjects or over beats.
"""

import numpy as np
import pandas as pd
from _common import protocol_header
from _script import BenchmarkParser
from sklearn.ensemble import ExtraTreesClassifier

from heartbeat.datasets import load_beats
from heartbeat.labels import DS1, DS2, classes_of_symbols
from heartbeat.metrics import (
    AAMIReportDisplay,
    GroupConfusionDisplay,
    SubjectScoreDisplay,
    aami_report,
    in_test_period,
)

SHOWN = [("V", "Se"), ("V", "+P"), ("V", "F1"), ("S", "Se"), ("S", "+P"), ("S", "F1")]


def row(name: str, report, *, average: bool = False) -> dict:
    frame = report.average if average else report.to_frame()
    scores = {f"{letter} {score}": 100 * frame.at[letter, score] for letter, score in SHOWN}
    overall = report.overall["average" if average else "gross"]
    return {
        "scored": name,
        "accuracy": 100 * overall["accuracy"],
        "macro-F1": 100 * overall["macro-F1"],
        "j-kappa": overall["j-kappa"],
        **scores,
    }


def intervals(name: str, report) -> dict:
    ends = report.intervals
    return {
        "interval": name,
        **{
            f"{letter} {score}": "{:.1f}-{:.1f}".format(*100 * ends.loc[(letter, score)])
            for letter, score in SHOWN
        },
    }


def _text(table: pd.DataFrame) -> str:
    formatters = {"j-kappa": "{:.3f}".format}
    return table.to_string(index=False, float_format="%.1f", formatters=formatters)


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="15 seconds on one core",
        writes=[
            "evaluation_choices.csv",
            "evaluation_intervals.csv",
            "evaluation_report.png",
            "evaluation_confusion.png",
            "evaluation_subjects.png",
        ],
        data="mitdb/",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of the trees and of the intervals"
    )
    parser.add_argument("--trees", type=int, default=100, help="number of trees")
    arguments = parser.parse_args()
    results = parser.results(arguments)

    parts = {"data_home": arguments.data_home, "context": ("rr",)}
    train = load_beats("mitdb", records=DS1, **parts)
    test = load_beats("mitdb", records=DS2, **parts)
    known = train.target != "Q"
    model = ExtraTreesClassifier(
        arguments.trees,
        min_samples_leaf=2,
        class_weight="balanced_subsample",
        random_state=arguments.seed,
    ).fit(train.data[known], train.target[known])
    y_true, y_pred = test.target, model.predict(test.data)

    base = {"groups": test.record, "subjects": test.subject, "macro_classes": "NSVF"}
    literature = aami_report(
        y_true, y_pred, confidence=0.95, random_state=arguments.seed,
        title="Extra trees, DS1→DS2", **base,
    )  # fmt: skip
    late = in_test_period(test.sample, fs=360)
    only_late = {name: np.asarray(base[name])[late] for name in ("groups", "subjects")}
    from_five = aami_report(y_true[late], y_pred[late], **{**base, **only_late})
    as_ec57 = classes_of_symbols(test.symbol, "ec57")
    rows = [
        row("as most papers: 30 min, e and j are N, pooled", literature),
        row("from 5:00", from_five),
        row("e and j are S", aami_report(as_ec57, y_pred, **base)),
        row(
            "false positives one-vs-rest",
            aami_report(y_true, y_pred, rules="one-vs-rest", **base),
        ),
        row("average over recordings", literature, average=True),
        row("pooled without 232", literature.without("232")),
        row(
            "macro-F1 with Q",
            aami_report(y_true, y_pred, **{**base, "macro_classes": "NSVFQ"}),
        ),
    ]
    # Every beat its own subject: the interval that a reader must not be shown.
    by_beat = aami_report(
        y_true,
        y_pred,
        subjects=np.arange(len(y_true)),
        confidence=0.95,
        n_bootstrap=200,
        random_state=arguments.seed,
    )
    spans = [
        intervals("22 subjects drawn", literature),
        intervals(f"{len(y_true):,} beats drawn", by_beat),
    ]

    header = protocol_header(
        "One set of predictions, scored in different ways (%)",
        protocol=f"extra trees ({arguments.trees}) on 187 samples and RR context; learns DS1 "
        "without Q, predicts DS2 once; reference beat positions",
        seed=arguments.seed,
        data="mitdb, inter-patient",
    )
    table = pd.DataFrame(rows)
    print(header, literature, _text(table), sep="\n\n")
    results.save_table(table, "evaluation_choices", header)
    table = pd.DataFrame(spans)
    print("\n95 % intervals (%)\n", table.to_string(index=False), sep="\n")
    results.save_table(table, "evaluation_intervals", header)
    for name, display in {
        "report": AAMIReportDisplay(literature).plot(),
        "confusion": GroupConfusionDisplay.from_report(literature),
        "subjects": SubjectScoreDisplay.from_report(literature),
    }.items():
        results.save_figure(display.figure_, f"evaluation_{name}")


if __name__ == "__main__":
    main()
