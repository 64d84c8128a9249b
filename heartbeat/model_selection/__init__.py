"""Split beats by subject, and find splits that have the same subject on both sides."""

from heartbeat.model_selection._audit import SplitAudit, audit_split
from heartbeat.model_selection._inter_patient import InterPatientSplit
from heartbeat.model_selection._nested import nested_cross_validate
from heartbeat.model_selection._subject_kfold import SubjectKFold

__all__ = [
    "InterPatientSplit",
    "SplitAudit",
    "SubjectKFold",
    "audit_split",
    "nested_cross_validate",
]
