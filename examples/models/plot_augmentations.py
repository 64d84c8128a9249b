"""
What the augmentations do to a beat
===================================

If a rare class is over-sampled with copies, a model overfits to these beats. `BeatAugmenter` makes
beats that differ from each other like beats of other subjects and other electrodes, but keep their
class. Below, each column is a class and each row a kind of augmentation: grey is the recorded beat,
and blue and orange, one above the other, are two draws.

The beats are taken from ``$HEARTBEAT_DATA`` if it is set, otherwise from the sample that comes with
the package, which has the classes N, V and F.
"""

# %%
# Beats of each class, from the recordings that have most of them.
import os
from pathlib import Path

import numpy as np

from heartbeat.datasets import load_beats, load_sample_recording
from heartbeat.labels import AAMI_CLASS_NAMES, AAMI_CLASSES
from heartbeat.recording import read_recording
from heartbeat.resampling import (
    BeatAugmenter,
    BeatMixup,
    BeatSMOTE,
    add_electrode_noise,
    add_mains_noise,
    add_muscle_noise,
    add_wander,
    add_white_noise,
    change_amplitude,
    change_offset,
    flip_polarity,
    shift_time,
    stretch_time,
)
from heartbeat.segmentation import segment_beats

home = Path(os.environ.get("HEARTBEAT_DATA", "")).resolve()
if (home / "mitdb" / "208.hea").exists():
    beats = load_beats("mitdb", data_home=home, records=["119", "208", "209", "107"])
else:
    beats = segment_beats(load_sample_recording())
X, y = beats.data, beats.target
time = (np.arange(X.shape[1]) - 62) / 125

electrodes = home / "nstdb" / "em"
if electrodes.with_suffix(".hea").exists():
    noise = read_recording(electrodes)
else:  # the steps and drifts of a loose electrode, synthetic
    rng = np.random.default_rng(0)
    noise = np.cumsum(rng.normal(size=20_000) * (rng.random(20_000) < 0.03))
    noise = np.convolve(noise, np.ones(8) / 8, mode="valid")

# %%
# The augmentations, each with the strength shown in the figure.
changes = {
    "amplitude ≤ ×1.5": lambda beat, seed: change_amplitude(beat, 0.5, random_state=seed),
    "offset ≤ 20 %": lambda beat, seed: change_offset(beat, 0.2, random_state=seed),
    "stretch ≤ ×1.2": lambda beat, seed: stretch_time(beat, 0.2, random_state=seed),
    "R jitter ≤ 32 ms": lambda beat, seed: shift_time(beat, 0.032, random_state=seed),
    "wander ≤ 10 %": lambda beat, seed: add_wander(beat, 0.1, random_state=seed),
    "white, 18 dB": lambda beat, seed: add_white_noise(beat, 18, random_state=seed),
    "muscle, 18 dB": lambda beat, seed: add_muscle_noise(beat, 18, random_state=seed),
    "mains, 18 dB": lambda beat, seed: add_mains_noise(beat, 18, random_state=seed),
    "electrode, 9 dB": lambda beat, seed: add_electrode_noise(beat, noise, 9, random_state=seed),
    "polarity": lambda beat, seed: flip_polarity(beat, 1.0, random_state=seed),
}


def most_typical(label):
    """Return the row of the beat nearest to the median of its class."""
    rows = np.flatnonzero(y == label)
    distance = np.abs(X[rows] - np.median(X[rows], axis=0)).sum(axis=1)
    return rows[distance.argmin()]


# %%
# How a panel is drawn: the upper and the lower draw, each over the beat that it was made from.
try:
    import matplotlib.pyplot as plt
except ImportError as error:
    raise ImportError(
        "drawing needs matplotlib: install it with pip install 'heartbeat-ecg[plot]'"
    ) from error

COLORS = ("#0072B2", "#D55E00")
classes = [label for label in AAMI_CLASSES if np.sum(y == label) > 5]


