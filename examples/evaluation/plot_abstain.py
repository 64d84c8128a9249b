"""
Calibrated probabilities, and "don't know"
==========================================

A classifier that may abstain ("don't know") leaves the uncertain beats to a person. For this its
probabilities must be calibrated on subjects that it was not trained on.
`heartbeat.calibration.AbstainingClassifier` calibrates them on held-out subjects, and also chooses
the threshold on them.
"""

# %%
# Twenty-four subjects for training, a third of them held out for calibration, and sixteen for
# testing.

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GroupKFold

from heartbeat.calibration import AbstainingClassifier
from heartbeat.datasets import make_beats
from heartbeat.metrics import (
    ReliabilityDisplay,
    RiskCoverageDisplay,
    reliability_curve,
    risk_coverage_curve,
)
from heartbeat.neural import CNNClassifier

beats = make_beats(
    6000,
    n_subjects=40,
    weights={"N": 0.8, "S": 0.06, "V": 0.1, "F": 0.04},
    context="rr",
    noise=2.0,
    random_state=4,
)
test = np.isin(beats.subject, np.unique(beats.subject)[24:])
X, y, subject = beats.data, beats.target, beats.subject
network = CNNClassifier(n_context=beats.n_context, max_epochs=8, random_state=0)
plain = clone(network).fit(X[~test], y[~test])
careful = AbstainingClassifier(network, alpha=0.02, cv=GroupKFold(3), random_state=0)
careful.fit(X[~test], y[~test], groups=subject[~test])

# %%
# Results on new subjects. At most 2 % of all beats should get a wrong label. This is guaranteed for
# beats that are exchangeable with the held-out ones. Beats of new subjects are not, so measure it
# on other subjects before you rely on it.

said = careful.predict(X[test])
labelled = said != careful.reject_label_
print(f"labelled: {labelled.mean():.1%} of the beats")
print(f"wrong labels: {(labelled & (said != y[test])).mean():.2%} of all beats")
print(f"wrong among the labelled: {(said != y[test])[labelled].mean():.2%}")
print(f"wrong without the right to abstain: {(plain.predict(X[test]) != y[test]).mean():.2%}")

# %%
# Left: probability and observed frequency. On the diagonal, 80 % of the predictions with a
# probability of 0.8 are right. Right: if fewer beats get a label, fewer of the labels are wrong.

import matplotlib.pyplot as plt

COLORS = {"network": "#0072B2", "calibrated on held-out people": "#D55E00"}
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
for (name, color), model in zip(COLORS.items(), (plain, careful), strict=True):
    told = y[test], model.predict_proba(X[test])
    curve = reliability_curve(*told, classes=model.classes_)
    ReliabilityDisplay(curve, name=name).plot(left, color=color)
    RiskCoverageDisplay(risk_coverage_curve(*told, classes=model.classes_), name=name).plot(right)
plt.show()

# %%
# The share of each class that gets a label. With ``class_conditional=True`` the guarantee holds
# within each class, and fewer beats are labelled.

figure, axis = plt.subplots(figsize=(6, 3.5), layout="constrained")
for i, (name, which) in enumerate(
    {
        "labelled and right": said == y[test],
        "labelled and wrong": labelled & (said != y[test]),
    }.items()
):
    share = [np.mean(which[y[test] == label]) for label in "NSVF"]
    axis.bar(np.arange(4) + 0.4 * i, share, 0.38, label=name, color=("#0072B2", "#D55E00")[i])
axis.set_xticks(np.arange(4) + 0.2, [f"{c} ({np.sum(y[test] == c)})" for c in "NSVF"])
axis.set(ylabel="share of the class", ylim=(0, 1))
axis.legend()
plt.show()
