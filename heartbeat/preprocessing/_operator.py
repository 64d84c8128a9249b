"""Linear maps over many short rows, as matrix products."""

import numpy as np
from scipy.linalg import svd

# Beyond this length the decomposition would cost more than it saves on any realistic table.
_LONGEST_DECOMPOSED = 1024

# A product over some hundred samples rounds by about this many units in the last place anyway.
_ROUNDING = 8

# Columns that are computed together: fewer follow a band more closely, more keep the processor
# better fed.
_BAND_COLUMNS = 16


class LinearMap:
    """The map ``rows -> rows @ matrix``, computed the cheapest of three ways.

    A zero-phase filter with fixed padding is linear in the beat, so that a block of beats is
    filtered by one matrix product, which runs an order of magnitude faster than a recursion over
    rows of some hundred samples. What a matrix leaves to be computed depends on its kind:

    - filters that take away little (slow drift, a narrow band) are the identity minus a matrix of
      low rank, of which all singular values above the rounding error of the rows' dtype are kept;
    - in resampling and wavelets an output depends on a few neighbouring inputs only, so that each
      block of columns needs a range of rows;
    - all others need the whole matrix.

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
        self._bands = {}
        dtypes: tuple[np.dtype, ...] = (np.dtype(np.float32), np.dtype(np.float64))
        for dtype, factors in zip(dtypes, _low_rank(self.matrix, dtypes), strict=True):
            bands = _bands(self.matrix, np.finfo(dtype).eps)
            if _cost(factors) < 0.8 * _cost([band for _, _, band in bands]):
                self._factors[dtype] = [np.ascontiguousarray(f, dtype=dtype) for f in factors]
            else:
                self._bands[dtype] = [(r, c, np.ascontiguousarray(b, dtype)) for r, c, b in bands]

    def rank(self, dtype: np.typing.DTypeLike) -> int | None:
        """Return the rank of what is subtracted, or None where that is not how it is computed."""
        factors = self._factors.get(np.dtype(dtype))
        return None if factors is None else len(factors[1])

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Map rows of shape (..., n_in), float32 or float64, to a new array (..., n_out)."""
        flat = rows.reshape(-1, rows.shape[-1])
        if rows.dtype in self._factors:
            left, right = self._factors[rows.dtype]
            mapped = (flat @ left) @ right
            np.subtract(flat, mapped, out=mapped)
        else:
            mapped = np.empty((len(flat), self.matrix.shape[1]), dtype=rows.dtype)
            for inputs, outputs, band in self._bands[rows.dtype]:
                np.matmul(flat[:, inputs], band, out=mapped[:, outputs])
        return mapped.reshape(*rows.shape[:-1], self.matrix.shape[1])


def _low_rank(matrix: np.ndarray, dtypes: tuple[np.dtype, ...]) -> list[list[np.ndarray]]:
    """Return, for each dtype, the factors of identity - matrix; none where they are not sought."""
    n_in, n_out = matrix.shape
    if not n_in == n_out <= _LONGEST_DECOMPOSED:
        return [[] for _ in dtypes]
    left, values, right = svd(np.eye(n_in) - matrix)
    ranks = [
        int(np.sum(values > _ROUNDING * np.finfo(dtype).eps * max(values[0], 1.0)))
        for dtype in dtypes
    ]
    return [[left[:, :rank] * values[:rank], right[:rank]] for rank in ranks]


def _bands(matrix: np.ndarray, eps: float) -> list[tuple[slice, slice, np.ndarray]]:
    """Return blocks of columns with the range of rows they need; one block if that saves little."""
    n_in, n_out = matrix.shape
    needed = np.abs(matrix) > eps / _ROUNDING * np.abs(matrix).max()
    bands = []
    for start in range(0, n_out, _BAND_COLUMNS):
        outputs = slice(start, min(start + _BAND_COLUMNS, n_out))
        at = np.flatnonzero(needed[:, outputs].any(axis=1))
        inputs = slice(at[0], at[-1] + 1) if len(at) else slice(0, 1)
        bands.append((inputs, outputs, matrix[inputs, outputs]))
    if _cost([band for _, _, band in bands]) < 0.6 * n_in * n_out:
        return bands
    return [(slice(0, n_in), slice(0, n_out), matrix)]


def _cost(matrices: list[np.ndarray]) -> float:
    return sum(matrix.size for matrix in matrices) if matrices else np.inf
