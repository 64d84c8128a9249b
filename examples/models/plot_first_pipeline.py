"""
A first Pipeline: random forest and CNN
=======================================

Both are scikit-learn estimators, so that both are trained, searched and scored with the same few
lines. The beats are made up: thirty people who differ in the shape of every wave, with classes
dealt unevenly among them. Ten of them are kept for testing.
"""

# %%
# ``as_frame=True`` names the columns; every part reads from the names which are waveform and which
# are context.

import numpy as np
from sklearn.pipeline import make_pipeline

from heartbeat.datasets import make_beats
from heartbeat.metrics import AAMIReportDisplay, aami_report
from heartbeat.neural import CNNClassifier
from heartbeat.pipelines import make_forest_baseline
from heartbeat.preprocessing import BandpassFilter

beats = make_beats(6000, n_subjects=30, context="rr", random_state=0, as_frame=True)
test = np.isin(beats.subject, np.unique(beats.subject)[20:])
train = ~test

# %%
# The forest sees measured features of each wave; the network sees the filtered waveform and the
# context columns. ``set_output`` hands the column names on from step to step.

models = {
    "forest on features": make_forest_baseline(100, random_state=0),
    "CNN": make_pipeline(
        BandpassFilter(),
        CNNClassifier(max_epochs=12, class_weight="balanced", random_state=0),
    ).set_output(transform="pandas"),
}
predicted = {}
for name, model in models.items():
    model.fit(beats.data[train], beats.target[train])
    predicted[name] = model.predict(beats.data[test])
    print(name)
    print(aami_report(beats.target[test], predicted[name], groups=beats.subject[test]), "\n")

# %%
# Sensitivity, positive predictivity and F1 of each class. The bars are 95 % intervals from drawing
# people, not beats, because beats of one heart resemble each other.

import matplotlib.pyplot as plt

figure = plt.figure(figsize=(11, 4.2), layout="constrained")
for part, (name, labels) in zip(figure.subfigures(1, 2), predicted.items(), strict=True):
    part.suptitle(name)
    AAMIReportDisplay.from_predictions(
        beats.target[test],
        labels,
        groups=beats.subject[test],
        confidence=0.95,
        n_bootstrap=500,
        random_state=0,
        ax=part.subplots(),
    )
plt.show()

# %%
# A Pipeline shows itself as a diagram in a notebook.

models["CNN"]
