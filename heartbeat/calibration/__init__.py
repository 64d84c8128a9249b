"""Classifiers that abstain with a stated coverage, and decisions for other priors or costs."""

from heartbeat.calibration._abstaining import AbstainingClassifier
from heartbeat.calibration._class_odds import ClassOddsClassifier

__all__ = ["AbstainingClassifier", "ClassOddsClassifier"]
