"""Use the output of a layer of a network as features of beats."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from heartbeat._layout import BeatLayout
from heartbeat._shown import shown
from heartbeat.neural._inference import prepare_network
from heartbeat.neural._network import BeatNetwork, untrained_network
from heartbeat.neural._state import Weights, as_tensor, write_weights

__all__ = ["POOLINGS", "LayerOutput", "build_encoder", "encode_rows", "layer_output"]

POOLINGS = {"mean": ("mean",), "max": ("max",), "mean_max": ("mean", "max")}
"""Values that each pooling computes from a channel."""


@dataclass(frozen=True)
class LayerOutput:
    """The features that a layer outputs for a beat.

    Parameters
    ----------
    label : str
        ``"embedding"``, ``"body"`` or ``"block"`` and its number; feature names begin with it.
    n_blocks : int or None
        Number of blocks of the body to run; None for all.
    shape : tuple of int
        Channels and times, or features.
    pooling : str or None
        Pooling over time, one of `POOLINGS`; None keeps all times.
    """

    label: str
    n_blocks: int | None
    shape: tuple[int, ...]
    pooling: str | None = None

    @property
    def n_features(self) -> int:
        """Number of features."""
        if len(self.shape) == 1:
            return self.shape[0]
        n_channels, n_times = self.shape
        return n_channels * (n_times if self.pooling is None else len(POOLINGS[self.pooling]))

    def names(self) -> list[str]:
        """Return the names of the features, in order."""
        if len(self.shape) == 1:
            return [f"{self.label}_f{i}" for i in range(self.shape[0])]
        n_channels, n_times = self.shape
        if self.pooling is None:
            ends = [f"t{t}_c{c}" for t in range(n_times) for c in range(n_channels)]
        else:
            ends = [f"{kept}_c{c}" for kept in POOLINGS[self.pooling] for c in range(n_channels)]
        return [f"{self.label}_{end}" for end in ends]


def layer_output(
    body: dict[str, Any],
    layout: BeatLayout,
    n_classes: int,
    layer: str | int,
    pooling: str | None,
) -> LayerOutput:
    """Determine the output of a layer by running an untrained network on one flat beat.

    Parameters
    ----------
    body : dict
        Architecture and its parameters.
    layout : BeatLayout
        Layout of the network's input.
    n_classes : int
        Number of classes.
    layer : "embedding", "body" or int
        The input of the head, the output of the body, or that of its block of this number, from 1.
    pooling : str or None
        One of `POOLINGS`. For ``"body"`` the last block with a time axis is pooled.

    Returns
    -------
    LayerOutput

    Raises
    ------
    ValueError
        If the body has no such block, or its output has no time axis to pool over.
    """
    network = untrained_network(body, layout, n_classes).eval()
    if layer == "embedding":
        if pooling is not None:
            raise ValueError(
                f"pooling={shown(pooling)} needs a layer with a time axis, but layer='embedding' "
                f"has none. Set pooling=None or a layer with a time "
                f"axis{_those(_over_time(_block_shapes(network)))}."
            )
        return LayerOutput("embedding", None, (network.n_features,))
    if layer == "body" and pooling is None:
        with torch.no_grad():
            flat = network.body(torch.zeros(1, layout.n_leads, layout.n_times))
        return LayerOutput("body", None, tuple(flat.shape[1:]))
    if not isinstance(network.body, nn.Sequential):
        raise ValueError(
            f"layer={shown(layer)} with pooling={shown(pooling)} needs a body that is a "
            f"torch.nn.Sequential of blocks, which that of {body['architecture']!r} is not. Choose "
            "layer='embedding', or layer='body' with pooling=None."
        )
    shapes = _block_shapes(network)
    over_time = _over_time(shapes)
    if layer == "body":
        if not over_time:
            raise ValueError(
                f"pooling={shown(pooling)} needs a block with a time axis, but no block of "
                f"{body['architecture']!r} has one. Set pooling=None."
            )
        n_blocks, label = over_time[-1], "body"
    elif isinstance(layer, str) or layer > len(shapes):
        raise ValueError(
            f"layer={shown(layer)} does not exist: the body of {body['architecture']!r} has "
            f"{len(shapes)} blocks here{_those(over_time, 'those with a time axis are')}. Choose "
            "one of them."
        )
    else:
        n_blocks, label = int(layer), f"block{layer}"
    shape = shapes[n_blocks - 1]
    if pooling is not None and len(shape) == 1:
        raise ValueError(
            f"pooling={shown(pooling)} needs a layer with a time axis, but layer={layer} of "
            f"{body['architecture']!r} has none. Set pooling=None or a layer with a time "
            f"axis{_those(over_time)}."
        )
    return LayerOutput(label, n_blocks, shape, pooling)


def build_encoder(
    body: dict[str, Any],
    layout: BeatLayout,
    n_classes: int,
    weights: Weights,
    output: LayerOutput,
    *,
    reduced: bool,
    device: torch.device,
) -> BeatNetwork:
    """Return a network in evaluation mode whose `embed` returns the output of a layer.

    Raises
    ------
    ValueError
        If the weights do not fit the architecture.
    """
    network = untrained_network(body, layout, n_classes)
    try:
        write_weights(network, weights)
    except RuntimeError as error:
        raise ValueError(
            f"the weights do not fit the architecture {body['architecture']!r}: {error}"
        ) from error
    if output.label != "embedding":
        network.context_body = network.join = None
        whole = output.n_blocks is None
        blocks = [network.body] if whole else list(network.body.children())[: output.n_blocks]
        network.body = nn.Sequential(*blocks, _Flat(output.pooling))
    # After the cut, so that no normalisation after it is folded into the layers before it.
    return prepare_network(network, reduced=reduced).to(device)


def encode_rows(
    networks: Sequence[BeatNetwork], rows: np.ndarray, device: torch.device
) -> list[np.ndarray]:
    """Return the output of each network for float32 rows, of shape (n_rows, n_features)."""
    with torch.inference_mode():
        moved = as_tensor(rows).to(device)
        return [network.embed(moved).cpu().numpy() for network in networks]


class _Flat(nn.Module):
    """Turn channels over time into features: pooled, or all times one after another."""

    def __init__(self, pooling: str | None):
        super().__init__()
        self.pooling = pooling

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 2:
            return x
        x = x.flatten(2)
        if self.pooling is None:
            return x.transpose(1, 2).flatten(1)
        # A mean in reduced precision would lose digits that the channels have.
        x = x.float()
        pooled = {"mean": lambda: x.mean(dim=2), "max": lambda: x.amax(dim=2)}
        return torch.cat([pooled[kept]() for kept in POOLINGS[self.pooling]], dim=1)


def _block_shapes(network: BeatNetwork) -> list[tuple[int, ...]]:
    """Return the output shape of each block for a beat, (channels, times) or (features,).

    The list is empty if the body is not a sequence of blocks.
    """
    shapes: list[tuple[int, ...]] = []
    if not isinstance(network.body, nn.Sequential):
        return shapes
    x = torch.zeros(1, network.n_leads, network.n_times)
    with torch.no_grad():
        for block in network.body:
            x = block(x)
            shapes.append(tuple((x.flatten(2) if x.ndim > 2 else x).shape[1:]))
    return shapes


def _over_time(shapes: list[tuple[int, ...]]) -> list[int]:
    """Return the numbers of the blocks whose output has a time axis."""
    return [number for number, shape in enumerate(shapes, 1) if len(shape) > 1]


def _those(numbers: list[int], lead: str = "namely") -> str:
    return f" ({lead} {', '.join(map(str, numbers))})" if numbers else ""
