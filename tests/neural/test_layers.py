import pytest
import torch
from torch import nn

from heartbeat._layout import BeatLayout
from heartbeat.neural import list_architectures, register_architecture
from heartbeat.neural._layers import freeze, layers_from_head
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural.architectures import _registry


def network_of(architecture="lite", n_context=0):
    context = tuple(f"c{i}" for i in range(n_context))
    return BeatNetwork(architecture, BeatLayout(("lead",), 40, context), 3)


def parts_of(network, layers):
    names = {part: name for name, part in network.named_modules()}
    return [[names[part] for part in layer.parts] for layer in layers]


def test_layers_count_from_the_head():
    network = network_of()
    assert parts_of(network, layers_from_head(network)) == [
        ["head"],
        ["body.3", "body.2"],  # block 3 flattens and has no weights: no layer of its own
        ["body.1"],
        ["body.0"],
    ]


def test_context_is_a_layer_unless_it_is_new():
    network = network_of(n_context=2)
    known, new = (
        parts_of(network, layers_from_head(network, fresh))
        for fresh in ((), ("context_body", "context_mean", "join", "head"))
    )
    assert known[:2] == [["head"], ["context_body", "join"]]
    assert new[0] == ["head", "context_body", "join"]
    assert known[2:] == new[1:]


@pytest.mark.parametrize(
    "trainable, n_layers", [("all", 4), ("head", 1), (0, 1), (1, 2), (2, 3), (3, 4)]
)
def test_what_is_frozen_is_no_layer(trainable, n_layers):
    network = network_of()
    freeze(network, trainable)
    layers = layers_from_head(network)
    assert len(layers) == n_layers
    trained = [parameter for layer in layers for parameter in layer.parameters]
    assert set(trained) == {p for p in network.parameters() if p.requires_grad}


def test_what_is_new_is_never_frozen():
    network = network_of(n_context=2)
    frozen = freeze(network, "head", ("context_body", "join"))
    assert frozen == [network.body]
    assert len(layers_from_head(network, ("context_body", "join"))) == 1


@pytest.mark.parametrize("architecture", list_architectures())
def test_every_weight_is_in_one_layer(architecture):
    network = network_of(architecture, n_context=1)
    held = [parameter for layer in layers_from_head(network) for parameter in layer.parameters]
    assert len(held) == len(set(held))
    assert set(held) == set(network.parameters())


@pytest.fixture
def odd():
    """An architecture with a weight outside its blocks, and one that two blocks share."""

    class Odd(nn.Module):
        def __init__(self, n_features):
            super().__init__()
            self.gain = nn.Parameter(torch.ones(1))
            self.flat = nn.Flatten()
            self.first = nn.Linear(n_features, n_features)
            self.second = nn.Linear(n_features, n_features)
            self.second.weight = self.first.weight

        def forward(self, x):
            return self.second(self.first(self.gain * self.flat(x)))

    @register_architecture("odd")
    def build(n_leads, n_times, *, width=1, depth=1, kernel_size=1, dropout=0.0):
        return Odd(n_leads * n_times)

    yield "odd"
    del _registry._REGISTRY["odd"]


def test_bodies_that_are_no_plain_sequence(odd):
    network = network_of(odd)
    body = network.body
    weights = [layer.parameters for layer in layers_from_head(network)]
    assert weights[1] == [body.second.weight, body.second.bias]
    assert weights[2] == [body.first.bias]
    assert weights[3] == [body.gain]
    assert parts_of(network, layers_from_head(network))[3] == []
