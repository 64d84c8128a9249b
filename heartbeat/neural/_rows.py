"""Split beats into training and validation rows, resample and weight them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from heartbeat._checks import weights_of_classes
from heartbeat._shown import shown
from heartbeat.neural._batches import BeatDataset
from heartbeat.neural._resample import resample_rows
from heartbeat.neural._state import as_tensor
from heartbeat.neural._validation_split import validation_rows

__all__ = ["TrainingRows", "divide_rows"]


@dataclass(frozen=True)
class TrainingRows:
    """Rows, class indices and row weights, which have mean 1 over the training rows."""

    rows: np.ndarray
    classes: np.ndarray
    weights: np.ndarray

    def to_dataset(self, device: torch.device) -> BeatDataset:
        """Copy everything to the device at once; a beats table is small."""
        return BeatDataset(
            as_tensor(self.rows).to(device),
            as_tensor(self.classes.astype(np.int64)).to(device),
            as_tensor(self.weights.astype(np.float32)).to(device),
        )


def divide_rows(
    estimator: Any,
    X: np.ndarray,
    y: np.ndarray,
    classes: np.ndarray,
    sample_weight: np.ndarray | None,
    groups: np.ndarray | None,
    random_state: np.random.RandomState,
) -> tuple[TrainingRows, TrainingRows | None]:
    """Set validation rows aside, then resample and weight the others.

    This order ensures that no resampled copy or mixture is used for validation.

    Parameters
    ----------
    estimator : CNNClassifier
        Its parameters `early_stopping`, `validation_fraction`, `resampler` and `class_weight` are
        used.
    X, y, sample_weight, groups
        Checked arguments of `fit`.
    classes : ndarray
        All labels, sorted.
    random_state : RandomState
        Random generator.

    Returns
    -------
    train : TrainingRows
    valid : TrainingRows or None
        None without early stopping.
    """
    index = np.searchsorted(classes, y)
    aside = np.zeros(len(X), dtype=bool)
    if estimator.early_stopping:
        fraction, n_present = estimator.validation_fraction, len(np.unique(index))
        aside = validation_rows(index, groups, fraction, n_present, random_state)
    keep = ~aside if aside.any() else slice(None)  # a slice copies nothing
    rows, labels = X[keep], y[keep]
    weights = None if sample_weight is None else sample_weight[keep]
    if estimator.resampler is not None:
        rows, labels, weights = resample_rows(
            estimator.resampler,
            rows,
            labels,
            weights,
            None if groups is None else groups[keep],
            getattr(estimator, "feature_names_in_", None),
            random_state,
        )
    if len(rows) < 2:
        raise ValueError(f"training needs at least 2 beats, got n_samples = {len(rows)}.")
    by_class = weights_of_classes(estimator.class_weight, classes, labels)
    trained = np.searchsorted(classes, labels)
    weights = by_class[trained] * (1.0 if weights is None else weights)
    scale = weights.mean()
    if not scale > 0:
        raise ValueError(
            f"at least one training beat must have a weight above 0. Check sample_weight and "
            f"class_weight={shown(estimator.class_weight)}."
        )
    train = TrainingRows(rows, trained, weights / scale)
    if not estimator.early_stopping:
        return train, None
    outside = by_class[index[aside]]
    if sample_weight is not None:
        outside = outside * sample_weight[aside]
    return train, TrainingRows(X[aside], index[aside], outside / scale)
