"""The two logistic regressions that tell beats from other candidates.

Fitted, and printed, by ``benchmarks/detection.py --choose``.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["FIRST", "SECOND", "Score"]


@dataclass(frozen=True)
class Score:
    """A linear function of measures.

    Attributes
    ----------
    weights : ndarray of shape (n_measures,), dtype float64
        For the measures as they are.
    intercept : float
        What is added.
    """

    weights: np.ndarray
    intercept: float

    def __call__(self, measures: np.ndarray) -> np.ndarray:
        """Return the log odds that each row of measures is a beat."""
        return measures.astype(np.float64) @ self.weights + self.intercept


# In the order of `MEASURES`.
FIRST = Score(
    np.array([
        1.107, 0.2737, 0.8181, -1.483, -0.5894, -0.4854, -0.8179, 0.09714, 0.2497, -1.531,
        -1.379, 0.04287, -11.01, 0.5687, -0.5942, 1.018, -0.8185, 0.7508, 0.5658, 1.912, 0.8605,
        -0.5346, -2.378, -1.581, -1.906, 0.3082
    ]),
    4.556,
)  # fmt: skip

# In the order of `MEASURES` and `NEIGHBOUR_MEASURES`.
SECOND = Score(
    np.array([
        0.2594, -1.747, 0.6353, 0.03615, -0.01768, 0.332, -1.158, 0.23, -0.04698, -0.6179,
        -0.6409, -0.1815, 2.349, 0.08783, 0.3178, 0.3442, -0.3522, 0.7525, 0.1536, 0.6342,
        0.3211, -0.7483, 1.473, 0.244, 5.189, 0.7618, 0.4437, -0.001524, -0.1283, -1.471,
        0.6512, 2.241, -0.413, 1.376, 1.706, -1.376, -1.838, -2.539, -1.66, 2.035, 6.86, 11.69,
        2.876, -0.5049, 0.06244, 2.423, -2.312, -3.697, -28.12, -1.995, -4.303, 1.972
    ]),
    1.686,
)  # fmt: skip
