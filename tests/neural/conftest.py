"""A small table of beats that a small network learns in a second."""

import copy

import numpy as np
import pytest

from heartbeat.neural import CNNClassifier, save_classifier

N_TIMES = 40


def small_beats(n_beats=90, n_leads=1, n_context=0, seed=0):
    rng = np.random.default_rng(seed)
    y = np.array(["N", "S", "V"])[np.arange(n_beats) % 3]
    time = np.linspace(-0.5, 1.0, N_TIMES)
    width = np.select([y == "N", y == "S"], [0.05, 0.05], 0.2)[:, None]
    centre = np.where(y == "S", 0.25, 0.0)[:, None]
    lead = np.exp(-(((time - centre) / width) ** 2))
    leads = [lead * (-1) ** i + 0.1 * rng.standard_normal(lead.shape) for i in range(n_leads)]
    X = np.hstack([*leads, rng.standard_normal((n_beats, n_context))]).astype(np.float32)
    groups = np.array([f"s{i}" for i in range(6)])[(np.arange(n_beats) // 3) % 6]
    return X, y, groups


@pytest.fixture
def beats():
    return small_beats()


@pytest.fixture(scope="session")
def many_beats():
    """Enough for batches in parts, with two context columns."""
    return small_beats(600, n_context=2)


QUICK = {"width": 8, "max_epochs": 5, "batch_size": 16, "lr": 0.01, "random_state": 0}


@pytest.fixture
def quick():
    """Parameters of a fit that takes a tenth of a second."""
    return dict(QUICK)


@pytest.fixture(scope="session")
def fitted_once():
    X, y, _ = small_beats()
    return CNNClassifier(**QUICK).fit(X, y)


@pytest.fixture
def fitted(fitted_once):
    """A network with the parameters `quick` that was fitted on `beats`; a copy for each test."""
    return copy.deepcopy(fitted_once)


@pytest.fixture(scope="session")
def path(tmp_path_factory):
    """The file of a network that was fitted on `beats` somewhat longer."""
    X, y, _ = small_beats()
    model = CNNClassifier(**(QUICK | {"max_epochs": 8})).fit(X, y)
    return save_classifier(model, tmp_path_factory.mktemp("path") / "source.safetensors")
