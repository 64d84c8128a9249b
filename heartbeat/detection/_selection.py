"""Select the strongest of marks that are too close to each other."""

import numpy as np

__all__ = ["ROUNDS", "select_strongest"]

ROUNDS = 4
"""Number of rounds in which the strongest remaining marks are selected.

It limits the dependence of a mark on others to this multiple of the minimum distance.
"""


def select_strongest(position: np.ndarray, strength: np.ndarray, apart: float) -> np.ndarray:
    """Return which marks are kept so that no two are nearer than `apart`.

    Marks that are stronger than all others within `apart` are kept and remove those others. This is
    repeated `ROUNDS` times for the remaining marks. Of equally strong marks the earlier is kept.

    Parameters
    ----------
    position : ndarray of shape (n_marks,)
        In order.
    strength : ndarray of shape (n_marks,)
        Finite.
    apart : float
        Minimum distance, in the unit of `position`.

    Returns
    -------
    ndarray of shape (n_marks,), dtype bool
    """
    kept = np.zeros(len(position), dtype=bool)
    left = np.arange(len(position))
    for _ in range(ROUNDS):
        if not len(left):
            break
        strongest = _strongest(position[left], strength[left], apart)
        kept[left[strongest]] = True
        taken = position[kept]
        after = np.searchsorted(taken, position[left])
        from_next = taken[np.minimum(after, len(taken) - 1)] - position[left]
        from_last = position[left] - taken[np.maximum(after - 1, 0)]
        left = left[(np.abs(from_next) >= apart) & (np.abs(from_last) >= apart)]
    return kept


def _strongest(position: np.ndarray, strength: np.ndarray, apart: float) -> np.ndarray:
    strongest = np.ones(len(position), dtype=bool)
    for step in range(1, len(position)):
        near = position[step:] - position[:-step] < apart
        if not near.any():
            break
        first_stronger = strength[:-step] >= strength[step:]
        strongest[step:] &= ~(near & first_stronger)
        strongest[:-step] &= ~near | first_stronger
    return strongest
