"""
What the augmentations do to a beat
===================================

Over-sampling a rare class with copies teaches a model those beats by heart. `BeatAugmenter` makes
beats that differ as beats of other people and other electrodes do, and are still of their class.
Every row of the figure is a beat of one class, every column one change: grey is the recorded
beat, blue and orange are two draws.

The beats are those of ``$HEARTBEAT_DATA`` where that is set; without it, those of the sample that
comes with the package, which holds classes N, V and F.
"""

# %%
# Beats of each class, from the recordings where most of them are.
import os
import sys
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
else:  # the steps and drifts of a loose electrode, made up
    rng = np.random.default_rng(0)
    noise = np.cumsum(rng.normal(size=20_000) * (rng.random(20_000) < 0.03))
    noise = np.convolve(noise, np.ones(8) / 8, mode="valid")

# %%
# The changes, each at the strength that the figure shows.
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


def sampled(sampler, label, row):
    """Return two beats that a sampler makes of the beat `row`, or else of any."""
    counts = {label: 9 * int(np.sum(y == label))}
    sampler.set_params(sampling_strategy=counts)
    made, _ = sampler.fit_resample(X, y, groups=beats.subject)
    from_row = len(y) + np.flatnonzero(sampler.sample_indices_[len(y) :] == row)
    return made[from_row[:2]] if len(from_row) > 1 else made[len(y) : len(y) + 2]


# %%
# One row a class, one column a change; the last columns are the samplers as they come.
try:
    import matplotlib.pyplot as plt
except ImportError as error:
    raise ImportError(
        "drawing needs matplotlib: install it with pip install 'heartbeat[plot]'"
    ) from error

classes = [label for label in AAMI_CLASSES if np.sum(y == label) > 5]
columns = [*changes, "BeatAugmenter", "BeatSMOTE", "BeatMixup"]
figure, axes = plt.subplots(
    len(classes),
    len(columns),
    figsize=(1.9 * len(columns), 1.7 * len(classes)),
    sharex=True,
    layout="constrained",
    squeeze=False,
)
for axis_row, label in zip(axes, classes, strict=True):
    row = most_typical(label)
    beat = X[[row]]
    drawn = [change(np.repeat(beat, 2, axis=0), 1) for change in changes.values()]
    drawn += [
        sampled(sampler, label, row)
        for sampler in (BeatAugmenter(random_state=0),
                        BeatSMOTE(surroundings="kept", random_state=0),
                        BeatMixup(random_state=0))
    ]  # fmt: skip
    for axis, name, new in zip(axis_row, columns, drawn, strict=True):
        axis.plot(time, beat[0], color="0.6", lw=2)
        axis.plot(time, new[0], color="tab:blue", lw=0.9)
        axis.plot(time, new[1], color="tab:orange", lw=0.9)
        axis.set(yticks=[], xticks=[-0.5, 0, 0.5, 1.0])
        axis.spines[["top", "right", "left"]].set_visible(False)
        if label == classes[0]:
            axis.set_title(name, fontsize=9)
        if label == classes[-1]:
            axis.set_xlabel("s from R", fontsize=8)
    axis_row[0].set_ylabel(f"{label}\n{AAMI_CLASS_NAMES[label].replace(' or ', chr(10) + 'or ')}",
                           fontsize=8, rotation=0, ha="right", va="center")  # fmt: skip

if len(sys.argv) > 1:
    figure.savefig(sys.argv[1], dpi=110)
plt.show()
