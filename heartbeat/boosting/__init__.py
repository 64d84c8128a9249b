"""Boosted trees that are fast on one core and stored as plain numbers.

:class:`BoostedTreesClassifier` is the part of
:func:`~heartbeat.pipelines.make_interpatient_classifier` that compares a beat with its neighbours.
"""

from heartbeat.boosting._classifier import BoostedTreesClassifier

__all__ = ["BoostedTreesClassifier"]
