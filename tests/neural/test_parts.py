"""Batches in parts, on a thread each."""

import numpy as np
import pytest
import torch

from heartbeat.neural import CNNClassifier, list_architectures, register_architecture
from heartbeat.neural._parts import BatchParts, count_parts
from heartbeat.neural._seeding import borrowed_threads
from heartbeat.neural.architectures import _registry

CPU = torch.device("cpu")
TRAINING = {"max_epochs": 3, "batch_size": 128, "lr": 0.01, "random_state": 0, "width": 8}


@pytest.fixture
def table(many_beats):
    return many_beats


def fitted(table, n_threads=2, **parameters):
    X, y, _ = table
    with borrowed_threads(n_threads):
        return CNNClassifier(n_context=2, **TRAINING | parameters).fit(X, y)


def test_as_many_parts_as_threads_with_rows_enough_for_each():
    assert count_parts("lite", 2, 256, 10_000, CPU) == 2
    assert count_parts("lite", 16, 256, 10_000, CPU) == 4
    assert count_parts("lite", 2, 64, 10_000, CPU) == 1
    assert count_parts("lite", 2, 256, 100, CPU) == 1
    assert count_parts("lite", 1, 256, 10_000, CPU) == 1
    assert count_parts("lite", 2, 256, 10_000, torch.device("cuda")) == 1


def test_networks_of_users_stay_whole(monkeypatch):
    monkeypatch.setattr(_registry, "_REGISTRY", dict(_registry._REGISTRY))

    @register_architecture("mine")
    def build(n_leads, n_times, *, width=8, depth=1, kernel_size=1, dropout=0.0):
        return torch.nn.Flatten()

    assert count_parts("mine", 2, 256, 10_000, CPU) == 1


@pytest.mark.parametrize("architecture", list_architectures())
def test_the_gradient_is_that_of_the_whole_batch(architecture):
    """With batch statistics fixed and nothing random, parts change nothing but rounding."""
    from heartbeat._layout import BeatLayout
    from heartbeat.neural._network import BeatNetwork

    torch.manual_seed(0)
    network = BeatNetwork(architecture, BeatLayout(("lead",), 96), 3, dropout=0.0)
    network.eval()
    batch = torch.randn(160, 96), torch.randint(3, (160,)), torch.rand(160)

    def step(module, part, n_rows):
        rows, classes, weights = part
        losses = torch.nn.functional.cross_entropy(module(rows), classes, reduction="none")
        losses = losses * weights
        return {
            "loss": losses.sum() / n_rows, "total": losses.detach().sum(),
            "weight": weights.sum(), "y_pred": module(rows),
        }  # fmt: skip

    whole = step(network, batch, 160)
    whole["loss"].backward()
    expected = [p.grad.clone() for p in network.parameters() if p.grad is not None]
    network.zero_grad()
    parts = BatchParts(network, 2, torch.Generator().manual_seed(0), lambda generator: None)
    parts.set_training(network)
    told = parts.train(batch, step)
    for gradient, wanted in zip(
        (p.grad for p in network.parameters() if p.grad is not None), expected, strict=True
    ):
        torch.testing.assert_close(gradient, wanted, rtol=1e-3, atol=1e-5)
    torch.testing.assert_close(told["loss"], whole["loss"].detach())
    torch.testing.assert_close(told["y_pred"], whole["y_pred"].detach())
    torch.testing.assert_close(parts.evaluate(batch, step)["total"], whole["total"])
    parts.close()


@pytest.mark.parametrize(
    "parameters",
    [
        {"dropout": 0.3, "augment": "default", "ema": 0.9},
        {"architecture": "resnet", "dropout": 0.2, "depth": 1},
        {"architecture": "tcn", "precision": "bfloat16", "dropout": 0.2, "depth": 1},
    ],
)
def test_two_threads_give_the_same_network_every_time(table, parameters):
    first, again = (fitted(table, **parameters) for _ in range(2))
    for name, weight in first.members_[0].items():
        np.testing.assert_array_equal(weight, again.members_[0][name])
    other = fitted(table, **parameters | {"random_state": 1})
    assert any(not np.array_equal(w, other.members_[0][n]) for n, w in first.members_[0].items())


def test_parts_learn_as_well_as_one_thread(table):
    X, y, _ = table
    scores = [fitted(table, n, max_epochs=8).score(X, y) for n in (1, 2)]
    assert min(scores) > 0.95


def test_what_batch_normalisation_remembers_is_of_all_rows(table):
    """Its running mean must come near that of one thread, though no part has seen all rows."""
    one, two = (fitted(table, n, lr=1e-6, max_epochs=4).members_[0] for n in (1, 2))
    names = [name for name in one if name.endswith("running_mean")]
    assert names
    for name in names:
        scale = np.sqrt(one[name.replace("mean", "var")])
        assert np.all(np.abs(one[name] - two[name]) < 0.1 * scale)


def test_frozen_layers_stay_frozen_in_all_parts(table, tmp_path):
    from heartbeat.neural import save_classifier

    path = save_classifier(fitted(table), tmp_path / "source")
    tuned = fitted(table, pretrained=path, trainable="head", random_state=1)
    source = fitted(table)
    for name, weight in source.members_[0].items():
        if name.startswith("body"):
            np.testing.assert_array_equal(tuned.members_[0][name], weight)
        elif name.startswith("head.weight"):
            assert not np.array_equal(tuned.members_[0][name], weight)


def test_threads_end_with_the_fit(table):
    import threading

    fitted(table)
    assert not [t for t in threading.enumerate() if t.name.startswith("heartbeat-part")]
