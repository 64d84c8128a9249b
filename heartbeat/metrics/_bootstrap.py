"""Bootstrap intervals from whole recordings drawn with replacement."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

# Replicates are drawn in blocks, so that memory use stays small for any number of them.
_MAX_DRAWN = 2**22


def cluster_bootstrap(
    matrices: np.ndarray,
    statistic: Callable[..., Any],
    *,
    confidence: float,
    n_bootstrap: int,
    random_state: Any,
) -> dict[str, np.ndarray]:
    """Return percentile intervals of scores when clusters are drawn with replacement.

    Parameters
    ----------
    matrices : ndarray of shape (n_clusters, n_rows, n_columns)
        One matrix of counts per cluster. The matrix of a replicate is the sum over the clusters
        that it drew, so that single beats are not processed again.
    statistic : callable
        Maps matrices (n, n_rows, n_columns) to a dict of arrays whose first axis is n.
    confidence : float
        Share of replicates inside the interval, for instance 0.95.
    n_bootstrap : int
        Number of replicates.
    random_state : int, RandomState or None
        Source of the draws.

    Returns
    -------
    dict of str to ndarray
        For each score an array of shape (2, ...): lower and upper end. NaN where the score is
        undefined in more than half of the replicates.
    """
    # Unlike in scikit-learn, None does not use NumPy's global generator.
    rng = np.random.RandomState() if random_state is None else check_random_state(random_state)
    n_clusters = len(matrices)
    flat = matrices.reshape(n_clusters, -1).astype(float)
    blocks = []
    block = max(1, _MAX_DRAWN // n_clusters)
    for start in range(0, n_bootstrap, block):
        size = min(block, n_bootstrap - start)
        drawn = rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=size)
        blocks.append(statistic((drawn @ flat).reshape(size, *matrices.shape[1:])))
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    return {
        name: _quantiles(np.concatenate([block[name] for block in blocks]), tails)
        for name in blocks[0]
    }


def _quantiles(values: np.ndarray, tails: list[float]) -> np.ndarray:
    undefined = np.isnan(values)
    mostly = undefined.mean(axis=0) > 0.5
    # nanquantile warns about columns without a value, which are masked anyway.
    filled = np.where(undefined.all(axis=0), 0.0, values)
    return np.where(mostly, np.nan, np.nanquantile(filled, tails, axis=0))
