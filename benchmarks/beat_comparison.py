"""Speed of `compare_beats` and `compare_runs`, and their agreement with the C programs.

    python benchmarks/beat_comparison.py

Speed: a synthetic day of 100,000 beats, with test annotations that have missed and extra beats and
30 ms of jitter. It is compared with wfdb's `compare_annotations`, which matches positions without
classes. Agreement: if the data home holds the folder `ec57` (test annotations of nine mitdb
recordings, and the output of the C programs bxb, rxr and sumstats for them), all lines are
compared.
"""

import warnings

import numpy as np
import pandas as pd
import wfdb
from _common import protocol_header, time_call
from _script import BenchmarkParser
from wfdb.processing import compare_annotations

from heartbeat.datasets import get_data_home
from heartbeat.metrics import (
    aami_report,
    compare_beats,
    compare_runs,
    summarize_comparisons,
    summarize_runs,
)
from heartbeat.recording import Annotations

FS = 360


def made_up_day(n_beats: int, seed: int) -> tuple[Annotations, Annotations]:
    rng = np.random.default_rng(seed)
    sample = np.cumsum(rng.normal(311, 40, n_beats).clip(90)).astype(np.int64)
    symbol = rng.choice(list("NNNNNNNNAVFQ"), n_beats)
    kept = rng.random(n_beats) > 0.02
    moved = sample[kept] + rng.normal(0, 0.03 * FS, kept.sum()).round().astype(np.int64)
    extra = rng.integers(0, sample[-1], n_beats // 50)
    test = np.concatenate([moved.clip(0), extra])
    labels = np.concatenate([symbol[kept], rng.choice(["N", "V"], len(extra))])
    order = np.argsort(test, kind="stable")
    return Annotations(sample, symbol), Annotations(test[order], labels[order])


def speed(n_beats: int, seed: int) -> pd.DataFrame:
    reference, test = made_up_day(n_beats, seed)
    rng = np.random.default_rng(seed)
    y_true = rng.choice(list("NNNNNSVF"), n_beats)
    y_pred = np.where(rng.random(n_beats) < 0.9, y_true, "N")
    groups = np.sort(rng.integers(0, 22, n_beats))
    calls = {
        "heartbeat compare_beats (classes, RR error)": lambda: compare_beats(
            reference, test, fs=FS, start=0
        ),
        "heartbeat compare_runs (V and S)": lambda: compare_runs(reference, test, fs=FS, start=0),
        "wfdb compare_annotations (positions only)": lambda: compare_annotations(
            reference.sample, test.sample, int(0.15 * FS)
        ),
        "heartbeat aami_report, 22 subjects, 2,000 bootstrap draws": lambda: aami_report(
            y_true, y_pred, groups=groups, confidence=0.95, random_state=0
        ),
    }
    rows = []
    for name, call in calls.items():
        seconds, result = time_call(call, repeat=5)
        found = ""
        if hasattr(result, "pairs"):
            found = int(result.counts[:5, :5].sum())
        elif hasattr(result, "tp"):
            found = int(result.tp)
        rows.append({"what": name, "beats": n_beats, "ms": 1000 * seconds, "pairs found": found})
    return pd.DataFrame(rows)


def agreement(home) -> pd.DataFrame:
    folder = home / "ec57"
    rows = []
    for kind, start in (("std", 300.0), ("full", 0.0)):
        pairs = {
            path.stem: (
                wfdb.rdann(str(home / "mitdb" / path.stem), "atr"),
                wfdb.rdann(str(path.with_suffix("")), "tst"),
            )
            for path in sorted(folder.glob("*.tst"))
        }
        beats, runs = (
            summarize(
                compare(*sides, fs=FS, start=start, record=record)
                for record, sides in pairs.items()
            )
            for summarize, compare in (
                (summarize_comparisons, compare_beats),
                (summarize_runs, compare_runs),
            )
        )
        texts = {
            "reports": "\n".join(comparison.report() for comparison in beats.comparisons),
            "lines": beats.lines(),
            "shutdown": beats.shutdown_lines(),
            "sumstats": beats.report(),
            "runs.reports": "".join(f"{comparison.report()}\n" for comparison in runs.comparisons),
            "runs.v.lines": runs.lines("V"),
            "runs.s.lines": runs.lines("S"),
            "runs.v.sumstats": runs.report("V"),
            "runs.s.sumstats": runs.report("S"),
        }
        for name, text in texts.items():
            expected = (folder / f"{name}.{kind}.txt").read_text().splitlines()
            ours = text.splitlines()
            different = sum(a != b for a, b in zip(ours, expected, strict=False))
            different += abs(len(ours) - len(expected))
            rows.append(
                {"file": f"{name}.{kind}", "lines": len(expected), "lines that differ": different}
            )
    return pd.DataFrame(rows)


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="3 seconds",
        writes=["beat_comparison_speed.csv", "beat_comparison_agreement.csv"],
        data="mitdb/ and ec57/",
    )
    parser.add_argument("--beats", type=int, default=100_000, help="beats of the synthetic day")
    parser.add_argument("--seed", type=int, default=0, help="seed of the synthetic day")
    arguments = parser.parse_args()
    results = parser.results(arguments)
    # wfdb 4.3 on pandas 3.1.
    warnings.filterwarnings("ignore", message="The inplace keyword")

    header = protocol_header(
        "Comparison by beats and runs: speed",
        protocol="least of 5 runs; 2 % missed, 2 % extra, 30 ms jitter; window 150 ms",
        seed=arguments.seed,
    )
    table = speed(arguments.beats, arguments.seed)
    print(header, table.to_string(index=False, float_format="%.1f"), sep="\n\n", end="\n\n")
    results.save_table(table, "beat_comparison_speed", header)

    home = get_data_home(arguments.data_home)
    if not (home / "ec57").is_dir():
        print(f"{home / 'ec57'} is not there: agreement not checked.")
        return
    header = protocol_header(
        "Comparison by beats and runs: agreement with bxb, rxr and sumstats (WFDB)",
        protocol="nine mitdb recordings; std: from 5:00, full: from 0:00; text line by line",
    )
    table = agreement(home)
    print(header, table.to_string(index=False), sep="\n\n")
    results.save_table(table, "beat_comparison_agreement", header)


if __name__ == "__main__":
    main()
