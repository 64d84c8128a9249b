"""
From a recording to a table of beats
====================================

The steps of a scikit-learn Pipeline work on a table with one row per beat. This example segments a
recording into such a table, in two layouts, and shows the columns.
"""

# %%
# The *centered* layout holds the signal around each R peak, in mV. ``context`` appends columns
# that describe the beat's neighbours: here the RR intervals around it.

import numpy as np

from heartbeat.datasets import load_sample_recording
from heartbeat.segmentation import segment_beats

recording = load_sample_recording()
beats = segment_beats(recording, before=0.3, after=0.6, context="rr", as_frame=True)
print(beats.data.shape, "of which context:", beats.n_context)
beats.data.iloc[:4, [0, 1, 2, -4, -3, -2, -1]]

# %%
# The *kaggle* layout is that of the widely used CSV files (Kachuee et al., 2018): from R on, 1.2
# median RR intervals long, scaled to 0-1, padded with zeros.

kaggle = segment_beats(recording, layout="kaggle")
print(kaggle.data.shape, "from", kaggle.data.min(), "to", kaggle.data.max())

# %%
# The classes in both layouts: the median beat, and the band that holds 80 % of the beats. The
# centered layout shows that a ventricular beat has no P wave; the other begins only at R.

import matplotlib.pyplot as plt

from heartbeat.labels import AAMI_CLASS_NAMES

COLORS = {"N": "#0072B2", "V": "#D55E00", "F": "#009E73"}
waves = beats.data.to_numpy()[:, beats.waveform]
layouts = {
    "centered (mV)": (waves, (np.arange(waves.shape[1]) / beats.fs) - beats.before),
    "kaggle (scaled)": (kaggle.data, np.arange(kaggle.data.shape[1]) / 125),
}
figure, axes = plt.subplots(2, 3, figsize=(11, 5.5), sharey="row", layout="constrained")
for row, (name, (table, time)) in zip(axes, layouts.items(), strict=True):
    for axis, label in zip(row, COLORS, strict=True):
        own = table[np.asarray(beats.target) == label]
        low, middle, high = np.quantile(own, [0.1, 0.5, 0.9], axis=0)
        axis.fill_between(time, low, high, color=COLORS[label], alpha=0.25, lw=0)
        axis.plot(time, middle, color=COLORS[label])
        axis.axvline(0, color="0.7", lw=0.8)
        if row is axes[0]:
            axis.set_title(f"{label}: {AAMI_CLASS_NAMES[label]} ({len(own)})", fontsize=10)
    row[0].set_ylabel(name)
for axis in axes[1]:
    axis.set_xlabel("seconds from R")
plt.show()

# %%
# The context columns show that a ventricular beat comes early and is followed by a pause, which is
# not visible in a waveform of 0.9 s.

figure, axis = plt.subplots(figsize=(5.5, 4.5), layout="constrained")
for label, color in COLORS.items():
    own = beats.data[beats.target == label]
    axis.plot(own["rr_prev_s"], own["rr_next_s"], ".", color=color, label=label, alpha=0.7)
axis.set(xlabel="RR interval before (s)", ylabel="RR interval after (s)", ylim=(0.4, 1.1))
axis.legend(title="class")
plt.show()
