"""Candidates of the comparison across databases."""

from collections.abc import Callable

from sklearn.base import ClassifierMixin

from heartbeat.pipelines import make_forest_baseline, make_interpatient_classifier


def make_part(name: str) -> Callable[[int], ClassifierMixin]:
    """Return what makes the network, or the boosted trees, of the recommended classifier."""

    def make(seed: int) -> ClassifierMixin:
        part = dict(make_interpatient_classifier(random_state=seed).estimators)[name]
        # As the shipped weights, whose bytes must not depend on the processor.
        return part.set_params(precision="float32") if name == "network" else part

    return make


def make_forest(seed: int) -> ClassifierMixin:
    """Return the random-forest baseline of the package."""
    return make_forest_baseline(random_state=seed)


FITTED: dict[str, Callable[[int], ClassifierMixin]] = {
    "forest": make_forest,
    "boosting": make_part("boosting"),
    "lite": make_part("network"),
    "forest, as recorded": make_forest,
    "boosting, as recorded": make_part("boosting"),
    "lite, as recorded": make_part("network"),
}
"""What is trained."""

AS_RECORDED = ("forest, as recorded", "boosting, as recorded", "lite, as recorded")
"""Candidates that are trained without beats in other rhythms."""

MEANS = {
    "lite + boosting": ("lite", "boosting"),
    "lite + boosting, as recorded": ("lite, as recorded", "boosting, as recorded"),
}
"""Means of the probabilities of several, which are trained once."""

CANDIDATES = (*FITTED, *MEANS)