def draw_panels(made_of, title, others=False):
    """Draw a figure of ``made_of[name][label]``: new beats, their origins, other parents or None.

    A panel has one scale; the lower draw is moved down so that neither hides the other.
    """
    figure, axes = plt.subplots(
        len(made_of),
        len(classes),
        figsize=(1.2 + 1.9 * len(classes), 0.9 + 1.25 * len(made_of)),
        sharex=True,
        layout="constrained",
        squeeze=False,
    )
    for axis_row, (name, panels) in zip(axes, made_of.items(), strict=True):
        for axis, label in zip(axis_row, classes, strict=True):
            new, origin, other = panels[label]
            down = -1.1 * np.ptp(origin)
            for i, color in enumerate(COLORS):
                axis.plot(time, origin[i] + i * down, color="0.65", lw=2.2)
                if other is not None:
                    axis.plot(time, other[i] + i * down, color="0.3", lw=0.8, ls=":")
                axis.plot(time, new[i] + i * down, color=color, lw=0.9)
            axis.set(yticks=[], xticks=[-0.5, 0, 0.5, 1.0])
            axis.tick_params(labelsize=7)
            axis.spines[["top", "right", "left"]].set_visible(False)
        axis_row[0].set_ylabel(name, fontsize=9, rotation=0, ha="right", va="center")
    for axis, label in zip(axes[0], classes, strict=True):
        words = AAMI_CLASS_NAMES[label].replace(" or ", "\nor ").replace(" of ", "\nof ")
        axis.set_title(f"{label}: {words}", fontsize=8)
    for axis in axes[-1]:
        axis.set_xlabel("s from R", fontsize=8)
    key = [plt.Line2D([], [], color="0.65", lw=2.2, label="recorded")]
    if others:
        key.append(plt.Line2D([], [], color="0.3", lw=0.8, ls=":", label="mixed with"))
    for color, words in zip(COLORS, ("one draw", "another draw"), strict=True):
        key.append(plt.Line2D([], [], color=color, label=words))
    figure.legend(handles=key, loc="outside lower center", ncols=len(key), frameon=False)
    figure.suptitle(title, fontsize=10)
    return figure


# %%
# One augmentation at a time, applied to the most typical beat of each class.
changed = {}
for name, change in changes.items():
    changed[name] = {}
    for label in classes:
        pair = np.repeat(X[[most_typical(label)]], 2, axis=0)
        changed[name][label] = change(pair, 1), pair, None
draw_panels(changed, "Each change by itself")

# %%
# The samplers with their defaults. `BeatAugmenter` changes one beat in several ways at once.
# `BeatSMOTE` and `BeatMixup` mix two beats (dotted: the one with the smaller share), and the result
# lies between the two. Neighbours of one class are very similar, so that the figure does not show a
# typical new beat, but one that differs more from its origin than 90 % of them.


def sampled(sampler, label):
    """Return two beats that a sampler makes of a class, their origins and what those mixed with."""
    sampler.set_params(sampling_strategy={label: 9 * int(np.sum(y == label))})
    made, _ = sampler.fit_resample(X, y, groups=beats.subject)
    new, source = made[len(y) :], sampler.sample_indices_[len(y) :]
    parents = getattr(sampler, "parents_", None)
    if parents is None:
        chosen = np.flatnonzero(source == most_typical(label))[:2]
        other = None
    else:
        order = np.abs(new - X[source]).sum(axis=1).argsort()[int(0.9 * len(new)) :]
        # Of two origins, or one beat would be shown twice.
        chosen = np.array([order[0], order[source[order] != source[order[0]]][0]])
        other = X[parents[len(y) :][chosen, 1]]
    return new[chosen], X[source[chosen]], other


samplers = {
    "BeatAugmenter": BeatAugmenter(random_state=0),
    "BeatSMOTE": BeatSMOTE(surroundings="kept", random_state=0),
    "BeatMixup": BeatMixup(random_state=0),
}
made_of = {
    name: {label: sampled(sampler, label) for label in classes}
    for name, sampler in samplers.items()
}
draw_panels(made_of, "The samplers", others=True)
plt.show()
