"""
Compare found beats with reference beats
========================================

A detector may miss beats and find false ones, and these errors must be counted, too.
`heartbeat.metrics.compare_beats` pairs found and reference beats as the standard's program ``bxb``
does: one to one, within 150 ms. This example adds increasing noise to a recording, and scores a
detector and a classifier on it.
"""

# %%
# A recording with reference annotations, and noise like that of loose electrodes: steps that decay.

import numpy as np
import pandas as pd

from heartbeat.annotation import BeatAnnotator
from heartbeat.datasets import load_sample_recording
from heartbeat.inspection import add_noise
from heartbeat.metrics import RecordingDisplay, compare_beats

recording = load_sample_recording()
rng = np.random.default_rng(0)
steps = rng.normal(size=100_000) * (rng.random(100_000) < 0.01)
noise = np.convolve(steps, np.exp(-np.arange(360) / 60), mode="same")

# %%
# Without noise. The table is that of ``bxb``: rows are reference classes, columns are found
# classes, ``o`` are missed beats, and ``O`` are false ones.

annotator = BeatAnnotator(lead="MLII")
annotated = annotator.annotate(recording)
print(compare_beats(recording.annotations, annotated.annotations, fs=recording.fs, start=0))

# %%
# With noise, from hardly visible (24 dB) to stronger than the signal (-6 dB). The annotator marks
# some stretches as unreadable; beats there are counted separately, as in the standard.

rows = []
for snr in (24, 18, 12, 6, 0, -6):
    noisy = add_noise(recording, noise, snr)
    found = annotator.annotate(noisy)
    comparison = compare_beats(recording.annotations, found.annotations, fs=recording.fs, start=0)
    scores = comparison.to_frame()
    unread = (found.unreadable["stop"] - found.unreadable["start"]).sum() / found.n_samples
    rows.append(
        {
            "snr": snr,
            "beats found": scores.loc["QRS", "Se"],
            "found beats that are beats": scores.loc["QRS", "+P"],
            "V found": scores.loc["VEB", "Se"],
            "called V and are V": scores.loc["VEB", "+P"],
            "unreadable": unread,
        }
    )
    if snr == 6:
        example = noisy, found.annotations, comparison.pairs
table = pd.DataFrame(rows).set_index("snr")
table.round(3)

# %%
# Sensitivity (full) and positive predictivity (dashed) as the noise grows.

import matplotlib.pyplot as plt

figure, axis = plt.subplots(figsize=(7, 4.2), layout="constrained")
for column, style in zip(table, ("o-", "o--", "s-", "s--", ":"), strict=True):
    color = "0.5" if column == "unreadable" else "#0072B2" if "beats" in column else "#D55E00"
    axis.plot(table.index, table[column], style, color=color, label=column)
axis.set(xlabel="signal-to-noise ratio (dB)", ylabel="share", ylim=(-0.03, 1.03))
axis.invert_xaxis()
axis.legend()
plt.show()

# %%
# Ten seconds at 6 dB. ``pairs`` lists the matching reference and found beats; a dash stands for a
# missed or a false beat.

noisy, found, pairs = example
reference = recording.annotations


def side(annotations, positions):
    """Return sample and class of the annotations at positions; -1 has none."""
    there = positions >= 0
    sample = np.where(there, annotations.sample[positions], -1)
    return sample, np.where(there, annotations.classes()[positions], "")


sample, label = side(reference, pairs[:, 0])
found_sample, found_label = side(found, pairs[:, 1])
sample = np.where(sample >= 0, sample, found_sample)
order = np.argsort(sample)
RecordingDisplay.from_predictions(
    noisy, sample[order], label[order], found_label[order], lead="MLII", start=100
)
plt.show()
