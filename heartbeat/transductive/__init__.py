"""Classifiers that label a beat by all beats of its unlabelled recording."""

from heartbeat.transductive._whole_recording import WholeRecordingClassifier

__all__ = ["WholeRecordingClassifier"]
