import numpy as np
import pytest

from heartbeat.metrics import _bootstrap
from heartbeat.metrics._bootstrap import cluster_bootstrap


def share(matrices):
    """Share of the first cell; undefined where the matrix is empty."""
    total = matrices.sum(axis=(1, 2))
    return {"share": np.where(total > 0, matrices[:, 0, 0] / np.maximum(total, 1), np.nan)}


def interval(matrices, n_bootstrap=2000, random_state=0, confidence=0.95):
    return cluster_bootstrap(
        np.asarray(matrices),
        share,
        confidence=confidence,
        n_bootstrap=n_bootstrap,
        random_state=random_state,
    )["share"]


def coins(n_clusters, size, spread, seed=0):
    """Clusters with a share of their own around one half."""
    rng = np.random.default_rng(seed)
    own = np.clip(0.5 + spread * rng.standard_normal(n_clusters), 0, 1)
    heads = rng.binomial(size, own)
    return np.stack([heads, size - heads], axis=1)[:, None, :]


def test_width_follows_clusters_and_not_beats():
    low, high = interval(coins(50, 10_000, spread=0.2))
    # The mean of 50 shares with standard deviation .2: 2 * 1.96 * .2 / sqrt(50).
    assert high - low == pytest.approx(2 * 1.96 * 0.2 / np.sqrt(50), rel=0.2)


def test_independent_beats_give_the_binomial_width():
    low, high = interval(coins(200, 25, spread=0))
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(5000), rel=0.2)


def test_interval_covers_the_truth_as_often_as_it_says():
    covered = 0
    for seed in range(100):
        low, high = interval(coins(30, 100, spread=0.1, seed=seed), n_bootstrap=300, confidence=0.9)
        covered += low <= 0.5 <= high
    assert 80 <= covered <= 97


def test_blocks_change_nothing(monkeypatch):
    matrices = coins(20, 10, spread=0.1)
    whole = interval(matrices)
    monkeypatch.setattr(_bootstrap, "_MAX_DRAWN", 100)
    np.testing.assert_array_equal(interval(matrices), whole)


def test_fresh_entropy_is_not_the_global_generators():
    state = np.random.get_state()  # noqa: NPY002
    matrices = coins(20, 1000, spread=0.1)
    draws = [interval(matrices, n_bootstrap=50, random_state=None) for _ in range(2)]
    assert not np.array_equal(*draws)
    np.testing.assert_equal(np.random.get_state(), state)  # noqa: NPY002


def test_a_score_mostly_undefined_has_no_interval():
    empty = np.zeros((10, 1, 2))
    empty[0] = [3, 1]
    # Drawn in 1 - .9**10 = 65 % of the replicates: defined.
    assert interval(empty).tolist() == [0.75, 0.75]
    assert np.isnan(interval(np.concatenate([empty[1:], empty[1:]]))).all()
