import pytest
import torch
from torch import nn

from heartbeat.neural._ema import WeightAverage


def test_the_average_follows_and_is_lent():
    network = nn.Linear(1, 1, bias=False)
    network.weight.data.fill_(0.0)
    average = WeightAverage(network, decay=0.5)
    expected = 0.0
    for step in range(1, 20):
        network.weight.data.fill_(float(step))
        average.update()
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * step
    with average.lent():
        assert network.weight.item() == pytest.approx(expected)
    assert network.weight.item() == 19.0
    with pytest.raises(RuntimeError), average.lent():
        raise RuntimeError
    assert network.weight.item() == 19.0


def test_counters_are_not_averaged():
    network = nn.BatchNorm1d(2)
    average = WeightAverage(network, decay=0.9)
    network(torch.randn(4, 2))
    average.update()
    with average.lent():
        assert network.num_batches_tracked.item() == 1
