import pytest
from torch import nn

from heartbeat.neural._optimization import OPTIMIZERS, SCHEDULES, make_optimizer, make_schedule


def optimizer_of(name="adamw", lr=0.1):
    network = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    return network, make_optimizer(name, network.parameters(), lr, 0.5)


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
    optimizer = make_optimizer("adamw", network.parameters(), 0.1, 0.5)
    assert sum(len(group["params"]) for group in optimizer.param_groups) == 2
