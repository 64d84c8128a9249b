"""The three logistic regressions that separate beats from other candidates.

They were fitted and printed by ``benchmarks/detection.py --choose``.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["FIRST", "SECOND", "THIRD", "Score"]


@dataclass(frozen=True)
class Score:
    """A linear function of measures.

    Attributes
    ----------
    weights : ndarray of shape (n_measures,), dtype float64
        Weights of the unscaled measures.
    intercept : float
        Constant term.
    """

    weights: np.ndarray
    intercept: float

    def __call__(self, measures: np.ndarray) -> np.ndarray:
        """Return the log odds of each row of measures that it is a beat."""
        return measures.astype(np.float64) @ self.weights + self.intercept


# In the order of `MEASURES`.
FIRST = Score(
    np.array([
        1.095, 0.269, 0.8605, -1.584, -0.6124, -0.5163, -0.8134, 0.09264, 0.2477, -1.562,
        -1.468, 0.05436, -10.72, 0.4994, -0.5541, 1.069, -0.81, 0.8175, 0.5097, 1.947, 0.8942,
        -0.5406, -2.466, -1.624, -1.967, 0.3597
    ]),
    4.541,
)  # fmt: skip

# In the order of `MEASURES` and `NEIGHBOUR_MEASURES`.
SECOND = Score(
    np.array([
        0.1655, -2.251, 0.6867, 0.1055, 0.1926, 0.4039, -1.065, 0.1525, -0.01388, -0.4351,
        -0.8068, -0.1308, 1.504, 0.06979, 0.5092, 0.3268, -0.2842, 0.8682, 0.1887, 0.5757,
        0.3025, -0.8871, 2.16, 0.3637, 5.535, 0.8702, 0.4583, -0.02926, -0.143, -1.374, 0.6161,
        2.013, -0.2517, 1.068, 1.294, -0.377, -2.123, -2.656, -1.714, 2.765, 7.179, 9.655,
        2.198, -0.4212, 0.04431, 2.807, -2.871, -6.897, -30.84, -0.4677, -2.811, 2.105
    ]),
    1.258,
)  # fmt: skip

# In the order of `PAUSE_MEASURES`; for candidates that may lie in a pause.
THIRD = Score(np.array([0.5227, -4.143, -0.1862]), 8.19)
