"""Which architecture, how wide, with augmentation or without: subject-wise cross-validation on DS1.

    python benchmarks/architecture_search.py --folds 5 --jobs 2
    python benchmarks/architecture_search.py --architectures lite kachuee --widths 0.5 1 --epochs 3

Nobody is in two folds, and DS2 is not touched. Each cell of the grid is one run of `cross_validate`
and is saved when it is done; a search that was stopped goes on where it was. Delete the CSV to
start anew.
"""

import argparse
import itertools

import numpy as np
import torch
from _common import protocol_header, save_figure
from _resume import ResumableTable
from sklearn.model_selection import cross_validate

from heartbeat.datasets import load_beats, make_beats
from heartbeat.labels import DS1
from heartbeat.model_selection import SubjectKFold
from heartbeat.neural import CNNClassifier, architecture_defaults, list_architectures

NAME = "architecture_search"


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


def draw(table) -> None:
    """Draw macro-F1 against seconds and against the number of weights."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator, NullFormatter

    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), sharey=True)
    for name, rows in table.groupby("architecture"):
        for ax, measure in zip(axes, ("fit_s", "parameters"), strict=True):
            ax.errorbar(
                rows[measure], rows["macro_f1"], rows["macro_f1_sd"], fmt="o", capsize=2, label=name
            )
    axes[0].set(xlabel="seconds of training a fold", xscale="log", ylabel="macro-F1 (N S V F)")
    axes[1].set(xlabel="weights, batch statistics included", xscale="log")
    for ax in axes:
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_major_formatter("{x:,g}")
        ax.xaxis.set_minor_formatter(NullFormatter())
    axes[1].legend(fontsize="small")
    figure.suptitle("Subject-wise cross-validation; bars are standard deviations over folds")
    print(save_figure(figure, NAME))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=("mitdb", "synthetic"), default="mitdb")
    parser.add_argument("--data-home")
    parser.add_argument("--architectures", nargs="+", default=list_architectures())
    parser.add_argument("--widths", nargs="+", type=float, default=[0.5, 1.0, 2.0])
    parser.add_argument("--augment", nargs="+", default=["none", "default"])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
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
    table = ResumableTable(NAME, key, header)
    for architecture, factor, augment in itertools.product(
        arguments.architectures, arguments.widths, arguments.augment
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
    draw(table.frame())


if __name__ == "__main__":
    main()
