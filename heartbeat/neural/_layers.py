"""Layers of a network, counted from the head. A layer is trained as a unit, at one rate."""

from collections.abc import Collection
from dataclasses import dataclass

from torch import nn

from heartbeat.neural._network import BeatNetwork

__all__ = ["Layer", "freeze", "layers_from_head"]

_CONTEXT = ("context_body", "join")


@dataclass(frozen=True)
class Layer:
    """Parts of a network that start to train together, and their weights."""

    parts: list[nn.Module]
    parameters: list[nn.Parameter]


def freeze(
    network: BeatNetwork, trainable: str | int, fresh: Collection[str] = ()
) -> list[nn.Module]:
    """Switch off the gradients of the parts that are never trained, and return these parts.

    Parameters
    ----------
    network : BeatNetwork
        Changed in place.
    trainable : {"all", "head"} or int
        See `CNNClassifier`.
    fresh : collection of str
        Parts of a pretrained network that are initialised at random. They are always trained.
    """
    blocks = list(network.body.children())
    # Flattening is a block, too, but has no weights and is not counted.
    with_weights = [i for i, block in enumerate(blocks) if any(True for _ in block.parameters())]
    if trainable == "all":
        frozen: list[nn.Module] = []
    elif trainable == "head":
        trained = {"head", *fresh}
        frozen = [part for name, part in network.named_children() if name not in trained]
    else:
        n_frozen = len(with_weights) - int(trainable)
        frozen = blocks[: with_weights[n_frozen - 1] + 1] if n_frozen > 0 else []
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    for part in frozen:
        part.requires_grad_(False)
    return frozen


def layers_from_head(network: BeatNetwork, fresh: Collection[str] = ()) -> list[Layer]:
    """Return the layers that may be trained, starting with that of the head.

    The first layer is the head with the `fresh` parts. The next one is that of the context, unless
    it is fresh, followed by the blocks of the body from the last to the first. A block without
    weights is not a layer of its own, but belongs to the next block that has weights.

    Parameters
    ----------
    network : BeatNetwork
        After `freeze`: weights without a gradient are left out.
    fresh : collection of str
        As in `freeze`.

    Returns
    -------
    list of Layer
        Every weight that may be trained is in exactly one layer.
    """
    parts = dict(network.named_children())
    joining = [name for name in _CONTEXT if name in parts]
    levels = [
        [parts["head"], *(parts[name] for name in joining if name in fresh)],
        [parts[name] for name in joining if name not in fresh],
        *([block] for block in reversed(list(network.body.children()))),
    ]
    layers: list[Layer] = []
    waiting: list[nn.Module] = []
    # A weight that two blocks share belongs to the one nearer to the head.
    rest = dict.fromkeys(p for p in network.parameters() if p.requires_grad)
    for level in levels:
        weights = [p for part in level for p in part.parameters() if p in rest]
        for parameter in weights:
            rest.pop(parameter, None)
        waiting += level
        if weights:
            layers.append(Layer(waiting, weights))
            waiting = []
    layers[-1].parts.extend(waiting)
    if rest:  # weights of a body that belong to none of its blocks
        layers.append(Layer([], list(rest)))
    return layers
