"""
What a network looks at
=======================

A saliency map shows which part of the beat a decision depends on. If a network recognises
ventricular beats by their QRS complex and supraventricular ones by their P wave, that is a reason
to trust it. If it depends on the edge of the window, that is a reason not to.
"""

# %%
# A network for three classes, trained on synthetic beats.

import numpy as np

from heartbeat.datasets import make_beats
from heartbeat.inspection import SaliencyDisplay, occlusion_saliency
from heartbeat.neural import CNNClassifier

beats = make_beats(3000, n_subjects=15, weights={"N": 0.5, "S": 0.25, "V": 0.25}, random_state=0)
test = np.isin(beats.subject, np.unique(beats.subject)[10:])
network = CNNClassifier(max_epochs=10, random_state=0)
network.fit(beats.data[~test], beats.target[~test])
print(f"accuracy on five other people: {network.score(beats.data[test], beats.target[test]):.3f}")

# %%
# Occlusion: a window of 80 ms is hidden, and the drop of the probability of the true class is
# measured. It works for any classifier, including forests. Each row shows a class: its mean beat
# over the mean drop at each sample.

import matplotlib.pyplot as plt

chosen = np.flatnonzero(test)[:600]
SaliencyDisplay.from_estimator(network, beats.data[chosen], beats.target[chosen])
plt.show()

# %%
# A single beat of each class. The colour shows what its own label depends on.

saliency = occlusion_saliency(network, beats.data[chosen], beats.target[chosen])
time = np.arange(beats.data.shape[1]) / beats.fs - beats.before
figure, axes = plt.subplots(1, 3, figsize=(11, 3.5), sharey=True, layout="constrained")
limit = np.quantile(np.abs(saliency), 0.995)
for axis, label in zip(axes, "NSV", strict=True):
    rows = np.flatnonzero(beats.target[chosen] == label)
    row = rows[np.argsort(saliency[rows].max(axis=1))[int(0.7 * len(rows))]]
    beat = beats.data[chosen[row]]
    axis.plot(time, beat, color="0.7", lw=0.8)
    dots = axis.scatter(
        time, beat, c=saliency[row][: len(beat)], cmap="coolwarm", vmin=-limit, vmax=limit, s=12
    )
    axis.set(title=f"class {label}", xlabel="seconds from R")
axes[0].set_ylabel("mV")
figure.colorbar(dots, ax=axes, label="drop of the probability")
plt.show()
