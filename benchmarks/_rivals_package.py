"""heartbeat in ``rivals.py``, as ``_rivals_worker.py`` is a rival: ``WEIGHTS SIGNALS LABELS``.

WEIGHTS is the name of shipped weights, or an ONNX file that names its segmentation.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from _rivals_labels import measured, unlabelled, write_labels
from end_to_end import at_reference

from heartbeat.annotation import BeatAnnotator
from heartbeat.annotation._labeller import make_labeller
from heartbeat.recording import Annotations, Recording


def main() -> None:
    weights, signals, labels = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    torch.set_num_threads(1)
    annotator, labeller = BeatAnnotator(weights), make_labeller(weights, None)
    for name, given in unlabelled(signals, labels):
        beats = given["beats"]
        recording = Recording(
            given["signal"][:, np.newaxis],
            float(given["fs"]),
            (str(given["lead"]),),
            name=name,
            annotations=Annotations(beats, np.full(len(beats), "N")),
        )
        annotated, cost = measured(annotator.annotate, recording)
        detected = annotated.annotations
        at_beats = at_reference(recording, recording.leads[0], labeller)
        told = {
            "given_sample": at_beats.sample,
            "given_symbol": at_beats.symbol,
            "detected_sample": detected.sample,
            "detected_symbol": detected.symbol,
            "detected_subtype": detected.subtype,
        }
        write_labels(labels, name, told, cost)


if __name__ == "__main__":
    main()
