"""Choice of the beats that are kept of each subject."""

import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

__all__ = ["even_quotas", "keep_evenly", "select"]


def even_quotas(counts: np.ndarray, total: int) -> np.ndarray:
    """Distribute `total` as evenly as the `counts` allow, with no quota above its count.

    >>> even_quotas(np.array([100, 3, 20]), 43)
    array([20,  3, 20])
    """
    quotas = np.zeros(len(counts), dtype=np.intp)
    left = total
    for rank, i in enumerate(np.argsort(counts, kind="stable")):
        quotas[i] = min(counts[i], left // (len(counts) - rank))
        left -= quotas[i]
    return quotas


def select(
    X: np.ndarray, rows: np.ndarray, n_wanted: int, how: str, n_clusters: int,
    rng: np.random.RandomState,
) -> np.ndarray:  # fmt: skip
    """Choose `n_wanted` of the beats `rows` of one subject and class.

    ``"random"`` draws them. ``"representative"`` clusters the beats by k-means and takes from the
    clusters as evenly as their sizes allow, so that rare shapes are kept. Of each cluster it takes
    the beats nearest to the centre, so that noisy beats are left out.
    """
    if n_wanted >= len(rows):
        return rows
    if how == "random":
        return rng.choice(rows, size=n_wanted, replace=False)
    beats = X[rows]
    with warnings.catch_warnings():
        # Fewer distinct beats than clusters is no fault: then some clusters are empty.
        warnings.simplefilter("ignore", ConvergenceWarning)
        means = KMeans(min(n_clusters, len(rows)), n_init=1, random_state=rng).fit(beats)
    shape = means.labels_
    distance = ((beats - means.cluster_centers_[shape]) ** 2).sum(axis=1)
    quotas = even_quotas(np.bincount(shape, minlength=means.n_clusters), n_wanted)
    order = np.lexsort([distance, shape])
    starts = np.searchsorted(shape[order], np.arange(means.n_clusters))
    rank = np.arange(len(rows)) - starts[shape[order]]
    return rows[order[rank < quotas[shape[order]]]]


def keep_evenly(
    X: np.ndarray, rows: np.ndarray, groups: np.ndarray, total: int, how: str, n_clusters: int,
    rng: np.random.RandomState,
) -> np.ndarray:  # fmt: skip
    """Choose `total` of the beats `rows` of one class, as evenly over its subjects as possible."""
    _, subject, counts = np.unique(groups[rows], return_inverse=True, return_counts=True)
    quotas = even_quotas(counts, total)
    kept = [
        select(X, rows[subject == i], quota, how, n_clusters, rng) for i, quota in enumerate(quotas)
    ]
    return np.concatenate(kept)
