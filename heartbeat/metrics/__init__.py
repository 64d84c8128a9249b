"""AAMI EC57 scores, reports and beat-by-beat comparison."""

from heartbeat.metrics._report import AAMIReport, aami_report
from heartbeat.metrics._scores import AAMIScores, aami_scores, j_kappa_score

__all__ = ["AAMIReport", "AAMIScores", "aami_report", "aami_scores", "j_kappa_score"]
