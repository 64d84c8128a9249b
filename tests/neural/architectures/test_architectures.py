import re
from inspect import getdoc

import pytest
import torch
from torch import nn

from heartbeat._layout import BeatLayout
from heartbeat.neural import architecture_defaults, describe_architecture, list_architectures
from heartbeat.neural._network import BeatNetwork
from heartbeat.neural.architectures import build_backbone, register_architecture
from heartbeat.neural.architectures._blocks import Dropout
from heartbeat.neural.architectures._registry import _REGISTRY

SHIPPED = ["convnext1d", "inception", "kachuee", "lite", "resnet", "tcn"]


def multiply_accumulates(network: nn.Module, n_features: int) -> int:
    """Count the multiplications by weights in convolutions and matrices, for one beat."""
    total = 0

    def count(module, inputs, output):
        nonlocal total
        weights_a_value = module.weight[0].numel()
        total += weights_a_value * output[0].numel()

    handles = [
        module.register_forward_hook(count)
        for module in network.modules()
        if isinstance(module, nn.Conv2d | nn.Conv1d | nn.Linear)
    ]
    network.eval()(torch.zeros(1, n_features))
    for handle in handles:
        handle.remove()
    return total


def network_of(name, n_leads=1, n_times=187, n_context=0, **knobs):
    context = tuple(f"c{i}" for i in range(n_context))
    layout = BeatLayout(tuple(f"l{i}" for i in range(n_leads)), n_times, context)
    return BeatNetwork(name, layout, 5, **knobs)


def test_the_shipped_architectures_are_listed():
    assert set(SHIPPED) <= set(list_architectures())


@pytest.mark.parametrize("name", SHIPPED)
def test_docstring_cites_a_paper_and_states_the_true_size_and_cost(name):
    text = describe_architecture(name)
    network = network_of(name)
    n_parameters = sum(p.numel() for p in network.parameters())
    n_macs = multiply_accumulates(network, 187)
    assert "References\n" in text and re.search(r"(19|20)\d\d[,.]", text)
    stated = re.search(
        r"For one lead of 187 samples and 5 classes: ([\d,]+) parameters and\s+([\d,]+)\s+"
        r"multiply-accumulates\.",
        text,
    )
    assert stated, f"{name}: {n_parameters:,} parameters and {n_macs:,} multiply-accumulates"
    assert [int(g.replace(",", "")) for g in stated.groups()] == [n_parameters, n_macs]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize(
    "shape", [(1, 187, 0), (2, 96, 3), (1, 1, 0), (3, 2, 1), (12, 30, 0)], ids=str
)
def test_any_number_of_leads_samples_and_context_columns(name, shape):
    n_leads, n_times, n_context = shape
    network = network_of(name, n_leads, n_times, n_context)
    rows = torch.randn(4, n_leads * n_times + n_context)
    logits = network(rows)
    assert logits.shape == (4, 5)
    assert logits.dtype == torch.float32
    logits.sum().backward()
    assert all(p.grad is not None for p in network.parameters() if p.requires_grad)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("knob, value", [("width", 8), ("depth", 1), ("kernel_size", 3)])
def test_knobs_change_the_network(name, knob, value):
    assert architecture_defaults(name)[knob] != value
    sizes = {
        sum(p.numel() for p in network_of(name, **knobs).parameters())
        for knobs in ({}, {knob: value})
    }
    assert len(sizes) == 2


@pytest.mark.parametrize("name", SHIPPED)
def test_dropout_drops(name):
    network = network_of(name, dropout=0.5)
    assert any(isinstance(m, nn.Dropout) and m.p == 0.5 for m in network.modules())


@pytest.mark.parametrize("shape", [(64, 30), (4, 8, 1, 77)], ids=str)
@pytest.mark.parametrize("p", [0.1, 0.5, 1.0])
def test_dropout_drops_its_share_and_keeps_the_mean(shape, p):
    torch.manual_seed(0)
    dropout = Dropout(p)
    x = torch.ones(shape).to(memory_format=torch.channels_last) if len(shape) == 4 else None
    x = torch.ones(shape) if x is None else x
    x.requires_grad_()
    y = dropout(x)
    assert y.stride() == x.stride()
    assert float((y.detach() == 0).float().mean()) == pytest.approx(p, abs=0.04)
    assert float(y.detach().mean()) == pytest.approx(1.0 if p < 1 else 0.0, abs=0.05)
    y.sum().backward()
    torch.testing.assert_close(x.grad, y.detach())
    assert dropout.eval()(x) is x


@pytest.mark.parametrize("name", SHIPPED)
def test_each_lead_counts(name):
    torch.manual_seed(0)
    network = network_of(name, n_leads=2, n_times=50).eval()
    rows = torch.randn(3, 100)
    other = rows.clone()
    other[:, 50:] += torch.randn(3, 50)
    assert not torch.allclose(network(rows), network(other))


def test_context_is_cheap():
    without, with_context = network_of("lite"), network_of("lite", n_context=8)
    ratio = multiply_accumulates(with_context, 195) / multiply_accumulates(without, 187)
    assert 1 < ratio < 1.25


def test_convolutions_see_channels_last_memory():
    """Otherwise every convolution would be wrapped in copies, at twice the time."""
    body = build_backbone("lite", 2, 96, width=None, depth=None, kernel_size=None, dropout=None)
    body.to(memory_format=torch.channels_last)
    seen = []
    for module in body.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda m, inputs, output: seen.append(output))
    body(torch.randn(4, 2, 96))
    assert all(y.is_contiguous(memory_format=torch.channels_last) for y in seen)


def test_an_own_architecture_is_registered_with_a_decorator():
    try:

        @register_architecture("mine")
        def mine(n_leads, n_times, *, width=4, depth=1, kernel_size=3, dropout=0.0):
            """Mine."""
            return nn.Sequential(nn.Conv1d(n_leads, width, kernel_size), nn.Flatten())

        assert "mine" in list_architectures()
        assert network_of("mine", n_times=20)(torch.randn(2, 20)).shape == (2, 5)
        assert getdoc(mine) == describe_architecture("mine")
    finally:
        _REGISTRY.pop("mine", None)


def test_an_architecture_without_the_knobs_is_refused():
    with pytest.raises(TypeError, match="depth, kernel_size, dropout"):

        @register_architecture("poor")
        def poor(n_leads, n_times, *, width=4):
            return nn.Flatten()


def test_an_architecture_that_gives_no_features_is_refused():
    try:

        @register_architecture("images")
        def images(n_leads, n_times, *, width=4, depth=1, kernel_size=3, dropout=0.0):
            return nn.Conv1d(n_leads, width, kernel_size)

        with pytest.raises(ValueError, match=r"must map waveforms .* got \(2, 4, 18\)"):
            network_of("images", n_times=20)
    finally:
        _REGISTRY.pop("images", None)


def test_unknown_architecture():
    with pytest.raises(ValueError, match="unknown architecture 'restnet'.*lite"):
        network_of("restnet")


def test_even_kernels_are_refused():
    with pytest.raises(ValueError, match="kernel_size must be odd and positive, got 4"):
        network_of("lite", kernel_size=4)
