"""
A report by the standard, subject by subject
============================================

`heartbeat.metrics.aami_report` counts as ANSI/AAMI EC57 requires, pools the beats (*gross*),
averages over recordings, and computes intervals over subjects. The displays show which subjects a
score depends on.
"""

# %%
# Predictions for 24 subjects, each by a model that was not trained on the subject.

import numpy as np

from heartbeat.datasets import make_beats
from heartbeat.metrics import (
    AAMIReportDisplay,
    BeatOutcomeDisplay,
    GroupConfusionDisplay,
    SubjectScoreDisplay,
    aami_report,
)
from heartbeat.model_selection import SubjectKFold
from heartbeat.pipelines import make_forest_baseline

beats = make_beats(
    3600,
    n_subjects=24,
    weights={"N": 0.82, "S": 0.05, "V": 0.1, "F": 0.03},
    context="rr",
    random_state=2,
    as_frame=True,
)
predicted = np.empty(len(beats.target), dtype="<U1")
for train, test in SubjectKFold(4, random_state=0).split(beats.data, beats.target, beats.subject):
    forest = make_forest_baseline(60, random_state=0)
    forest.fit(beats.data.iloc[train], beats.target.iloc[train])
    predicted[test] = forest.predict(beats.data.iloc[test])

report = aami_report(
    beats.target,
    predicted,
    groups=beats.subject,
    macro_classes="NSVF",
    confidence=0.95,
    random_state=0,
)
print(report)

# %%
# The report as a figure, and the score of each subject as a dot. A pooled score may depend mainly
# on one subject.

import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
AAMIReportDisplay(report).plot(ax=left)
SubjectScoreDisplay.from_report(report, score="F1", ax=right)
plt.show()

# %%
# The confusion matrices of the six subjects with the most errors.

GroupConfusionDisplay(report.matrices, report.groups).plot(n_columns=6, n_most=6)
plt.show()

# %%
# The beats behind the counts of one class: found, missed, and false alarms.

BeatOutcomeDisplay.from_predictions(
    beats.data.to_numpy()[:, beats.waveform], beats.target, predicted, letter="V"
)
plt.show()
