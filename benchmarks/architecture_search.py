"""Compare architectures, widths and augmentation by subject-wise cross-validation on DS1.

    python benchmarks/architecture_search.py --folds 5 --jobs 2
    python benchmarks/architecture_search.py --architectures lite kachuee --width-factors 0.5 1
    python benchmarks/architecture_search.py --data synthetic --epochs 1      # needs no data

No subject is in two folds, and DS2 is not used. Each cell of the grid is one run of
`cross_validate`, which is saved when it is done, so that an interrupted search can be continued.
Delete the CSV file to start again. Widths are given as factors, because each architecture has its
own width (16 channels in lite, 48 in convnext1d). The number of weights grows with the square of
the factor.
"""

import itertools

import numpy as np
import torch
from _common import protocol_header
from _resume import ResumableTable
from _script import BenchmarkParser
from sklearn.model_selection import cross_validate

from heartbeat.datasets import load_beats, make_beats
from heartbeat.labels import DS1
from heartbeat.model_selection import SubjectKFold
from heartbeat.neural import CNNClassifier, architecture_defaults, list_architectures

COLORS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#000000")


def load(data: str, data_home: str | None):
    """Return beats of four classes with the RR intervals around them; Q is too rare to learn."""
    if data == "mitdb":
        beats = load_beats("mitdb", records=DS1, context="rr", data_home=data_home)
    else:
        beats = make_beats(6_000, n_subjects=22, context="rr", random_state=0)
    kept = beats.target != "Q"
    return (
        np.asarray(beats.data)[kept],
        np.asarray(beats.target)[kept],
        np.asarray(beats.subject)[kept],
        beats.n_context,
    )


def cross_validated(model: CNNClassifier, X, y, subjects, n_folds: int, n_jobs: int) -> dict:
    scores = cross_validate(
        model,
        X,
        y,
        groups=subjects,
        cv=SubjectKFold(n_folds),
        scoring=("f1_macro", "balanced_accuracy"),
        n_jobs=n_jobs,
        return_estimator=True,
    )
    sizes = {sum(w.size for w in fitted.members_[0].values()) for fitted in scores["estimator"]}
    return {
        "macro_f1": scores["test_f1_macro"].mean(),
        "macro_f1_sd": scores["test_f1_macro"].std(ddof=1),
        "balanced_accuracy": scores["test_balanced_accuracy"].mean(),
        "fit_s": scores["fit_time"].mean(),
        "parameters": max(sizes),
    }


def augmentation(text: str) -> str | float | None:
    """Return what the command line means: nothing, a strength, or a name."""
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError:
        return text


