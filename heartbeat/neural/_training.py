"""Train one network."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import torch
from skorch.callbacks import Callback, PrintLog
from skorch.helper import predefined_split
from torch import nn

from heartbeat.neural._augment import BatchAugmenter
from heartbeat.neural._early_stopping import KeepBest
from heartbeat.neural._layers import Layer, freeze, layers_from_head
from heartbeat.neural._losses import RowLoss
from heartbeat.neural._net import BeatNet
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural._parts import BatchParts
from heartbeat.neural._rows import TrainingRows
from heartbeat.neural._unfreezing import GradualUnfreezing, last_thaw

__all__ = ["TrainingSettings", "train_network"]

_DEFAULT_PATIENCE = 5


@dataclass(frozen=True)
class TrainingSettings:
    """Training settings of `CNNClassifier`; see its parameters.

    `fresh` names the parts of a pretrained network that are initialised at random. `n_parts` is the
    number of threads, each of which takes a part of each batch.
    """

    max_epochs: int
    batch_size: int
    lr: float
    schedule: str
    optimizer: str
    weight_decay: float
    loss: str
    augment: str | float | Sequence[str] | None
    early_stopping: bool | int
    ema: float | None
    trainable: str | int
    fresh: frozenset[str]
    layer_decay: float
    unfreeze_every: int | None
    reduced: bool
    device: torch.device
    n_parts: int
    verbose: int
    progress: Callback
    callbacks: list[Callback]


def train_network(
    network: BeatNetwork,
    train: TrainingRows,
    valid: TrainingRows | None,
    settings: TrainingSettings,
    generator: torch.Generator,
) -> tuple[BeatNet, pd.DataFrame]:
    """Train a network in place.

    Parameters
    ----------
    network : BeatNetwork
        On any device; it is moved to the device of the training.
    train, valid : TrainingRows
        `valid` is None without early stopping.
    settings : TrainingSettings
        Training settings.
    generator : torch.Generator
        Draws the order of rows and the augmentation.

    Returns
    -------
    net : BeatNet
        Its module holds the weights to predict with. ``net.interrupted_`` tells whether Ctrl-C
        ended the training.
    history : DataFrame
        One row per epoch.
    """
    device = settings.device
    network.to(device)
    shares = np.bincount(train.classes, minlength=network.head.out_features) / len(train.classes)
    frozen = freeze(network, settings.trainable, settings.fresh)
    layers = layers_from_head(network, settings.fresh)
    keep_best = None
    # First, so that the other callbacks see which layers train.
    callbacks: list[Callback] = []
    if settings.unfreeze_every is not None:
        callbacks.append(GradualUnfreezing(layers, settings.unfreeze_every, frozen))
    # Each member has its own callbacks. The log line comes before any callback that may stop.
    callbacks += deepcopy(settings.callbacks)
    if settings.verbose:
        callbacks.append(PrintLog())
    if valid is not None:
        patience = settings.early_stopping
        keep_best = KeepBest(
            _DEFAULT_PATIENCE if patience is True else int(patience),
            last_thaw(len(layers), settings.unfreeze_every),
        )
        callbacks.append(keep_best)
    callbacks.append(settings.progress)
    parts = None
    if settings.n_parts > 1:
        parts = BatchParts(
            network, settings.n_parts, generator, partial(_augmenter, settings.augment, network)
        )
    net = BeatNet(
        network,
        criterion=RowLoss(settings.loss, torch.as_tensor(shares, dtype=torch.float32)),
        optimizer_name=settings.optimizer,
        schedule=settings.schedule,
        weight_decay=settings.weight_decay,
        generator=generator,
        augment=None if parts else _augmenter(settings.augment, network, generator),
        parts=parts,
        ema=settings.ema,
        reduced=settings.reduced,
        frozen=frozen,
        rate_shares=_rate_shares(layers, settings),
        max_epochs=settings.max_epochs,
        batch_size=settings.batch_size,
        lr=settings.lr,
        callbacks=callbacks,
        train_split=None if valid is None else predefined_split(valid.to_dataset(device)),
        verbose=settings.verbose,
        device=str(device),
    )
    try:
        net.fit(train.to_dataset(device), None)
    finally:
        if parts is not None:
            parts.close()
            net.parts = None
    if keep_best is not None and keep_best.best_weights_ is not None:
        net.use_weights(keep_best.best_weights_)
    elif net.n_steps_:
        net.use_weights(net.current_weights())
    network.eval()
    return net, _history_frame(net)


def _rate_shares(
    layers: list[Layer], settings: TrainingSettings
) -> list[tuple[list[nn.Parameter], float]] | None:
    if settings.layer_decay == 1 and settings.unfreeze_every is None:
        return None
    return [(layer.parameters, settings.layer_decay**k) for k, layer in enumerate(layers)]


def _augmenter(
    augment: Any, network: BeatNetwork, generator: torch.Generator
) -> BatchAugmenter | None:
    if augment is None:
        return None
    return BatchAugmenter(augment, network.n_leads, network.n_times, generator)


def _history_frame(net: BeatNet) -> pd.DataFrame:
    """One row per epoch: losses, seconds, and the values that callbacks recorded."""
    records: list[dict[str, Any]] = [
        {
            key: value
            for key, value in epoch.items()
            if key != "batches" and not key.endswith("_batch_count")
        }
        for epoch in net.history.to_list()
    ]
    finished = [record for record in records if "train_loss" in record]
    return pd.DataFrame(finished, columns=None if finished else ["epoch", "train_loss", "dur"])
