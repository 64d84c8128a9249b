"""
Learning from few labelled people
=================================

Weights that come with the package were trained on tens of thousands of labelled beats. Three ways
to use them where labels are few: as they are, as features in a Pipeline, and as the start of a
network of your own. Here the new people are made up, so that everything runs offline;
``benchmarks/transfer.py`` has the figures on real ones.
"""

# %%
# What weights are there, and what do they want to see? A card says how beats must be cut, whose
# beats were trained on, and how well the network does on other people.

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
# As they are: ``card.segmentation`` cuts a recording as the weights want it, context included.
# (This recording is of DS1, so the network has seen these beats: it shows how, not how well.)

beats = segment_beats(load_sample_recording(), as_frame=True, **card.segmentation)
predicted = load_classifier("mitdb-ds1-centered").predict(beats.data)
print(pd.crosstab(beats.target, predicted, rownames=["reference"], colnames=["network"]))

# %%
# As features: `BeatEncoder` is a transformer, and which layer to take is a parameter like any
# other. Lower layers know more of shapes in general, higher ones more of the classes trained on.
# Twenty of the people are for choosing and learning, the others for scores alone.

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
# As a start: `CNNClassifier` goes on from the weights, with new classes and, if you like, another
# context. ``layer_decay`` lets the layers near the beat learn more slowly than the head. Against it
# stand the same network from scratch and the encoder above, with the layer chosen there, for 1 to 8
# people of whom 20 beats are labelled: mean of three draws, scored on the twenty others.

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
