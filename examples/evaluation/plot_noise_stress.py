"""
Noise stress
============

Scores on clean recordings do not apply to noisy ones, such as those of a runner's chest strap.
`heartbeat.inspection.noise_stress` adds noise at stated signal-to-noise ratios, as the MIT-BIH
Noise Stress Test Database does, and scores again. With that database in the data home, its records
are used by name (``noise=("bw", "em", "ma")``); here the noise is synthetic.
"""

# %%
# Two models, and other subjects to test them on. One of the models is trained with noise, which is
# drawn again for every batch.

import numpy as np

from heartbeat.datasets import make_beats
from heartbeat.inspection import noise_stress
from heartbeat.neural import CNNClassifier

shares = {"N": 0.8, "S": 0.08, "V": 0.12}
beats = make_beats(3500, n_subjects=14, weights=shares, random_state=0)
strangers = make_beats(1500, n_subjects=6, weights=shares, random_state=1)
models = {
    "clean training": CNNClassifier(max_epochs=8, random_state=0),
    "noise in training": CNNClassifier(
        max_epochs=8, augment=["add_muscle_noise", "add_wander", "shift_time"], random_state=0
    ),
}
for model in models.values():
    model.fit(beats.data, beats.target)

# %%
# Noise of three kinds: muscles (fast), a loose electrode (steps that decay), and breathing (slow).

rng = np.random.default_rng(0)
steps = rng.normal(size=60_000) * (rng.random(60_000) < 0.02)
noise = {
    "muscle": np.diff(rng.normal(size=60_001)),
    "electrode": np.convolve(steps, np.exp(-np.arange(125) / 25), mode="same"),
    "wander": np.convolve(rng.normal(size=60_000), np.hanning(400), mode="same"),
}
tables = {
    name: noise_stress(model, strangers, noise=noise, snr=(24, 18, 12, 6, 0, -6))
    for name, model in models.items()
}
tables["clean training"][["noise", "snr", "macro_f1", "V Se", "V +P"]].round(3)

# %%
# Macro-F1 as the noise grows, and one beat with each kind at 6 dB.

import matplotlib.pyplot as plt

from heartbeat.inspection import add_noise_to_beats

figure, axes = plt.subplots(
    2, 3, figsize=(11, 6), sharey="row", height_ratios=[1, 2], layout="constrained"
)
time = np.arange(beats.data.shape[1]) / beats.fs - beats.before
for (above, below), kind in zip(axes.T, noise, strict=True):
    noisy = add_noise_to_beats(strangers, noise[kind], 6)
    added = np.std(noisy - strangers.data, axis=1)
    row = np.argsort(added)[int(0.8 * len(added))]
    above.plot(time, noisy[row], color="#D55E00", lw=0.9)
    above.plot(time, strangers.data[row], color="0.3", lw=0.9)
    above.set(title=kind, xlabel="seconds from R")
    for (name, table), style in zip(tables.items(), ("o-", "s--"), strict=True):
        clean = table.loc[table["noise"] == "none", "macro_f1"].item()
        rows = table[table["noise"] == kind]
        below.plot([30, *rows["snr"]], [clean, *rows["macro_f1"]], style, label=name)
    below.set(xlabel="signal-to-noise ratio (dB)", ylim=(0, 1))
    below.set_xticks([30, 24, 18, 12, 6, 0, -6], ["clean", 24, 18, 12, 6, 0, -6])
    below.invert_xaxis()
axes[0, 0].set_ylabel("mV")
axes[1, 0].set_ylabel("macro-F1, other people")
axes[1, 0].legend(loc="lower left")
plt.show()
