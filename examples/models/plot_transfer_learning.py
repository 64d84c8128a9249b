"""
Learning from few labelled subjects
===================================

The weights that come with the package were trained on tens of thousands of labelled beats. There
are three ways to use them if only few labels are available: as they are, as features in a Pipeline,
and as initial weights of your own network. The new subjects are synthetic here, so that the example
runs offline. ``benchmarks/transfer.py`` has scores on real ones.
"""

# %%
# The available weights and the input that they need. A model card says how beats must be segmented,
# on which subjects the network was trained, and its scores on other subjects.

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from heartbeat.datasets import load_sample_recording, make_beats
from heartbeat.neural import CNNClassifier, load_classifier
from heartbeat.segmentation import segment_beats
from heartbeat.transfer import BeatEncoder
from heartbeat.weights import list_weights, model_card

print(list_weights())
card = model_card("mitdb-ds1-centered")
print(card)

# %%
# As they are: ``card.segmentation`` segments a recording as the weights require, including context.
# (The network was trained on this recording, which is of DS1, so the result is not a fair score.)

beats = segment_beats(load_sample_recording(), as_frame=True, **card.segmentation)
predicted = load_classifier("mitdb-ds1-centered").predict(beats.data)
print(pd.crosstab(beats.target, predicted, rownames=["reference"], colnames=["network"]))

# %%
# As features: `BeatEncoder` is a transformer, and its layer is a parameter that a search can
# choose. Lower layers describe general shapes, and higher layers the classes that were trained.
# Twenty of the subjects are used for choosing and training, the others only for scores.

people = make_beats(
    4000, n_subjects=40, weights={"N": 0.7, "S": 0.1, "V": 0.2}, random_state=0, as_frame=True
)
subjects = np.unique(people.subject)
test = np.isin(people.subject, subjects[20:])
few = np.random.default_rng(0).choice(np.flatnonzero(~test), 600, replace=False)
model = make_pipeline(BeatEncoder(), StandardScaler(), LogisticRegression(C=0.01, max_iter=1000))
grid = {"beatencoder__layer": [1, 2, "body"], "beatencoder__pooling": [None, "mean_max"]}
search = GridSearchCV(model, grid, cv=StratifiedGroupKFold(3), scoring="f1_macro")
search.fit(people.data.iloc[few], people.target.iloc[few], groups=people.subject[few])
print(search.best_params_, f"macro-F1 {search.best_score_:.3f}")

# %%
# As initial weights: `CNNClassifier` continues from the weights, with new classes and, optionally,
# another context. ``layer_decay`` lowers the learning rate towards the input. It is compared with
# the same network from scratch and with the encoder above, with the layer chosen there, for 1 to 8
# subjects with 20 labelled beats each: mean of three draws, scored on the other twenty subjects.

network = CNNClassifier(max_epochs=15, batch_size=16, random_state=0)
models = {
    "from scratch": network,
    "fine-tuned": clone(network).set_params(pretrained="mitdb-ds1-centered", layer_decay=0.5),
    "encoder + logistic regression": search.best_estimator_,
}
counts, draws = [1, 2, 4, 8], 3
scores = {name: np.zeros(len(counts)) for name in models}
for draw in range(draws):
    rng = np.random.default_rng(draw)
    order = rng.permutation(subjects[:20])
    for step, n_labelled in enumerate(counts):
        rows = np.flatnonzero(np.isin(people.subject, order[:n_labelled]))
        rows = rng.choice(rows, 20 * n_labelled, replace=False)
        for name, model in models.items():
            fitted = clone(model).fit(people.data.iloc[rows], people.target.iloc[rows])
            predicted = fitted.predict(people.data[test])
            score = f1_score(people.target[test], predicted, average="macro")
            scores[name][step] += score / draws
print(pd.DataFrame(scores, index=pd.Index(counts, name="labelled people")).round(3))

# %%
# The learning curves.

import matplotlib.pyplot as plt

figure, axis = plt.subplots(figsize=(6, 4), layout="constrained")
for name, values in scores.items():
    axis.plot(counts, values, "o-", label=name)
axis.set_xscale("log", base=2)
axis.set_xticks(counts, [str(n) for n in counts])
axis.set(xlabel="labelled people", ylabel="macro-F1, twenty other people")
axis.legend(frameon=False)
plt.show()
