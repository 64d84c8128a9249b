"""AAMI EC57 scores, reports and beat-by-beat comparison."""

from heartbeat.metrics._comparison import BeatComparison, compare_beats
from heartbeat.metrics._report import AAMIReport, aami_report
from heartbeat.metrics._scores import AAMIScores, aami_scores, j_kappa_score
from heartbeat.metrics._sumstats import ComparisonSummary, summarize_comparisons

__all__ = [
    "AAMIReport",
    "AAMIScores",
    "BeatComparison",
    "ComparisonSummary",
    "aami_report",
    "aami_scores",
    "compare_beats",
    "j_kappa_score",
    "summarize_comparisons",
]
