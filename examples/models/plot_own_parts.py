"""
An architecture, a context block and a sampler of your own
==========================================================

New components are functions and classes of a few lines. Once an architecture or a context block is
registered by name, it can be used in `CNNClassifier`, searches, the cache and saved models.
"""

# %%
# An architecture is a function that returns a torch module from waveforms ``(n_beats, n_leads,
# n_times)`` to features. Its four keyword arguments need defaults. The head, the context columns,
# training and saving are provided by `heartbeat.neural.CNNClassifier`.

from torch import nn

from heartbeat.neural import CNNClassifier, plot_history, register_architecture


@register_architecture("plain_gru")
def plain_gru(n_leads, n_times, *, width=24, depth=1, kernel_size=7, dropout=0.0):
    """Convolutional stem of stride 4, then a bidirectional GRU, mean over time."""
    return nn.Sequential(
        nn.Sequential(
            nn.Conv1d(n_leads, width, kernel_size, stride=4, padding=kernel_size // 2),
            nn.BatchNorm1d(width),
            nn.ReLU(),
        ),
        _Recurrent(width, depth, dropout),
    )


class _Recurrent(nn.Module):
    def __init__(self, width, depth, dropout):
        super().__init__()
        self.gru = nn.GRU(width, width, depth, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        states, _ = self.gru(x.transpose(1, 2))
        return self.dropout(states.mean(dim=1))


# %%
# A context block is a function of all beats of one recording, without their labels. ``n_lookahead``
# is the number of later beats that it uses: 0 is causal, None is the whole recording
# (*transductive*).

import numpy as np

from heartbeat.context import register_context_block


@register_context_block("width", ["width_qrs_s", "width_ratio"], n_lookahead=0)
def width(beats):
    """Time for which the QRS complex exceeds half its height, and its ratio to the last 20."""
    qrs = np.abs(beats.part(-0.12, 0.16)).max(axis=1)
    seconds = (qrs > qrs.max(axis=1, keepdims=True) / 2).sum(axis=1) / beats.fs
    before = [np.median(seconds[max(0, i - 20) : i + 1]) for i in range(len(seconds))]
    return np.column_stack([seconds, seconds / np.array(before)])


# %%
# A sampler is an estimator with ``fit_resample``, as in imbalanced-learn. This one removes normal
# beats at random. ``sample_indices_`` holds the remaining rows, so that groups and weights can be
# resampled, too (`heartbeat.resampling.resample_with`).

from sklearn.base import BaseEstimator


class ThinNormals(BaseEstimator):
    """Keep `share` of the beats of class N."""

    def __init__(self, share=0.5, *, random_state=None):
        self.share = share
        self.random_state = random_state

    def fit_resample(self, X, y):
        """Return the rows that stay."""
        rng = np.random.default_rng(self.random_state)
        keep = (np.asarray(y) != "N") | (rng.random(len(y)) < self.share)
        self.sample_indices_ = np.flatnonzero(keep)
        return X[keep], y[keep]


# %%
# All three in use, compared with the shipped architecture, scored on eight of twenty-four subjects.

from heartbeat.datasets import make_beats
from heartbeat.metrics import aami_scores

beats = make_beats(3600, n_subjects=24, context=("rr", "width"), random_state=0, as_frame=True)
test = np.isin(beats.subject, np.unique(beats.subject)[16:])
models, f1 = {}, {}
for architecture in ("lite", "plain_gru"):
    model = CNNClassifier(
        architecture,
        resampler=ThinNormals(0.5, random_state=0),
        max_epochs=15,
        batch_size=64,
        early_stopping=15,
        random_state=0,
    )
    model.fit(beats.data[~test], beats.target[~test], groups=beats.subject[~test])
    models[architecture] = model
    f1[architecture] = aami_scores(beats.target[test], model.predict(beats.data[test])).f1

# %%
# Training history and scores.

import matplotlib.pyplot as plt

figure, axes = plt.subplots(1, 3, figsize=(11, 3.8), layout="constrained")
for axis, (name, model) in zip(axes, models.items(), strict=False):
    plot_history(model, ax=axis)
    axis.set_title(name)
for i, (name, scores) in enumerate(f1.items()):
    axes[2].bar(np.arange(5) + 0.4 * i, [scores[c] for c in "NSVFQ"], 0.38, label=name)
axes[2].set_xticks(np.arange(5) + 0.2, list("NSVFQ"))
axes[2].set(ylabel="F1 on eight other people", ylim=(0, 1))
axes[2].legend()
plt.show()
