"""Check the classifier that a meta-estimator is given."""

from typing import Any

from heartbeat._shown import shown

__all__ = ["check_gives_probabilities", "no_classifier"]


def check_gives_probabilities(estimator: Any) -> None:
    """Raise a TypeError if something is not a classifier with `predict_proba`."""
    if not hasattr(estimator, "fit") or not hasattr(estimator, "predict_proba"):
        raise no_classifier(estimator, "a classifier with predict_proba")


def no_classifier(estimator: Any, needed: str = "a classifier") -> TypeError:
    """Return the error for something that is not the classifier that is needed."""
    return TypeError(
        f"estimator must be {needed}, such as RandomForestClassifier(), got {shown(estimator)}."
    )
