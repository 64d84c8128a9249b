"""Candidates of the comparison across databases."""

from collections.abc import Callable

from sklearn.base import ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from train_weights import ANY_LEAD_TRAINING, make_classifier

from heartbeat.neural import CNNClassifier
from heartbeat.pipelines import make_forest_baseline


def make_lite(seed: int) -> CNNClassifier:
    """Return the recipe of the any-lead weights."""
    return make_classifier(**ANY_LEAD_TRAINING, random_state=seed)


def make_boosting(seed: int) -> ClassifierMixin:
    """Return boosted trees on context columns and waveform."""
    return HistGradientBoostingClassifier(
        max_iter=250, learning_rate=0.08, l2_regularization=1.0, max_features=0.3,
        early_stopping=False, random_state=seed,
    )  # fmt: skip


def make_forest(seed: int) -> ClassifierMixin:
    """Return the random-forest baseline of the package."""
    return make_forest_baseline(random_state=seed)


FITTED: dict[str, Callable[[int], ClassifierMixin]] = {
    "forest": make_forest,
    "boosting": make_boosting,
    "lite": make_lite,
}
"""What is trained."""

MEANS = {"lite + boosting": ("lite", "boosting")}
"""Means of the probabilities of several, which are trained once."""

CANDIDATES = (*FITTED, *MEANS)
