"""Calibrated probabilities and a "don't know" with stated coverage."""

from heartbeat.calibration._abstaining import AbstainingClassifier

__all__ = ["AbstainingClassifier"]
