"""
Rare classes: weights, copies, mixtures, variations
===================================================

About three of a hundred beats are supraventricular, and most of those are of one subject. This
example trains the same forest on the same subjects, with five remedies against the imbalance, and
scores it on other subjects. A sampler is a step of an imbalanced-learn Pipeline: it is applied when
the Pipeline is fitted, never in prediction.
"""

# %%
# Beats with few S and even fewer F, and one split by subject.

import numpy as np
import pandas as pd
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from sklearn.ensemble import ExtraTreesClassifier

from heartbeat.datasets import make_beats
from heartbeat.metrics import aami_scores
from heartbeat.model_selection import SubjectKFold
from heartbeat.resampling import BeatAugmenter, BeatMixup, BeatSMOTE

beats = make_beats(
    5000,
    n_subjects=25,
    weights={"N": 0.86, "S": 0.04, "V": 0.08, "F": 0.02},
    context="rr",
    noise=2.0,
    random_state=1,
)
print(pd.crosstab(beats.subject, beats.target).sort_values("S").tail(8))

# %%
# ``sampling_strategy`` is the number of beats of each class after resampling. A function is called
# in each fold, with the labels of the training part.


def filled(y):
    """Fill every class up to 400 beats."""
    return {label: max(400, int(np.sum(y == label))) for label in np.unique(y)}


n_context = beats.n_context
forest = ExtraTreesClassifier(60, random_state=0)
weighted = ExtraTreesClassifier(60, class_weight="balanced", random_state=0)
remedies = {
    "nothing": forest,
    "class_weight": weighted,
    "copies": make_pipeline(RandomOverSampler(sampling_strategy=filled, random_state=0), forest),
    "BeatSMOTE": make_pipeline(BeatSMOTE(filled, n_context=n_context, random_state=0), forest),
    "BeatMixup": make_pipeline(BeatMixup(filled, n_context=n_context, random_state=0), forest),
    "BeatAugmenter": make_pipeline(
        BeatAugmenter(filled, n_context=n_context, random_state=0), forest
    ),
}

# %%
# Predictions of each beat by a model that was not trained on its subject.

folds = list(SubjectKFold(4, random_state=0).split(beats.data, beats.target, beats.subject))
rows = {}
for name, model in remedies.items():
    predicted = np.empty_like(beats.target)
    for train, test in folds:
        model.fit(beats.data[train], beats.target[train])
        predicted[test] = model.predict(beats.data[test])
    scores = aami_scores(beats.target, predicted)
    rows[name] = {
        f"{label} {kind}": getattr(scores, kind)[label]
        for label in "NSVF"
        for kind in ("se", "ppv", "f1")
    }
table = pd.DataFrame(rows).T
table.filter(like="f1").round(3)

# %%
# Each remedy finds more of the rare beats (to the right), but causes more false alarms (down). The
# grey lines connect points of equal F1.

import matplotlib.pyplot as plt

figure, axes = plt.subplots(1, 3, figsize=(11, 4), sharey=True, layout="constrained")
grid = np.linspace(0.01, 1, 200)
for axis, label in zip(axes, "SVF", strict=True):
    for f1 in (0.2, 0.4, 0.6, 0.8):
        with np.errstate(divide="ignore", invalid="ignore"):
            ppv = f1 * grid / (2 * grid - f1)
        axis.plot(grid, np.where((ppv > 0) & (ppv <= 1), ppv, np.nan), color="0.88", zorder=0)
    for i, name in enumerate(table.index):
        axis.plot(
            table.loc[name, f"{label} se"],
            np.nan_to_num(table.loc[name, f"{label} ppv"]),
            "osD^vP"[i],
            ms=9,
            label=name,
        )
    axis.set(title=f"class {label}", xlabel="sensitivity", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
axes[0].set_ylabel("positive predictivity")
axes[0].legend(fontsize=8, loc="lower left")
plt.show()
