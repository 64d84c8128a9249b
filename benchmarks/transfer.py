"""Benefit of pretrained weights: learning curves over the number of labelled subjects.

    python benchmarks/transfer.py --repeats 10 --jobs 2     # all targets whose data are there
    python benchmarks/transfer.py --choose --targets half --subjects 1 5 --repeats 3

Each repeat draws the subjects to label. All methods are trained on the same draw and scored on all
other subjects, on whom neither they nor the weights were trained (Kaggle's PTB beats are drawn as
beats, because their subjects are unknown). The last number of each target draws four of five
subjects. Settings were chosen with the second command, on half of DS1 with weights of the other
half. The encoder chooses between two settings within the labelled part. Fine-tuning for the task of
the weights itself continues with the whole classifier (``warm_start``), including its average of
weights and its dropout. Methods "any lead" use ``any-lead-ds1``, which was trained on both leads of
DS1 and on svdb, on the same beats in units of their QRS complexes; all others use weights of one
lead of DS1.

An interval holds 95 % of the means of the same number of draws, drawn again with replacement. It
shows the effect of another draw of labelled subjects, not of other test subjects, who are largely
the same in all draws (two people in all for L). `ahead of` is the mean of the paired differences,
with such an interval and the share of draws in which it is above zero. Runs in the CSV file of the
output folder are not repeated.
"""

import numpy as np
import pandas as pd
from _common import protocol_header
from _resume import ResumableTable
from _script import BenchmarkParser
from _transfer_methods import CHOICES, METHODS
from _transfer_run import SCORES, train_and_score
from _transfer_targets import ANY_LEAD, TARGETS
from joblib import Parallel, delayed

PEERS = ("forest", "CNN from scratch")


def summarise(frame: pd.DataFrame) -> pd.DataFrame:
    """Return means, intervals and paired differences by target, number of subjects, method."""
    rows = []
    for (name, n_subjects), part in frame.groupby(["target", "n_subjects"], sort=False):
        tables = {s: part.pivot(index="repeat", columns="method", values=s) for s in SCORES}
        for method in part["method"].unique():
            row = {"target": name, "n_subjects": n_subjects, "method": method}
            for measure, table in tables.items():
                mean, low, high = mean_interval(table[method])
                row |= {measure: mean, f"{measure}_low": low, f"{measure}_high": high}
                for peer in PEERS:
                    if method in PEERS or peer not in table:
                        continue
                    ahead, low, high = mean_interval(table[method] - table[peer])
                    key = f"{measure} ahead of {peer}"
                    row |= {key: ahead, f"{key}, low": low, f"{key}, high": high}
                    row[f"{key}, share"] = (table[method] > table[peer]).mean()
            row["fit_s"] = part.loc[part["method"] == method, "fit_s"].median()
            rows.append(row)
    return pd.DataFrame(rows)