def draw(table):
    """Return macro-F1 against seconds and against weights: a colour each architecture."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator, NullFormatter

    figure, axes = plt.subplots(1, 2, figsize=(10, 4.4), sharey=True, layout="constrained")
    for (name, rows), color in zip(
        table.groupby("architecture", sort=False), itertools.cycle(COLORS), strict=False
    ):
        for augment, part in rows.groupby("augment", sort=False):
            plain = augment == "none"
            for ax, measure in zip(axes, ("fit_s", "parameters"), strict=True):
                # Both have as many weights: drawn side by side.
                shift = 1 if measure == "fit_s" else 0.96 if plain else 1.04
                ax.errorbar(
                    part[measure] * shift, part["macro_f1"], part["macro_f1_sd"], fmt="o",
                    color=color, markerfacecolor="white" if plain else color, markersize=6,
                    elinewidth=1, capsize=2,
                )  # fmt: skip
        axes[1].plot([], [], "o", color=color, label=name)
    axes[0].set(xlabel="seconds of training a fold", xscale="log", ylabel="macro-F1 (N S V F)")
    axes[1].set(xlabel="weights, batch statistics included", xscale="log")
    for ax in axes:
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_major_formatter("{x:,g}")
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.grid(color="0.92")
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
    axes[1].plot([], [], "o", color="0.4", label="augmented")
    axes[1].plot([], [], "o", color="0.4", markerfacecolor="white", label="not augmented")
    figure.legend(loc="outside right center", frameon=False)
    folds = ", ".join(str(n) for n in sorted(table["folds"].unique()))
    figure.suptitle(
        f"Cross-validation over subjects; bars: standard deviation over {folds} folds", fontsize=10
    )
    return figure


def main() -> None:
    names = {"mitdb": "architecture_search", "synthetic": "architecture_search_synthetic"}
    parser = BenchmarkParser(
        __doc__,
        takes="5 minutes on two cores with --jobs 2 for the published table, hours by default",
        writes=[f"{name}.{kind}" for name in names.values() for kind in ("csv", "png")],
        published=[
            "--architectures lite resnet kachuee inception --width-factors 0.5 1 --epochs 2 "
            "--folds 3"
        ],
        rows=["architectures", "width_factors", "augment"],
        incidental=["jobs"],
        data="mitdb/",
        redraws=True,
    )
    parser.add_argument("--data", choices=tuple(names), default="mitdb", help="beats to use")
    parser.add_argument(
        "--architectures", nargs="+", default=list_architectures(), help="architectures to compare"
    )
    parser.add_argument(
        "--width-factors",
        nargs="+",
        type=float,
        default=[0.5, 1.0, 2.0],
        metavar="FACTOR",
        help="factors of each architecture's own width: 2 is twice the channels and about 4 times "
        "the weights",
    )
    parser.add_argument(
        "--augment",
        nargs="+",
        default=["none", "default"],
        help="kinds of augmentation: none, default, or a strength",
    )
    parser.add_argument("--epochs", type=int, default=10, help="training epochs of each network")
    parser.add_argument("--folds", type=int, default=5, help="number of folds")
    parser.add_argument(
        "--jobs", type=int, default=1, help="number of folds to run in parallel, one thread each"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the networks")
    arguments = parser.parse_args()
    results = parser.results(arguments)
    name = names[arguments.data]
    if arguments.redraw:
        print(results.save_figure(draw(results.read_table(name)), name))
        return
    X, y, subjects, n_context = load(arguments.data, arguments.data_home)
    header = protocol_header(
        "Architecture x width x augmentation",
        data=f"{arguments.data}{', DS1' if arguments.data == 'mitdb' else ''}: {len(y)} beats of "
        f"{len(set(subjects))} subjects, classes N S V F, lead MLII, 187 samples, RR context",
        protocol=f"{arguments.folds}-fold cross-validation by subject, {arguments.epochs} epochs",
        seed=arguments.seed,
        jobs=arguments.jobs,
        torch_threads=torch.get_num_threads(),
    )
    print(header)
    key = ["data", "architecture", "width", "augment", "epochs", "folds", "seed"]
    table = ResumableTable(results, name, key, header)
    for architecture, factor, augment in itertools.product(
        arguments.architectures, arguments.width_factors, arguments.augment
    ):
        cell = {
            "data": arguments.data,
            "architecture": architecture,
            "width": max(1, round(factor * architecture_defaults(architecture)["width"])),
            "augment": augment,
            "epochs": arguments.epochs,
            "folds": arguments.folds,
            "seed": arguments.seed,
        }
        if table.done(**cell):
            continue
        model = CNNClassifier(
            architecture,
            width=cell["width"],
            augment=augmentation(augment),
            max_epochs=arguments.epochs,
            n_context=n_context,
            random_state=arguments.seed,
        )
        folds = cross_validated(model, X, y, subjects, arguments.folds, arguments.jobs)
        table.add(cell | folds)
        print(table.frame().tail(1).to_string(index=False, header=False), flush=True)
    print(table.frame().sort_values("macro_f1", ascending=False).to_string(index=False))
    print(results.save_figure(draw(table.frame()), name))


if __name__ == "__main__":
    main()
