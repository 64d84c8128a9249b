"""Methods to learn a task from few labelled subjects, with and without pretrained weights."""

from collections.abc import Callable
from typing import Any

import numpy as np
from _transfer_targets import ANY_LEAD, Target
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from heartbeat.neural import CNNClassifier, load_classifier
from heartbeat.pipelines import make_forest_baseline
from heartbeat.transfer import BeatEncoder

Method = Callable[[Target, np.ndarray, int], Any]

# Of a few beats, small batches: about as many steps as a table of thousands would give.
_EPOCHS, _BATCHES, _LEAST_BATCH, _LARGEST_BATCH = 30, 16, 16, 256


def fit(model: Any, target: Target, rows: np.ndarray) -> Any:
    return model.fit(target.X.iloc[rows], target.y[rows])


def training(rows: np.ndarray, seed: int, **options: Any) -> dict[str, Any]:
    """Return what all networks have in common."""
    batch = int(np.clip(len(rows) // _BATCHES, _LEAST_BATCH, _LARGEST_BATCH))
    common = {"max_epochs": _EPOCHS, "batch_size": batch, "augment": "default"}
    return common | {"precision": "float32", "random_state": seed} | options


def forest(target: Target, rows: np.ndarray, seed: int) -> Any:
    return fit(make_forest_baseline(before=target.before, random_state=seed), target, rows)


def from_scratch(**options: Any) -> Method:
    def method(target: Target, rows: np.ndarray, seed: int) -> Any:
        return fit(CNNClassifier("lite", **training(rows, seed, **options)), target, rows)

    return method


def encoded(layer: str | int, pooling: str | None, penalty: float) -> Pipeline:
    """Return the encoder under logistic regression."""
    return make_pipeline(
        BeatEncoder(layer=layer, pooling=pooling),
        StandardScaler(),
        LogisticRegression(C=penalty, class_weight="balanced", max_iter=1000),
    )


def encoder_as_set(*settings: Any) -> Method:
    def method(target: Target, rows: np.ndarray, seed: int) -> Any:
        model = encoded(*settings).set_params(beatencoder__weights=target.weights)
        return fit(model, target, rows)

    return method


def encoder(target: Target, rows: np.ndarray, seed: int) -> Any:
    """Keep or pool the times of the last block: whichever does better within the labelled part."""
    model = encoded("body", "mean_max", 0.1).set_params(beatencoder__weights=target.weights)
    n_subjects = len(np.unique(target.subject[rows]))
    if n_subjects == 1:
        return fit(model, target, rows)
    pooled = {"beatencoder__pooling": ["mean_max"], "logisticregression__C": [0.1]}
    whole = {"beatencoder__pooling": [None], "logisticregression__C": [0.01]}
    folds = StratifiedGroupKFold(min(3, n_subjects), shuffle=True, random_state=seed)
    search = GridSearchCV(model, [pooled, whole], cv=folds, scoring="f1_macro")
    return search.fit(target.X.iloc[rows], target.y[rows], groups=target.subject[rows])


def fine_tuned(trainable: str, **options: Any) -> Method:
    def method(target: Target, rows: np.ndarray, seed: int) -> Any:
        settings = training(rows, seed, trainable=trainable, **options)
        if target.same_task:
            # The same task: goes on with all classes, also those that these subjects lack.
            model = load_classifier(target.weights).set_params(warm_start=True, **settings)
        else:
            model = CNNClassifier("lite", pretrained=target.weights, **settings)
        return fit(model, target, rows)

    return method


def as_they_are(target: Target, rows: np.ndarray, seed: int) -> Any:
    return load_classifier(target.weights)


WITH_WEIGHTS: dict[str, Method] = {
    "encoder + logistic regression": encoder,
    "fine-tuned head": fine_tuned("head", lr=3e-4),
    "fine-tuned all": fine_tuned("all", lr=3e-4, layer_decay=0.5),
    "weights as they are": as_they_are,
}

METHODS: dict[str, Method] = {
    "forest": forest,
    "CNN from scratch": from_scratch(),
    **WITH_WEIGHTS,
    **{f"{name}{ANY_LEAD}": method for name, method in WITH_WEIGHTS.items()},
}

CHOICES: dict[str, Method] = {
    "CNN from scratch": from_scratch(),
    "CNN from scratch, lr 1e-3": from_scratch(lr=1e-3),
    "weights as they are": as_they_are,
    **{
        f"encoder, layer {layer}, pooling {pooling}, C {penalty:g}": encoder_as_set(
            layer, pooling, penalty
        )
        for layer, pooling in (("body", None), ("body", "mean_max"), (2, None))
        for penalty in (1e-3, 1e-2, 1e-1)
    },
    **{f"fine-tuned head, lr {lr:g}": fine_tuned("head", lr=lr) for lr in (3e-4, 3e-3, 1e-2)},
    **{
        f"fine-tuned all, lr {lr:g}, {words}": fine_tuned("all", lr=lr, **options)
        for lr in (1e-4, 3e-4, 1e-3, 3e-3)
        for words, options in {
            "plain": {},
            "decay .5": {"layer_decay": 0.5},
            "gradual": {"unfreeze_every": 5},
        }.items()
    },
}
