"""
A first Pipeline: random forest and CNN
=======================================

Both are scikit-learn estimators, so that both are trained, searched and scored with the same code.
The beats are synthetic. They are of thirty subjects who differ in the shape of every wave, with
classes spread unevenly over the subjects. Ten subjects are used for testing.
"""

# %%
# ``as_frame=True`` names the columns, from which every step reads which columns are waveform and
# which are context.

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
# The input of the forest are measured features of each wave; that of the network are the filtered
# waveform and the context columns. ``set_output`` passes the column names from step to step.

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
# Sensitivity, positive predictivity and F1 of each class. The bars are 95 % intervals over
# subjects, not beats, because beats of one subject resemble each other.

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
# In a notebook a Pipeline is shown as a diagram.

models["CNN"]