def mean_interval(values: pd.Series) -> tuple[float, float, float]:
    """Return the mean and a bootstrap interval of it over repeats."""
    values = values.dropna().to_numpy()
    draws = np.random.default_rng(0).integers(len(values), size=(2000, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def draw(summary: pd.DataFrame):
    """Return AUROC and macro-F1 against the number of labelled subjects."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch

    targets = summary["target"].unique()
    names = [method for method in METHODS if not method.endswith(ANY_LEAD)]
    figure, axes = plt.subplots(
        2, len(targets), figsize=(4 * len(targets), 6.5), squeeze=False, layout="constrained"
    )
    for column, target in enumerate(targets):
        for row, measure in enumerate(SCORES):
            axis = axes[row, column]
            for method in METHODS:
                any_lead, i = method.endswith(ANY_LEAD), names.index(method.removesuffix(ANY_LEAD))
                part = summary[(summary["target"] == target) & (summary["method"] == method)]
                if part.empty:
                    continue
                axis.plot(
                    part["n_subjects"], part[measure], "o--" if any_lead else "o-", color=f"C{i}",
                    markerfacecolor="white" if any_lead else f"C{i}", label=method,
                )  # fmt: skip
                axis.fill_between(
                    part["n_subjects"], part[f"{measure}_low"], part[f"{measure}_high"],
                    color=f"C{i}", alpha=0.15,
                )  # fmt: skip
            axis.set_xscale("log")
            ticks = summary.loc[summary["target"] == target, "n_subjects"].unique()
            axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
            axis.minorticks_off()
            axis.set_ylabel({"auroc": "AUROC", "macro_f1": "macro-F1"}[measure])
            axis.grid(alpha=0.3)
        axes[0, column].set_title(TARGETS[target].title, fontsize=9)
        axes[1, column].set_xlabel("labelled subjects")
    handles, labels = max(
        (axis.get_legend_handles_labels() for axis in axes.flat), key=lambda found: len(found[1])
    )
    handles.append(Patch(color="0.5", alpha=0.3, linewidth=0))
    labels.append("band: 95 % interval of the mean, over draws of the labelled subjects")
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return figure


def main() -> None:
    parser = BenchmarkParser(
        __doc__,
        takes="half an hour on two cores with --jobs 2; 9 minutes for --choose",
        writes=[
            "transfer.csv",
            "transfer_runs.csv",
            "transfer.png",
            "transfer_choices.csv",
            "transfer_choices_runs.csv",
        ],
        published=["", "--choose --targets half --subjects 1 5 --repeats 3"],
        rows=["targets"],
        incidental=["jobs"],
        data="mitdb/, and ludb/ and Kaggle's PTB files for some targets",
        redraws=True,
    )
    parser.add_argument(
        "--targets", nargs="+", default=["all"], choices=[*TARGETS, "all"], help="tasks to run"
    )
    parser.add_argument(
        "--subjects",
        nargs="+",
        type=int,
        help="numbers of labelled subjects (default: those of each target)",
    )
    parser.add_argument("--repeats", type=int, default=10, help="number of draws of subjects")
    parser.add_argument(
        "--jobs", type=int, default=1, help="number of repeats to run in parallel, one thread each"
    )
    parser.add_argument(
        "--choose", action="store_true", help="compare variants of each method instead"
    )
    arguments = parser.parse_args()
    results = parser.results(arguments)
    if arguments.redraw:
        print(results.save_figure(draw(results.read_table("transfer")), "transfer"))
        return
    methods = CHOICES if arguments.choose else METHODS
    name = "transfer_choices" if arguments.choose else "transfer"
    wanted = [n for n in TARGETS if TARGETS[n].reported]
    wanted = wanted if "all" in arguments.targets else arguments.targets
    header = protocol_header(
        "Transfer: few labelled subjects of a new task",
        targets="; ".join(f"{n}: {TARGETS[n].protocol}" for n in wanted),
        scored_on="subjects (PTB: beats) that the method has not trained on; macro averages",
        weights="any-lead-ds1 for the methods of any lead, on beats in units of their QRS complex; "
        "mitdb-ds1-centered for the others, on beats in mV",
        draws="the seed of a draw, and of all that is random in it, is the number of the repeat",
        threads="1 each",
    )
    print(header)
    table = ResumableTable(
        results, f"{name}_runs", ["target", "n_subjects", "method", "repeat"], header
    )
    for target_name in wanted:
        try:
            target = TARGETS[target_name].load(arguments.data_home)
        except FileNotFoundError as error:
            print(f"\n{target_name}: left out, its data are not there ({error})")
            continue
        tasks = []
        for n_subjects in arguments.subjects or target.counts:
            for repeat in range(arguments.repeats):
                key = {"target": target_name, "n_subjects": n_subjects, "repeat": repeat}
                missing = [
                    method
                    for method in methods
                    if target.offers(method) and not table.done(**key, method=method)
                ]
                if missing:
                    tasks.append(delayed(train_and_score)(target, key, missing))
        done = Parallel(n_jobs=arguments.jobs, return_as="generator_unordered")(tasks)
        for rows in done:
            for row in rows:
                table.add(row)
            print(".", end="", flush=True)
        print(f" {target_name}")
    order = {n: i for i, n in enumerate(TARGETS)}
    frame = table.frame()
    frame = frame.sort_values(
        ["target", "n_subjects", "repeat"], key=lambda c: c.map(order) if c.name == "target" else c
    )
    summary = summarise(frame)
    with pd.option_context("display.width", 200, "display.max_columns", 30):
        shown = ["target", "n_subjects", "method", "auroc", "auroc_low", "auroc_high"]
        print(summary[[*shown, "macro_f1", "fit_s"]].round(3).to_string(index=False))
    print(f"written to {results.save_table(summary, name, table.header)}")
    if not arguments.choose:
        results.save_figure(draw(summary), name)


if __name__ == "__main__":
    main()
