"""AAMI EC57 scores, reports, beat-by-beat and run-by-run comparison, and displays of them."""

from heartbeat.metrics._aami_report import aami_report
from heartbeat.metrics._abstention import RiskCoverageCurve, risk_coverage_curve
from heartbeat.metrics._calibration import (
    ReliabilityCurve,
    expected_calibration_error,
    reliability_curve,
)
from heartbeat.metrics._comparison import BeatComparison, compare_beats
from heartbeat.metrics._confusion_display import GroupConfusionDisplay
from heartbeat.metrics._evaluation import Evaluation, evaluate_annotations
from heartbeat.metrics._heart_rate import HeartRateComparison, compare_heart_rates
from heartbeat.metrics._outcome_display import BeatOutcomeDisplay
from heartbeat.metrics._period import in_test_period
from heartbeat.metrics._recording_display import RecordingDisplay
from heartbeat.metrics._reliability_display import ReliabilityDisplay
from heartbeat.metrics._report import AAMIReport
from heartbeat.metrics._report_display import AAMIReportDisplay
from heartbeat.metrics._risk_coverage_display import RiskCoverageDisplay
from heartbeat.metrics._run_summary import RunSummary, summarize_runs
from heartbeat.metrics._runs import RunComparison, compare_runs
from heartbeat.metrics._scorer import get_scorer, get_scorer_names
from heartbeat.metrics._scores import AAMIScores, aami_scores, j_kappa_score
from heartbeat.metrics._subject_display import SubjectScoreDisplay
from heartbeat.metrics._sumstats import ComparisonSummary, summarize_comparisons

__all__ = [
    "AAMIReport",
    "AAMIReportDisplay",
    "AAMIScores",
    "BeatComparison",
    "BeatOutcomeDisplay",
    "ComparisonSummary",
    "Evaluation",
    "GroupConfusionDisplay",
    "HeartRateComparison",
    "RecordingDisplay",
    "ReliabilityCurve",
    "ReliabilityDisplay",
    "RiskCoverageCurve",
    "RiskCoverageDisplay",
    "RunComparison",
    "RunSummary",
    "SubjectScoreDisplay",
    "aami_report",
    "aami_scores",
    "compare_beats",
    "compare_heart_rates",
    "compare_runs",
    "evaluate_annotations",
    "expected_calibration_error",
    "get_scorer",
    "get_scorer_names",
    "in_test_period",
    "j_kappa_score",
    "reliability_curve",
    "risk_coverage_curve",
    "summarize_comparisons",
    "summarize_runs",
]
