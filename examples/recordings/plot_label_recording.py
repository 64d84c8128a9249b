"""
Label a recording, view it, and report it
=========================================

One call labels the beats of a recording. The figure shows them on ECG paper, together with the
labels of cardiologists. The report shows the whole recording on one page, and ``heartbeat review``
opens a page on which beats are corrected.
"""

# %%
# Five minutes of record 208 of the MIT-BIH Arrhythmia Database come with the package. The default
# weights were trained on this person, among others, as the summary says. Scores on this recording
# do not apply to other people.
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

from heartbeat.annotation import BeatAnnotator
from heartbeat.datasets import load_sample_recording
from heartbeat.metrics import RecordingDisplay, compare_beats

recording = load_sample_recording()
annotated = BeatAnnotator().annotate(recording)
print(annotated)

# %%
# The labelled beats are an ordinary table, with the probability of each class.
annotated.beats[["time_s", "label", "p_N", "p_V", "rr_s", "quality"]].round(2).head()

# %%
# Ten seconds on ECG paper, with the labels of cardiologists (first) and of the annotator (second).
# Record 208 has many ventricular beats (V) and fusion beats (F).
fig, (above, below) = plt.subplots(2, figsize=(10, 6), layout="constrained")
part = {"start": 60, "stop": 70}
RecordingDisplay.from_recording(recording, **part, ax=above)
sample, label = annotated.beats["sample"], annotated.beats["label"]
RecordingDisplay.from_predictions(recording, sample, None, label, **part, ax=below)

# %%
# Heart rate and ectopic beats over the whole recording.
beats = annotated.beats
fig, ax = plt.subplots(figsize=(10, 2.6), layout="constrained")
for label, colour in {"N": "#0072B2", "S": "#009E73", "V": "#D55E00", "F": "#CC79A7"}.items():
    rows = beats[beats["label"] == label]
    ax.plot(rows["time_s"] / 60, 60 / rows["rr_s"], ".", color=colour, markersize=4, label=label)
ax.set(xlabel="minute", ylabel="beats/min from the\nlast RR interval", ylim=(30, 200))
ax.legend(title="class", frameon=False, ncols=5, loc="upper left")

# %%
# Beat-by-beat agreement, counted as in ANSI/AAMI EC57.
print(compare_beats(recording.annotations, annotated.annotations, fs=recording.fs, start=0))

# %%
# The same as an HTML page that needs no network and can be mailed or printed.
with tempfile.TemporaryDirectory() as folder:
    page = annotated.report(Path(folder) / "208.html")
    print(page.name, round(page.stat().st_size / 1e6, 2), "MB")
plt.show()
