"""Train the members of an ensemble, which may be a single network."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch

from heartbeat.neural._net import BeatNet
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural._rows import TrainingRows
from heartbeat.neural._seeding import borrowed_generators
from heartbeat.neural._state import Weights, read_weights, write_weights
from heartbeat.neural._training import TrainingSettings, train_network

__all__ = ["Trained", "train_members"]

Start = Callable[[BeatNetwork, int, np.ndarray], Weights]


@dataclass
class Trained:
    """The trained networks, and whether Ctrl-C interrupted the training."""

    nets: list[BeatNet] = field(default_factory=list)
    members: list[Weights] = field(default_factory=list)
    histories: list[pd.DataFrame] = field(default_factory=list)
    interrupted: bool = False

    @property
    def history(self) -> pd.DataFrame:
        """One row per epoch of each member."""
        history = pd.concat(self.histories, ignore_index=True)
        first = ["member", "epoch", "train_loss", "valid_loss"]
        first = [name for name in first if name in history]
        return history[first + [name for name in history.columns if name not in first]]


def train_members(
    build: Callable[[], BeatNetwork],
    start: Start | None,
    train: TrainingRows,
    valid: TrainingRows | None,
    settings: TrainingSettings,
    seeds: list[int],
) -> Trained:
    """Train one network for each seed.

    Parameters
    ----------
    build : callable
        Builds a network with random weights.
    start : callable or None
        Returns other initial weights for a network, given its number.
    train, valid, settings
        See `train_network`.
    seeds : list of int
        One for each member. It determines the weights, the order of rows, dropout and augmentation.

    Returns
    -------
    Trained
        Without members if Ctrl-C was pressed before the first step.
    """
    trained = Trained()
    for number, seed in enumerate(seeds):
        with borrowed_generators(seed, settings.device):
            network = build()
            if start is None:
                network.set_scale(train.rows)
            else:
                write_weights(network, start(network, number, train.rows))
            generator = torch.Generator(settings.device).manual_seed(seed)
            net, history = train_network(network, train, valid, settings, generator)
        # An unfinished member would spoil the mean of the others, but a single network is kept.
        if net.n_steps_ and not (net.interrupted_ and trained.members):
            trained.nets.append(net)
            trained.members.append(read_weights(net.module_))
            trained.histories.append(history.assign(member=number))
        if net.interrupted_:
            trained.interrupted = True
            break
    return trained
