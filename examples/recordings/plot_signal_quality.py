"""
Unreadable stretches get no label
=================================

A detector finds "beats" even in noise, and a classifier gives each of them a class. Therefore
`heartbeat.annotation.BeatAnnotator` first determines with `heartbeat.quality.assess_quality` which
stretches of a lead are readable. Here three kinds of disturbance are added to a clean recording.
"""

# %%
# Five minutes of a real recording. From 60 s on the electrode moves, from 130 s on there is mains
# interference and muscle noise of ten times the signal's amplitude, and at 200 s the cable falls
# off.

import numpy as np

from heartbeat.datasets import load_sample_recording
from heartbeat.quality import assess_quality

recording = load_sample_recording()
fs = recording.fs
clean = recording.lead("MLII")
time = np.arange(len(clean)) / fs
rng = np.random.default_rng(0)

damaged = clean.astype(float)
moving = (time >= 60) & (time < 90)
steps = np.cumsum(rng.normal(size=moving.sum()) * (rng.random(moving.sum()) < 0.02))
damaged[moving] += 3 * steps - np.linspace(0, 3 * steps[-1], moving.sum())
noisy = (time >= 130) & (time < 160)
damaged[noisy] += 2 * rng.normal(size=noisy.sum()) + 3 * np.sin(100 * np.pi * time[noisy])
damaged[(time >= 200) & (time < 225)] = -1.0

quality = assess_quality(damaged, fs)
for (start, stop), reason in zip(quality.stretches, quality.reasons, strict=True):
    print(f"{start / fs:6.1f} s to {stop / fs:6.1f} s: {reason}")

# %%
# The detected stretches (shaded) are the disturbed ones, with a small margin, because every two
# seconds are judged by the ten seconds around them. The dots are the quality at each detected beat.

import matplotlib.pyplot as plt

from heartbeat.detection import detect_beats

COLORS = {"motion": "#E69F00", "noise": "#CC79A7", "mains": "#56B4E9", "flat": "0.6"}
beats = detect_beats(damaged, fs=fs)
figure, (above, below) = plt.subplots(
    2, 1, figsize=(11, 5), sharex=True, height_ratios=[2, 1], layout="constrained"
)
above.plot(time, damaged, lw=0.4, color="0.2")
above.set(ylabel="mV", title="Signal, and what cannot be read")
named = set()
for (start, stop), reason in zip(quality.stretches, quality.reasons, strict=True):
    for axis in (above, below):
        axis.axvspan(
            start / fs,
            stop / fs,
            color=COLORS.get(reason, "#D55E00"),
            alpha=0.35,
            lw=0,
            label=None if reason in named or axis is below else reason,
        )
    named.add(reason)
above.legend(loc="upper right")
below.plot(beats / fs, assess_quality(damaged, fs, beats).score, ".", ms=3, color="0.2")
below.axhline(0.5, color="0.5", lw=0.8, ls="--")
below.set(xlabel="time (s)", ylabel="quality at the beat", ylim=(-0.05, 1.05))

# %%
# The annotator gives beats in these stretches no class, and reports how much it left out.

from dataclasses import replace

from heartbeat.annotation import BeatAnnotator

one_lead = replace(recording, signal=damaged[:, None].astype(np.float32), leads=("MLII",))
print(BeatAnnotator().annotate(one_lead))
plt.show()
