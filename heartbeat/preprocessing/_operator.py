"""Linear maps over many short rows, as matrix products."""

import numpy as np
from scipy.linalg import svd

# Beyond this length the decomposition would cost more than it saves on any realistic table.
_LONGEST_DECOMPOSED = 1024

# A product over some hundred samples rounds by about this many units in the last place anyway.
_ROUNDING = 8


class LinearMap:
    """The map ``rows -> rows @ matrix``, computed the cheaper of two ways.

    A zero-phase filter with fixed padding is linear in the beat, so that a block of beats is
    filtered by one matrix product, which runs an order of magnitude faster than a recursion over
    rows of some hundred samples. Filters that take away little (a narrow band, slow drift) are the
    identity minus a matrix of low rank; where that product is cheaper it is used, with all
    singular values above the rounding error of the rows' dtype kept.

    Parameters
    ----------
    matrix : ndarray of shape (n_in, n_out)
        Row i is the response to a unit impulse at sample i.

    Examples
    --------
    >>> remove_mean = LinearMap(np.eye(4) - np.full((4, 4), 0.25))
    >>> remove_mean(np.array([[1.0, 2.0, 3.0, 4.0]])).round(6)
    array([[-1.5, -0.5,  0.5,  1.5]])
    >>> remove_mean.rank(np.float64)
    1
    """

    def __init__(self, matrix: np.ndarray):
        self.matrix = np.asarray(matrix, dtype=np.float64)
        self._factors = {}
        n_in, n_out = self.matrix.shape
        left = values = right = None
        if n_in == n_out <= _LONGEST_DECOMPOSED:
            left, values, right = svd(np.eye(n_in) - self.matrix)
        for dtype in (np.dtype(np.float32), np.dtype(np.float64)):
            factors = (self.matrix,)
            if values is not None:
                rank = int(np.sum(values > _ROUNDING * np.finfo(dtype).eps * max(values[0], 1.0)))
                if 2 * rank < 0.8 * n_in:
                    factors = (left[:, :rank] * values[:rank], right[:rank])
            self._factors[dtype] = tuple(np.ascontiguousarray(f, dtype=dtype) for f in factors)

    def rank(self, dtype: np.typing.DTypeLike) -> int | None:
        """Return the rank of what is subtracted, or None where the full matrix is used."""
        factors = self._factors[np.dtype(dtype)]
        return len(factors[1]) if len(factors) == 2 else None

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Map rows of shape (..., n_in), float32 or float64, to a new array (..., n_out)."""
        flat = rows.reshape(-1, rows.shape[-1])
        factors = self._factors[rows.dtype]
        if len(factors) == 2:
            mapped = (flat @ factors[0]) @ factors[1]
            np.subtract(flat, mapped, out=mapped)
        else:
            mapped = flat @ factors[0]
        return mapped.reshape(*rows.shape[:-1], self.matrix.shape[1])
