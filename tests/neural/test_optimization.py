import pytest
import torch
from torch import nn

from heartbeat.neural._optimization import OPTIMIZERS, SCHEDULES, make_optimizer, make_schedule


def optimizer_of(name="adamw", lr=0.1):
    network = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    return network, make_optimizer(name, [(network.parameters(), lr)], 0.5)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("n_steps", [1, 2, 3, 4, 5, 100])
def test_schedules_last_as_long_as_the_training(schedule, n_steps):
    """Torch's own one-cycle divides by zero in fits of three batches."""
    _, optimizer = optimizer_of()
    scheduler = make_schedule(schedule, optimizer, n_steps)
    rates = []
    for _ in range(n_steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert 0 < max(rates) <= 0.1 + 1e-12
    if n_steps == 100:
        assert max(rates) > 0.0999
        assert (rates[-1] < 0.01) == (schedule != "constant")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_only_matrices_decay(name):
    _, optimizer = optimizer_of(name)
    for group in optimizer.param_groups:
        decays = group["weight_decay"] > 0
        assert all((parameter.ndim > 1) == decays for parameter in group["params"])


def test_frozen_parameters_are_left_out():
    network, _ = optimizer_of()
    network[0].requires_grad_(False)
    optimizer = make_optimizer("adamw", [(network.parameters(), 0.1)], 0.5)
    assert sum(len(group["params"]) for group in optimizer.param_groups) == 2


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_layers_keep_the_ratio_of_their_rates(name, schedule):
    network = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    layers = [(network[1].parameters(), 0.1), (network[0].parameters(), 0.025)]
    optimizer = make_optimizer(name, layers, 0.5)
    scheduler = make_schedule(schedule, optimizer, 10)
    norm, matrix, bias = optimizer.param_groups
    assert norm["params"] == list(network[1].parameters())
    assert [matrix["params"], bias["params"]] == [[network[0].weight], [network[0].bias]]
    assert (matrix["weight_decay"], bias["weight_decay"]) == (0.5, 0.0)
    rates = []
    for _ in range(10):
        assert matrix["lr"] == bias["lr"] == pytest.approx(0.25 * norm["lr"], rel=1e-9)
        rates.append(norm["lr"])
        optimizer.step()
        scheduler.step()
    assert max(rates) == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_layers_may_begin_later(name):
    """What has no gradient yet stays as it is: no decay, no momentum."""
    network = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))
    optimizer = make_optimizer(name, [(part.parameters(), 0.1) for part in reversed(network)], 0.5)
    network[0].requires_grad_(False)
    for begun in (False, True):
        network[0].requires_grad_(begun)
        before = network[0].weight.detach().clone()
        for _ in range(2):
            optimizer.zero_grad()
            network(torch.ones(4, 3)).square().sum().backward()
            optimizer.step()
        assert torch.equal(network[0].weight, before) != begun
