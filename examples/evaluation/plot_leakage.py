"""
Why 99 % is not 99 %
====================

If beats are split at random, every subject is in both training and test set, and a model that
recognises subjects has the scores of one that recognises arrhythmia. This example scores the same
model twice and changes only the split.
"""

# %%
# Synthetic beats of forty subjects who differ in the shape of every wave, with much noise.

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold

from heartbeat.datasets import make_beats
from heartbeat.metrics import aami_scores
from heartbeat.model_selection import SubjectKFold, audit_split

beats = make_beats(
    4000,
    n_subjects=40,
    weights={"N": 0.8, "S": 0.07, "V": 0.08, "F": 0.05},
    noise=2.0,
    random_state=0,
)
X, y, subject = beats.data, beats.target, beats.subject
splits = {
    "intra-patient: beats dealt at random": StratifiedKFold(5, shuffle=True, random_state=0),
    "inter-patient: people dealt at random": SubjectKFold(5, random_state=0),
}


def divided(name):
    """Yield the folds of a split; only one of the two asks who was recorded."""
    return splits[name].split(X, y, subject if name.startswith("inter") else None)


# %%
# Each beat is predicted by a model that was not trained on it. The difference is whether the model
# was trained on other beats of the same subject.

rows, per_subject = {}, {}
for name in splits:
    predicted = np.empty_like(y)
    for train, test in divided(name):
        forest = ExtraTreesClassifier(60, random_state=0).fit(X[train], y[train])
        predicted[test] = forest.predict(X[test])
    scores = aami_scores(y, predicted)
    rows[name] = {"accuracy": scores.accuracy, "macro-F1": scores.macro_f1}
    rows[name] |= {f"{label} F1": scores.f1[label] for label in "NSVF"}
    per_subject[name] = pd.Series(predicted == y).groupby(subject).mean()
table = pd.DataFrame(rows)
table.round(3)

# %%
# The beats show which kind of split it is, even if the subjects are unknown: in a random split the
# training beat nearest to a test beat is unusually near.

for name in splits:
    train, test = next(divided(name))
    print(name, "\n", audit_split(X, y, train=train, test=test), "\n")

# %%
# The effect of the split, over all beats and subject by subject.

import matplotlib.pyplot as plt

COLORS = ("#D55E00", "#0072B2")
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
place = np.arange(len(table))
for i, (name, color) in enumerate(zip(table, COLORS, strict=True)):
    left.bar(place + 0.4 * i, table[name], 0.38, color=color, label=name)
    right.plot(np.sort(per_subject[name]), "o-", color=color, ms=4)
left.set_xticks(place + 0.2, table.index)
left.set(ylabel="score", ylim=(0, 1))
left.legend(loc="lower left", fontsize=8)
right.set(xlabel="person, the worst first", ylabel="accuracy of the person's beats", ylim=(0, 1.02))
plt.show()
