"""
Filters and other waveform transformers
=======================================

The transformers of `heartbeat.preprocessing` take a table of beats and return one, so that they
can be steps of a Pipeline and parameters of a search. Here each is applied to the disturbance that
it removes. The filters run forwards and backwards, so that no wave is shifted in time.
"""

# %%
# Clean beats, and the same beats with mains interference, baseline wander and muscle noise, which
# functions of `heartbeat.resampling` generate.

import numpy as np

from heartbeat.datasets import make_beats
from heartbeat.preprocessing import (
    BandpassFilter,
    BaselineRemover,
    BeatScaler,
    NotchFilter,
    WaveletDenoiser,
)
from heartbeat.resampling import add_mains_noise, add_muscle_noise, add_wander

beats = make_beats(200, n_subjects=4, noise=0.0, random_state=3)
clean = beats.data[np.flatnonzero(beats.target == "N")[:60]]
disturbed = {
    "mains hum": add_mains_noise(clean, 8, frequency=50, random_state=0),
    "baseline wander": add_wander(clean, 0.15, random_state=0),
    "muscle noise": add_muscle_noise(clean, 10, random_state=0),
}

# %%
# Grey is the clean beat, red the disturbed one, blue the result of the transformer. The number is
# the root mean square of the remaining error, in µV, over sixty beats, each without its own mean.

import matplotlib.pyplot as plt

remedies = {
    "mains hum": {"NotchFilter(50)": NotchFilter(50), "BandpassFilter()": BandpassFilter()},
    "baseline wander": {
        "BaselineRemover()": BaselineRemover(),
        "BaselineRemover('median')": BaselineRemover("median"),
    },
    "muscle noise": {"WaveletDenoiser()": WaveletDenoiser(), "BandpassFilter()": BandpassFilter()},
}


def wrong(made):
    """Return what is left of the disturbance, in µV."""
    error = made - clean
    return 1000 * np.std(error - error.mean(axis=1, keepdims=True))


time = np.arange(clean.shape[1]) / beats.fs - beats.before
figure, axes = plt.subplots(3, 3, figsize=(11, 8), sharex=True, layout="constrained")
for row, (name, noisy) in zip(axes, disturbed.items(), strict=True):
    shown = {"as recorded": noisy}
    shown |= {title: step.fit_transform(noisy) for title, step in remedies[name].items()}
    for axis, (title, made) in zip(row, shown.items(), strict=True):
        axis.plot(time, clean[0] - clean[0].mean(), color="0.7", lw=3)
        color = "#D55E00" if made is noisy else "#0072B2"
        axis.plot(time, made[0] - made[0].mean(), color=color, lw=1)
        axis.set_title(f"{title}: {wrong(made):.0f} µV", fontsize=10)
    row[0].set_ylabel(f"{name}\nmV")
for axis in axes[-1]:
    axis.set_xlabel("seconds from R")
plt.show()

# %%
# Scaling divides each beat by its own statistics. It removes the gain of the recorder, but also the
# information in the amplitude.

scaled = BeatScaler("minmax").fit_transform(clean)
print("before:", np.ptp(clean, axis=1).round(2)[:5], "mV; after:", np.ptp(scaled, axis=1)[:5])
